"""The page says what the tests claim, and nothing passes that no test shows."""

from pathlib import Path

import pytest

from evidence.claims import Claim, ClaimUnreadable, claims_in
from evidence.page import gaps, page

TEST = """
import pytest

@pytest.mark.shows("refund.created", "GET /v1/orders")
async def test_a_refund_is_told():
    ...

@pytest.mark.parametrize("told", [pytest.param(1, marks=pytest.mark.shows("refund.failed"))])
def test_every_kind(told):
    ...

def test_nothing_in_particular():
    ...
"""


def repository(folder: Path, test: str) -> Path:
    tests = folder / "services" / "any" / "tests"
    tests.mkdir(parents=True)
    (tests / "test_any.py").write_text(test)
    return folder


def test_marks_of_tests_and_of_their_parameters_are_claims(tmp_path: Path) -> None:
    place = "services/any/tests/test_any.py"
    assert claims_in(repository(tmp_path, TEST)) == [
        Claim("GET /v1/orders", place, "test_a_refund_is_told"),
        Claim("refund.created", place, "test_a_refund_is_told"),
        Claim("refund.failed", place, "test_every_kind"),
    ]


def test_a_claim_that_is_no_plain_string_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ClaimUnreadable, match="plain strings"):
        claims_in(repository(tmp_path, TEST.replace('"refund.created"', "NAME")))


def test_what_no_test_shows_is_a_gap() -> None:
    claims = [Claim("a", "test_a.py", "test_a")]
    assert gaps({"Events": ["a", "b"]}, claims) == ["No test shows b."]


def test_a_claim_about_what_is_not_there_is_a_gap() -> None:
    claims = [Claim("a", "test_a.py", "test_a"), Claim("z", "test_z.py", "test_z")]
    assert gaps({"Events": ["a"]}, claims) == ["test_z.py: test_z shows z, which there is not."]


def test_the_page_names_the_test_as_a_sentence() -> None:
    written = page({"Events": ["a"]}, [Claim("a", "tests/test_a.py", "test_a_thing_happens")])
    assert "| `a` | [a thing happens](../tests/test_a.py) |" in written
