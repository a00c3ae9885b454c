"""The lives of a run, from its seed alone: every kind in turn first, so that a small run has them all, then as often
as the catalogue says.
"""

import random
from collections.abc import Iterator, Mapping
from typing import Final

from chaos.stripe.life import Expected, Life, Placed
from chaos.stripe.lives.catalogue import KINDS
from chaos.stripe.objects.bystanders import something_else
from chaos.stripe.story import Story

THROUGH_INTENT_API: Final = 0.13
"""Of those that can be; about a tenth of all."""
LATE: Final = 0.08
BYSTANDER: Final = 0.15
BEGIN_WITHIN: Final = 0.8
"""The part of a run in which lives begin; the rest is for what happens in them."""


def lives(
    seed: int,
    orders: int,
    *,
    begun_at: int = 0,
    seconds: float = 180.0,
    dropped_share: float = 0.0,
    placed: Mapping[int, Placed] | None = None,
) -> Iterator[Life]:
    """All of them, in the order in which they begin. One that begins at intent-api has events only once `placed` knows
    what that answered, as both its ids come from there; all else is the same without.
    """
    for number in range(orders):
        begins = begun_at + int(offset(number, orders, seconds))
        yield life(seed, number, begins, dropped_share=dropped_share, placed=(placed or {}).get(number))


def life(seed: int, number: int, begins: int, *, dropped_share: float = 0.0, placed: Placed | None = None) -> Life:
    """One of them."""
    dice = random.Random(f"{seed}/kind/{number}")  # noqa: S311 - repeatable, keeps no secret
    name = _kind(number, dice)
    through_intent_api = KINDS[name].placeable and dice.random() < THROUGH_INTENT_API
    late = not through_intent_api and dice.random() < LATE
    story = Story(seed, number, begins, late=late, placed=placed if through_intent_api else None)
    if through_intent_api and placed is None:
        waiting = Expected("order", "", "", story.amount, currency=story.currency)
        return story.life(name, waiting, through_intent_api=True, dropped_share=0.0)
    expected = KINDS[name].tell(story)
    if dice.random() < BYSTANDER:
        something_else(story)
    return story.life(
        name, expected, through_intent_api=through_intent_api, dropped_share=0.0 if late else dropped_share
    )


def offset(number: int, orders: int, seconds: float) -> float:
    """How many seconds after the run a life begins."""
    return seconds * BEGIN_WITHIN * number / orders


def _kind(number: int, dice: random.Random) -> str:
    names = list(KINDS)
    if number < len(names):
        return names[number]
    return dice.choices(names, [kind.weight for kind in KINDS.values()])[0]
