"""A budget of calls: so many a second on average, and no more than a second's worth at once."""

from collections.abc import Callable
from time import monotonic


class Budget:
    """Hands out the moments at which calls may be made. The generic cell rate algorithm; knows no sleep and no lock."""

    def __init__(self, rate: float, clock: Callable[[], float] = monotonic) -> None:
        self._interval, self._clock = 1 / rate, clock
        self._burst = max(0.0, 1 - self._interval)
        self._next = clock()

    def reserve(self) -> float:
        """Seconds to wait until the call that is reserved with this may be made."""
        now = self._clock()
        at = max(self._next, now - self._burst)
        self._next = at + self._interval
        return max(0.0, at - now)
