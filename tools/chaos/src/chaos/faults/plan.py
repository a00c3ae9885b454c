"""What will be done, to whom and when: a pure function of the seed."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

Card = TypeVar("Card")

SOONEST, LATEST = 1.7, 3.1
"""Seconds between the beginnings of two faults."""
REST = 2.0
"""Seconds that are left in peace after a fault that stops everything."""


@dataclass(frozen=True)
class Planned:
    """One fault: begins so many seconds after the first could, and ends by itself after `lasts` seconds or so."""

    at: float
    kind: str
    target: str
    lasts: float


class Shape(Protocol):
    """What the plan has to know of a kind of fault."""

    @property
    def targets(self) -> Sequence[str]:
        """Whom it may meet."""

    @property
    def lasts(self) -> tuple[float, float]:
        """At least and at most, in seconds."""

    @property
    def weight(self) -> int:
        """How often, compared with others."""

    @property
    def kills(self) -> int:
        """How many processes it ends without notice."""

    @property
    def alone(self) -> bool:
        """Whether nothing gets on meanwhile, so that other faults would add nothing."""


def plan(shapes: Mapping[str, Shape], seed: int, seconds: float) -> list[Planned]:
    """Faults of these kinds, all over within `seconds`; every other one kills, as far as the kinds allow."""
    dice = random.Random(f"faults {seed}")  # noqa: S311 - has to be repeatable
    kinds = _alternating(dice, shapes)
    targets = {name: _dealt(dice, shape.targets) for name, shape in shapes.items()}
    planned: list[Planned] = []
    at = dice.uniform(SOONEST, LATEST)
    while True:
        kind = next(kinds)
        shape = shapes[kind]
        lasts = round(dice.uniform(*shape.lasts), 2)
        if at + shape.lasts[0] > seconds:
            return planned
        lasts = min(lasts, round(seconds - at, 2))
        planned.append(Planned(round(at, 2), kind, next(targets[kind]), lasts))
        at += dice.uniform(SOONEST, LATEST) + (lasts + REST if shape.alone else 0)


def _alternating(dice: random.Random, shapes: Mapping[str, Shape]) -> Iterator[str]:
    killing = [name for name, shape in shapes.items() for _ in range(shape.weight) if shape.kills]
    others = [name for name, shape in shapes.items() for _ in range(shape.weight) if not shape.kills]
    decks = [_dealt(dice, deck) for deck in (killing, others) if deck]
    while True:
        yield from map(next, decks)


def _dealt(dice: random.Random, deck: Sequence[Card]) -> Iterator[Card]:
    """Cards of a deck that is shuffled anew when it is used up: nothing that is in it stays out for long."""
    while True:
        yield from dice.sample(deck, len(deck))
