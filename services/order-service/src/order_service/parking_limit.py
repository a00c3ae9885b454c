"""How much may be parked: neither a bad deployment nor a flood of rubbish shall empty a topic so."""

from collections.abc import Callable, Sequence
from time import monotonic

from order_service.failures import TooMuchParked
from order_service.parking import Parked

MINUTE = 60.0
MOST_UNREADABLE = 500
Place = tuple[str, int, int]


class ParkingLimit:
    """Lets `most` records a minute be parked that were readable and failed here, and `most_unreadable` others.

    What is past either stops the intake. Once stopped, time alone does not let more through, or a topic would trickle
    away: only a batch without any such record does, or a restart.
    """

    def __init__(
        self, most: int, most_unreadable: int = MOST_UNREADABLE, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._limits = (
            _Limit(ours=True, most=most, clock=clock),
            _Limit(ours=False, most=most_unreadable, clock=clock),
        )

    def check(self, parked: Sequence[Parked]) -> None:
        """Whether these of one batch, not yet parked, may be. Raises TooMuchParked."""
        for limit in self._limits:
            limit.check(parked)

    def note(self, parked: Sequence[Parked]) -> None:
        """These of one batch are parked."""
        for limit in self._limits:
            limit.note(parked)


class _Limit:
    """For one of the two kinds."""

    def __init__(self, *, ours: bool, most: int, clock: Callable[[], float]) -> None:
        self._ours, self._most, self._clock = ours, most, clock
        self._parked_at: dict[Place, float] = {}
        self._stopped = False

    def check(self, parked: Sequence[Parked]) -> None:
        of_kind = [one for one in parked if one.is_ours is self._ours]
        since = self._clock() - MINUTE
        self._parked_at = {place: at for place, at in self._parked_at.items() if at > since}
        if of_kind and (self._stopped or len(self._parked_at.keys() | map(_place, of_kind)) > self._most):
            self._stopped = True
            raise TooMuchParked(of_kind[-1].reason)

    def note(self, parked: Sequence[Parked]) -> None:
        self._stopped = False
        self._parked_at |= {_place(one): self._clock() for one in parked if one.is_ours is self._ours}


def _place(parked: Parked) -> Place:
    """A record that comes again, as Kafka did not take what its batch published, counts once."""
    return parked.record.topic, parked.record.partition, parked.record.offset
