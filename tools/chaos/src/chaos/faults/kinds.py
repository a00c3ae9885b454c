"""Every kind of fault, in one table."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from chaos.faults.plan import Planned, plan
from chaos.stage import Stage

Act = Callable[[Stage, str, float], Awaitable[str]]
"""Does it to the target for so many seconds, and undoes it; returns a note on what came of it."""


@dataclass(frozen=True)
class Kind:
    """One kind of fault."""

    act: Act
    targets: tuple[str, ...]
    lasts: tuple[float, float]
    weight: int = 1
    kills: int = 0
    alone: bool = False


KINDS: Mapping[str, Kind] = {}


def planned(seed: int, seconds: float, kinds: frozenset[str] | None) -> list[Planned]:
    """The faults of a run; the same for the same arguments."""
    return plan({name: kind for name, kind in KINDS.items() if kinds is None or name in kinds}, seed, seconds)
