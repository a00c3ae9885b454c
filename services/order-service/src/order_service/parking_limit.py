"""How much may be parked that is perhaps our own fault: a bad deployment shall not empty a topic so."""

from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic

from order_service.failures import TooMuchParked
from order_service.parking import Parked

MINUTE = 60.0


class ParkingLimit:
    """Lets `most` records a minute be parked that were readable and failed here; what is past it stops the intake.

    Once stopped, time alone does not let more through, or a topic would trickle away: only a batch without any such
    record does, or a restart. Records that nobody can read do not count.
    """

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._clock = most, clock
        self._parked_at: deque[float] = deque()
        self._stopped = False

    def check(self, parked: Sequence[Parked]) -> None:
        """Whether these of one batch, not yet parked, may be. Raises TooMuchParked."""
        ours = [one for one in parked if one.is_ours]
        self._forget()
        if ours and (self._stopped or len(self._parked_at) + len(ours) > self._most):
            self._stopped = True
            raise TooMuchParked(ours[-1].reason)

    def note(self, parked: Sequence[Parked]) -> None:
        """These of one batch are parked."""
        self._stopped = False
        self._parked_at.extend(self._clock() for one in parked if one.is_ours)

    def _forget(self) -> None:
        while self._parked_at and self._parked_at[0] <= self._clock() - MINUTE:
            self._parked_at.popleft()
