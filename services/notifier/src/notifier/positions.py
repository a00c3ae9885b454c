"""Where to read each partition on from. No I/O."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

P = TypeVar("P", bound=Hashable)
"""Names one partition."""


class Bounds(NamedTuple):
    """The offsets that a partition holds: from `first` up to before `end`."""

    first: int
    end: int


@dataclass(frozen=True)
class Start(Generic[P]):
    """Where to read on, and whether records were lost in between."""

    positions: dict[P, int]
    gap: bool


def start(known: Mapping[P, int], bounds: Mapping[P, Bounds]) -> Start[P]:
    """From where we were; the very first time from the end; a partition that came later from its beginning.

    A position outside the partition's bounds (the topic was made anew, or retention passed us) is a gap, and
    reading goes on at the end.
    """
    if not known:
        return Start({partition: there.end for partition, there in bounds.items()}, gap=False)
    wanted = {partition: known.get(partition, there.first) for partition, there in bounds.items()}
    lost = {partition for partition, there in bounds.items() if not there.first <= wanted[partition] <= there.end}
    found = {partition: bounds[partition].end if partition in lost else at for partition, at in wanted.items()}
    return Start(found, gap=bool(lost))


def lag(positions: Mapping[P, int], ends: Mapping[P, int]) -> int:
    """Records between our positions and the ends."""
    return sum(max(0, end - positions.get(partition, end)) for partition, end in ends.items())


class Standstill(Generic[P]):
    """Notices partitions that have something to read and do not move for a while."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._since: dict[P, tuple[int, float]] = {}

    def note(self, positions: Mapping[P, int], ends: Mapping[P, int], now: float) -> set[P]:
        """The partitions that have stood still for too long at `now`."""
        behind = {partition: at for partition, at in positions.items() if at < ends.get(partition, at)}
        self._since = {partition: self._noted(partition, at, now) for partition, at in behind.items()}
        return {partition for partition, (_, since) in self._since.items() if now - since >= self._longest}

    def _noted(self, partition: P, position: int, now: float) -> tuple[int, float]:
        known = self._since.get(partition)
        return known if known and known[0] == position else (position, now)
