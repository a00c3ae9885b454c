"""What a run found: medians with their spread, and whether each must is met."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.model import OURS, Figure, Must, Sample, Scenario


@dataclass(frozen=True)
class Spread:
    """The median of some repetitions, and the least and the most of them."""

    median: float
    least: float
    most: float


@dataclass(frozen=True)
class Section:
    """One scenario's samples, and what was wrong with the work of whom."""

    scenario: Scenario
    samples: Sequence[Sample]
    wrong: dict[str, str]

    def spread(self, case: str, contestant: str, figure: str) -> Spread | None:
        """Nothing where that contestant took no part, or has no such figure."""
        samples = [one.figures for one in self.samples if (one.case, one.contestant) == (case, contestant)]
        values = [figures[figure] for figures in samples if figure in figures]
        return Spread(median(values), min(values), max(values)) if values else None

    def ratio(self, case: str, figure: str, peer: str) -> float | None:
        """Ours by the peer's, of their medians."""
        ours, theirs = self.spread(case, OURS, figure), self.spread(case, peer, figure)
        return ours.median / theirs.median if ours and theirs and theirs.median else None

    def reached(self, must: Must) -> float | None:
        """What the must is about: a ratio of medians, or our own median. Nothing where it was not measured."""
        if must.peer is not None:
            return self.ratio(must.case, must.figure, must.peer)
        ours = self.spread(must.case, OURS, must.figure)
        if must.than is None or ours is None:
            return ours.median if ours else None
        other = self.spread(must.than, OURS, must.figure)
        return ours.median / other.median if other and other.median else None

    def is_met(self, must: Must) -> bool | None:
        """Nothing where it was not measured."""
        reached = self.reached(must)
        if reached is None:
            return None
        return (must.at_least is None or reached >= must.at_least) and (must.at_most is None or reached <= must.at_most)

    def figure(self, key: str) -> Figure:
        """The figure that has this key."""
        return next(figure for figure in self.scenario.figures if figure.key == key)
