"""How long who was refused waits before the next try."""

import random
from collections.abc import Iterator
from typing import Final

FIRST: Final = 0.2
LONGEST: Final = 3.0


def pauses(dice: random.Random) -> Iterator[float]:
    """Seconds between tries: doubling up to the longest, each at random between half and full, so that tries spread."""
    full = FIRST
    while True:
        yield full * dice.uniform(0.5, 1)
        full = min(2 * full, LONGEST)
