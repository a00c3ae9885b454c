"""The highest rate that is held: climb until it is not, and then hold one below for long."""

from collections.abc import Awaitable, Callable
from typing import Final

Holds = Callable[[float, float], Awaitable[bool]]
"""Whether a rate is held for so many seconds."""
STEP: Final = 1.25
SLACK: Final = 0.8
LEAST: Final = 20.0


async def highest(holds: Holds, *, first: float, look: float, last: float) -> float:
    """Climb by a quarter at a time, `look` seconds each, and go back by a fifth until one is held for `last` seconds.

    A step is tried twice, as a single one may fall into something else that the machine does. 0 where none is held.
    """
    rate = first
    while await holds(rate * STEP, look) or await holds(rate * STEP, look):
        rate *= STEP
    while rate >= LEAST and not await holds(rate, last):
        rate *= SLACK
    return rate if rate >= LEAST else 0.0
