"""What everything here is made of: Stripe's JSON objects, never changed once stored, and their ids."""

import random
from collections.abc import Callable
from typing import Any

Object = dict[str, Any]
"""One of Stripe's objects. A change makes a new one (`{**old, "status": "canceled"}`), so an event keeps its own."""

Clock = Callable[[], float]
"""Seconds since the epoch."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Names:
    """Makes up ids in Stripe's style; the same seed gives the same ids."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def characters(self, count: int) -> str:
        """So many letters and digits."""
        return "".join(self._chance.choices(_ALPHABET, k=count))

    def id(self, prefix: str, length: int = 24) -> str:
        """`pi_` and 24 characters, for the prefix `pi`."""
        return f"{prefix}_{self.characters(length)}"
