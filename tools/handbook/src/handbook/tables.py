"""Tables and code in Markdown."""

import json
from collections.abc import Iterable, Sequence
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table that phones show as one card for each row, with its cells made safe; nothing where there are no rows."""
    lines = [_line([_cell(row[0]), *map(_labelled, head[1:], row[1:])]) for row in rows]
    whole = [_line(head), "|" + "---|" * len(head), *lines]
    return "\n".join(['<div class="cards" markdown>', "", *whole, "", "</div>", ""]) if lines else ""


def code(text: object) -> str:
    """A word of the machine's."""
    return f"`{text}`"


def as_json(value: Any) -> str:
    """A block of JSON."""
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```\n"


def paragraphs(*parts: str) -> str:
    """The parts that say something, with a blank line between them."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _labelled(label: str, cell: object) -> str:
    """A card has no head, so each cell brings its own; where there is a head, it is hidden (site.css)."""
    text = _cell(cell)
    return f'<span class="label">{label}: </span>{text}' if text else ""


def _cell(cell: object) -> str:
    return " ".join(str(cell).split()).replace("|", "\\|")
