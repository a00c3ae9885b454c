"""How the command speaks: tables for people, JSON for programs, and nothing that a record says can steer a terminal."""

import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table
from rich.text import Text

_UNPRINTABLE: Final = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def out() -> Console:
    """Standard output, for what was asked."""
    return Console(highlight=False, soft_wrap=True)


def aside() -> Console:
    """Standard error, for what is said beside the answer."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(sentence: str, style: str = "") -> None:
    """A sentence beside the answer."""
    aside().print(Text(sentence, style=style))


def harmless(text: str) -> str:
    """The text without characters that would move a cursor or change a colour; those are shown as what they are."""
    return _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def print_json(answer: object) -> None:
    """One document, for programs."""
    told = orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z, default=str).decode()
    sys.stdout.write(told + "\n")


def print_table(columns: Sequence[Column | str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Rows below headings, as wide as the terminal."""
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(harmless(cell)) if isinstance(cell, str) else cell for cell in row))
    Console(highlight=False).print(table)


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """A line a fact, its name before it."""
    table = Table.grid(padding=(0, 2))
    for name, told in facts:
        table.add_row(Text(name, style="dim"), Text(harmless(told), overflow="fold"))
    Console(highlight=False).print(table)


def progress() -> Progress:
    """A bar on standard error, where that is a terminal; gone once it is full."""
    columns: tuple[Any, ...] = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = aside()
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
