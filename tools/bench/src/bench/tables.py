"""An outcome as tables: for a terminal, and in Markdown."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from bench.model import Figure, Must
from bench.outcome import Section, Spread

Row = Sequence[str]


def rows(section: Section) -> Iterator[Row]:
    """A row for each contestant in each case."""
    for case in section.scenario.cases:
        for contestant in section.scenario.contestants:
            spreads = [section.spread(case.name, contestant, figure.key) for figure in section.scenario.figures]
            if any(spreads):
                yield [case.name, contestant, *map(_told, spreads, section.scenario.figures)]


def heads(section: Section) -> Row:
    """The heads of the same."""
    return ["load", "who", *(figure.title for figure in section.scenario.figures)]


def must_rows(section: Section) -> Iterator[Row]:
    """What had to be reached, what was, and whether that is enough."""
    for must in section.scenario.musts:
        reached = section.reached(must)
        if reached is not None:
            against = f", against {must.peer}" if must.peer else ""
            than = f", against {must.than}" if must.than else ""
            what = f"{section.figure(must.figure).title}{against}, at {must.case}{than}"
            yield [what, _bound(must), f"{reached:.2f}{_times(must)}", "yes" if section.is_met(must) else "NO"]


MUST_HEADS: Row = ("what must hold", "must be", "is", "met")


def terminal(title: str, columns: Row, lines: Iterator[Row]) -> Table:
    """For people who wait for it."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < 2 else "right")
    for line in lines:
        table.add_row(*line)
    return table


def markdown(columns: Row, lines: Iterator[Row]) -> str:
    """For the page."""
    ruler = ["---", "---", *("---:" for _ in columns[2:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (columns, ruler, *lines))


def _told(spread: Spread | None, figure: Figure) -> str:
    if spread is None:
        return "–"
    digits = figure.digits
    return f"{spread.median:,.{digits}f} ({spread.least:,.{digits}f}–{spread.most:,.{digits}f})"


def _bound(must: Must) -> str:
    bound = f"≥ {must.at_least:g}" if must.at_least is not None else f"≤ {must.at_most:g}"
    return bound + _times(must)


def _times(must: Must) -> str:
    return "×" if must.peer or must.than else ""
