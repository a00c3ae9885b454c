"""Lists of an answer that could grow without end: how much of each is shown, and that there is more."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

LONGEST_TIMELINE: Final = 200
MOST_PAYMENTS: Final = 100
MOST_SESSIONS: Final = 100
MOST_REFUNDS: Final = 200
MOST_DISPUTES: Final = 200
MOST_INVOICES: Final = 100
MOST_INVOICE_PAYMENTS: Final = 500

T = TypeVar("T")


@dataclass(slots=True)
class Shortening:
    """Shortens the lists of one answer, and remembers which of them it did shorten."""

    names: list[str] = field(default_factory=list)

    def first(self, name: str, found: Sequence[T], most: int) -> Sequence[T]:
        """So many from the beginning."""
        self._note(name, found, most)
        return found[:most]

    def last(self, name: str, found: Sequence[T], most: int) -> Sequence[T]:
        """So many from the end."""
        self._note(name, found, most)
        return found[-most:]

    def _note(self, name: str, found: Sequence[object], most: int) -> None:
        if len(found) > most:
            self.names.append(name)
