"""Lists that would not be lists in the site."""

import pytest

from handbook.lists import run_on


def test_list_that_follows_a_paragraph_at_once_is_found() -> None:
    assert run_on("A title.\n- one\n- two\n\nAnother:\n1. first\n") == [2, 6]


@pytest.mark.parametrize(
    "text",
    [
        "A.\n\n- one\n  more\n- two\n",
        "## A\n- one\n",
        "```\na\n- one\n```\n",
        "in 19.99 it was\n403. That is no list\n",
        "- one\n",
    ],
)
def test_list_that_both_read_alike_is_left(text: str) -> None:
    assert run_on(text) == []
