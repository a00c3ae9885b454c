"""When each event of a life is posted, and how often: pure, so that a seed posts the same again."""

import random
from collections.abc import Iterator
from typing import Final, NamedTuple

from chaos.stripe.life import Event, Life

AGAIN: Final = 0.3
MOST_COPIES: Final = 5
LATEST_COPY: Final = 20.0
AT_ONCE: Final = 0.3
"""Of the copies: those that come in the same moment as the event itself."""
DELAYED: Final = 0.15
LONGEST_DELAY: Final = 12.0
SHUFFLED: Final = 0.1
SPREAD_OF_OLD: Final = 8.0
"""Events that are hours old are posted as Stripe's queue gives them out: all within so many seconds."""
FORGED: Final = 0.05
LATEST: Final = 60.0
"""Some lives that begin hours ago take hours, too, and would reach into the time after the run."""
HOUR: Final = 3600


class Posting(NamedTuple):
    """One event to be posted `after` seconds of its life. A copy is posted once, whatever is answered."""

    after: float
    event: Event
    copy: bool = False


def postings(seed: int, life: Life, begins: int, pace: float = 1.0) -> Iterator[Posting]:
    """All of a life, in the order in which things happened, which is not the one in which they are posted.

    Below 1 a `pace` posts sooner than things happen, for runs too short to wait for them.
    """
    dice = random.Random(f"{seed}/post/{life.number}")  # noqa: S311 - repeatable, keeps no secret
    posted = [event for event in life.events if not event.dropped]
    afters = [pace * _after(event, begins, dice) for event in posted]
    if dice.random() < SHUFFLED:  # Stripe's queue stood still for a while, and then gave out all at once
        afters = [max(afters) + dice.random() for _ in afters]
    for event, after in zip(posted, afters, strict=True):
        yield Posting(after, event)
        if dice.random() < AGAIN:
            yield from (_copy(event, after, pace, dice) for _ in range(dice.randint(1, MOST_COPIES)))


def forgeries(seed: int, life: Life) -> int:
    """How many forged events come along with a life."""
    dice = random.Random(f"{seed}/forge/{life.number}")  # noqa: S311 - repeatable, keeps no secret
    return sum(dice.random() < FORGED for _ in life.events)


def _after(event: Event, begins: int, dice: random.Random) -> float:
    if event.created < begins - HOUR:
        return dice.uniform(0, SPREAD_OF_OLD)
    happens = min(event.created - begins, LATEST) + dice.random()
    return happens + (dice.uniform(1, LONGEST_DELAY) if dice.random() < DELAYED else 0)


def _copy(event: Event, after: float, pace: float, dice: random.Random) -> Posting:
    later = 0.0 if dice.random() < AT_ONCE else pace * dice.uniform(0, LATEST_COPY)
    return Posting(after + later, event, copy=True)
