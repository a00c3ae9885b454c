"""docs/performance.md: the tables of the committed run stand between marks, all else is written by hand."""

from collections.abc import Iterator

from bench import tables
from bench.outcome import Section
from bench.pictures import bars
from bench.results import Results
from devstack.state import REPOSITORY

DOCS = REPOSITORY / "docs"
PAGE = DOCS / "performance.md"
BEGIN, END = "<!-- measured: {} -->", "<!-- /measured -->"


def write_page(results: Results) -> None:
    """Put a run's tables and pictures where they belong."""
    text = _put(PAGE.read_text(), "run", f"Measured {results.at}, at {results.commit}, on: {results.machine}.")
    for section in results.sections:
        picture = DOCS / f"performance-{section.scenario.name}.svg"
        picture.write_text(bars(section))
        text = _put(text, section.scenario.name, "\n\n".join(_parts(section, picture.name)))
    PAGE.write_text(text)


def _parts(section: Section, picture: str) -> Iterator[str]:
    yield f"![{section.scenario.title}]({picture})"
    yield tables.markdown(tables.heads(section), tables.rows(section))
    if section.scenario.musts:
        yield tables.markdown(tables.MUST_HEADS, tables.must_rows(section))
    for contestant, wrong in section.wrong.items():
        yield f"**{contestant} was wrong:** {wrong}"


def _put(text: str, name: str, content: str) -> str:
    before, begin, rest = text.partition(BEGIN.format(name))
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE} has no place for {name}: write {BEGIN.format(name)} and {END} where it belongs")
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"
