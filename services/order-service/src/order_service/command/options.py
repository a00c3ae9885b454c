"""What several commands take: ids, moments, who acts."""

import getpass
import os
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from order_service.command.places import NoPlace, Place

_AGE: Final = re.compile(r"(\d{1,5})([smhd])", re.ASCII)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST: Final = 500


def place(text: str) -> Place:
    """An id as people write it."""
    try:
        return Place.parse(text)
    except NoPlace as wrong:
        raise typer.BadParameter(f"{text!r} {wrong}.") from wrong


def moment(text: str) -> datetime:
    """`30m`, `2h`, `7d` ago, or a date or time by ISO 8601, in UTC if it names no zone."""
    if found := _AGE.fullmatch(text):
        return datetime.now(UTC) - timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        told = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise typer.BadParameter(f"{text!r} is neither an age, such as 2h, nor a date, such as 2026-11-21.") from wrong
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def words(text: str) -> str:
    """A few words that say something."""
    told = text.strip()
    if not 0 < len(told) <= LONGEST:
        raise typer.BadParameter(f"has to have 1 to {LONGEST} characters.")
    return told


def whoami() -> str:
    """The user of this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


Ids = Annotated[list[Place], typer.Argument(parser=place, metavar="ID...", help="topic/partition/offset, as listed.")]
SomeIds = Annotated[
    list[Place] | None, typer.Argument(parser=place, metavar="[ID...]", help="topic/partition/offset, as listed.")
]
Topic = Annotated[str | None, typer.Option(help="Only of this topic, such as stripe.events.v1.")]
Reason = Annotated[str | None, typer.Option(help="Only with these words in the reason.")]
Since = Annotated[
    datetime | None, typer.Option(parser=moment, metavar="AGE|DATE", help="Only after: 30m, 2h, 7d, 2026-11-21.")
]
EventType = Annotated[str | None, typer.Option("--type", help="Only events whose type begins so, such as charge.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]
By = Annotated[
    str | None, typer.Option(parser=words, metavar="NAME", help="Who acts; the user of this machine if not given.")
]
