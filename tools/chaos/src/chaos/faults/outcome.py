"""What came of a fault."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """Told when the fault has ended."""

    note: str = ""
    kills: int = 0
    """How many processes it ended without notice."""


class LeftOut(Exception):
    """This machine lacks what the fault needs; the message says what."""
