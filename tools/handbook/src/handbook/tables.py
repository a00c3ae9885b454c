"""Tables and code in Markdown."""

import json
from collections.abc import Iterable, Sequence
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table, with its cells made safe; nothing where there are no rows."""
    lines = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines, ""]) if lines else ""


def code(text: object) -> str:
    """A word of the machine's, with the chance to break a long one after its underscores and dots."""
    return f"`{text}`"


def as_json(value: Any) -> str:
    """A block of JSON."""
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```\n"


def paragraphs(*parts: str) -> str:
    """The parts that say something, with a blank line between them."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _cell(cell: object) -> str:
    return " ".join(str(cell).split()).replace("|", "\\|")
