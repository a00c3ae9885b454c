"""What is measured: cases, who takes part, what came out, and what must come out."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bench.ground import Ground

OURS = "tillstream"
Better = Literal["more", "less"]


@dataclass(frozen=True)
class Figure:
    """One thing that is measured of everybody: `key` in the results, and how a table names it."""

    key: str
    title: str
    better: Better
    digits: int = 0


@dataclass(frozen=True)
class Case:
    """One load that everybody is put under, as often as `repetitions` says, in turns."""

    name: str
    options: Mapping[str, float] = field(default_factory=dict)
    only: Sequence[str] = ()
    """Those that take part, where not all of them do."""
    quick: bool = False
    """Whether a quick run has it, too."""
    big: bool = False
    """Whether only a run that is told so has it, as minutes and gigabytes are needed to prepare it."""
    once: bool = False
    """Whether each takes part a single time, as it is many samples by itself."""


@dataclass(frozen=True)
class Must:
    """Ours divided by the peer's has to be at least, or at most, so much.

    Divided by our own at another load where `than` names one, and by nothing where neither is named.
    """

    case: str
    figure: str
    peer: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    than: str | None = None


@dataclass(frozen=True)
class Sample:
    """What one contestant did in one repetition of one case."""

    case: str
    contestant: str
    figures: Mapping[str, float]


class Sampler(Protocol):
    """Everybody up and ready, to be measured one at a time."""

    async def sample(self, contestant: str, case: Case, seconds: float) -> Mapping[str, float]:
        """The figures of one repetition."""

    async def verify(self) -> Mapping[str, str]:
        """What was wrong with the work of whom: a fast wrong answer is a failed run."""


@dataclass(frozen=True)
class Scenario:
    """One section of the report."""

    name: str
    title: str
    contestants: Sequence[str]
    figures: Sequence[Figure]
    cases: Sequence[Case]
    musts: Sequence[Must]
    seconds: float
    """How long a sample takes, without its warm-up."""
    open: Callable[[Ground], AbstractAsyncContextManager[Sampler]]
    """Start everybody; they end with it."""
