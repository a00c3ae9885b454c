"""Which events a sweep lists: from a little before where the last one ended, to a little before now. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LONGEST: Final = timedelta(hours=1)
"""A longer stretch is walked in parts, the oldest first, so that what is done stays done."""


@dataclass(frozen=True, slots=True)
class Window:
    """The events that were created from `begin` on and before `end`."""

    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a sweep looks."""

    since: timedelta
    """On the very first one."""
    overlap: timedelta
    grace: timedelta
    kept: timedelta
    """Stripe lists nothing older."""


def windows(reached: datetime | None, now: datetime, reach: Reach) -> Iterator[Window]:
    """What to list, part by part: after each the cursor stands at its end."""
    begin = reached - reach.overlap if reached else now - reach.since
    begin, end = max(begin, now - reach.kept), now - reach.grace
    while begin < end:
        part = min(begin + LONGEST, end)
        yield Window(begin, part)
        begin = part
