"""`docs/coverage.md`: a table of what there is, and the tests that show it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from evidence.claims import Claim

HEAD = """# What is shown, and by which test

Generated from the tests by `make fmt`; `make check` fails when it is out of date, when something here has no test, or
when a test claims what does not exist. A test says what it shows by `@pytest.mark.shows(…)`.
"""


def page(groups: Mapping[str, Sequence[str]], claims: Iterable[Claim]) -> str:
    """The page as Markdown: a section per group, a row for each thing in it."""
    by_thing = {what: list(tests) for what, tests in groupby(sorted(claims), key=lambda claim: claim.what)}
    sections = [_section(title, things, by_thing) for title, things in groups.items()]
    return "\n".join([HEAD, *sections])


def gaps(groups: Mapping[str, Sequence[str]], claims: Iterable[Claim]) -> list[str]:
    """A sentence for each thing that no test shows, and for each claim about what does not exist."""
    things = {thing for group in groups.values() for thing in group}
    claims = list(claims)
    shown = {claim.what for claim in claims}
    unshown = [f"No test shows {thing}." for thing in sorted(things - shown)]
    return unshown + [f"{claim.path}: {claim.test} shows {claim.what}, which there is not." for claim in claims
                      if claim.what not in things]  # fmt: skip


def _section(title: str, things: Sequence[str], by_thing: Mapping[str, Sequence[Claim]]) -> str:
    rows = [f"| `{thing}` | {_tests(by_thing.get(thing, ()))} |" for thing in things]
    return "\n".join([f"## {title}", "", "| what | shown by |", "|---|---|", *rows, ""])


def _tests(claims: Iterable[Claim]) -> str:
    return "<br>".join(f"[{_sentence(claim.test)}](../{claim.path})" for claim in claims) or "–"


def _sentence(test: str) -> str:
    return test.removeprefix("test_").replace("_", " ")
