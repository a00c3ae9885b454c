"""Whether something that is tried again and again ever succeeds. No I/O."""

from collections.abc import Callable
from time import monotonic
from typing import Final

FEWEST: Final = 3


class Efforts:
    """Notes how tries end. They are in vain once they have failed, and only failed, for `patience` seconds."""

    def __init__(self, patience: float, clock: Callable[[], float] = monotonic) -> None:
        self._patience, self._clock = patience, clock
        self._failures, self._first, self._last = 0, 0.0, 0.0

    @property
    def in_vain(self) -> bool:
        """Whether to begin anew; a single failure, however long ago, says nothing."""
        return self._failures >= FEWEST and self._last - self._first >= self._patience

    def succeeded(self) -> None:
        """A try did what it should, or somebody else is to blame for its failure: nothing is wrong here."""
        self._failures = 0

    def failed(self) -> None:
        """A try failed, and it may be our own fault."""
        self._last = self._clock()
        self._first = self._first if self._failures else self._last
        self._failures += 1
