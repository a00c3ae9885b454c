"""Links of the repository, as they lead in the site."""

import pytest

from handbook.links import Map, mended

PAGES = {
    "ARCHITECTURE.md": "architecture.md",
    "docs/glossary.md": "glossary.md",
    "docs/decisions/0001-a.md": "decisions/0001-a.md",
    "services/notifier/README.md": "parts/notifier.md",
}
THERE = {*PAGES, "tools/bench", "services/notifier", "tests/test_it.py"}
SEEN = Map(PAGES, THERE.__contains__, "https://git.test/us/blob/main/")
UNSEEN = Map(PAGES, THERE.__contains__)


@pytest.mark.parametrize(
    ("source", "link", "led"),
    [
        ("ARCHITECTURE.md", "[a](docs/glossary.md#fold)", "[a](glossary.md#fold)"),
        ("docs/glossary.md", "[a](../ARCHITECTURE.md)", "[a](architecture.md)"),
        ("docs/decisions/0001-a.md", "[a](../glossary.md)", "[a](../glossary.md)"),
        ("docs/decisions/0001-a.md", "[a](../../services/notifier)", "[a](../parts/notifier.md)"),
        ("services/notifier/README.md", "[a](../../docs/glossary.md)", "[a](../glossary.md)"),
        (
            "docs/glossary.md",
            "two\nlines [a\nb](../services/notifier/README.md)",
            "two\nlines [a\nb](parts/notifier.md)",
        ),
    ],
)
def test_link_to_a_page_of_the_site_leads_to_it(source: str, link: str, led: str) -> None:
    assert mended(link, source, PAGES[source], SEEN) == led


def test_link_to_anything_else_leads_to_the_repository() -> None:
    led = mended("[a](../tools/bench) ![b](../tests/test_it.py#L3)", "docs/glossary.md", "glossary.md", SEEN)
    assert (
        led == "[a](https://git.test/us/blob/main/tools/bench) ![b](https://git.test/us/blob/main/tests/test_it.py#L3)"
    )


def test_link_to_anything_else_is_text_where_nobody_says_where_the_repository_is() -> None:
    assert mended("see [`bench`](../tools/bench).", "docs/glossary.md", "glossary.md", UNSEEN) == "see `bench`."


@pytest.mark.parametrize("link", ["[a](https://a.test/b)", "[a](#here)", "[a](gone.md)", "[a](mailto:a@b.test)"])
def test_link_that_is_none_of_ours_is_left_to_the_strict_build(link: str) -> None:
    assert mended(link, "docs/glossary.md", "glossary.md", SEEN) == link


def test_code_is_left_as_it_is() -> None:
    text = "[a](../tools/bench)\n```md\n[a](../tools/bench)\n```\n[a](../tools/bench)\n"
    assert mended(text, "docs/glossary.md", "glossary.md", UNSEEN) == "a\n```md\n[a](../tools/bench)\n```\na\n"
