"""Who watches what, and from when on: pure, from the seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from chaos.options import Options
from chaos.stripe import journal_of, lives
from chaos.stripe.journal import Order, read_on
from chaos.stripe.lives import offset

MOST_CLIENTS: Final = 300
MOST_OF_INTENT_API: Final = 50
OF_INTENT_API: Final = 0.1
TOGETHER: Final = 3
TOGETHER_OFTEN: Final = 0.15
EARLY: Final = 3.0
LATE_OFTEN: Final = 0.3
LATEST: Final = 40.0
LEAVES_OFTEN: Final = 0.3


class Seat(NamedTuple):
    """One client: what it watches, the second of the run in which it joins, and after how many it leaves once."""

    name: str
    watched: str
    joins: float
    leaves: float | None


def audience(options: Options) -> Iterator[Seat]:
    """Clients for lives whose ids are known before the run, spread over it, the first to join first or nearly so."""
    watched = [
        life for life in lives(options.seed, options.orders) if life.events and life.expected.kind != "unmatched"
    ]
    step = max(1.0, len(watched) * (1 + (TOGETHER - 1) * TOGETHER_OFTEN) / MOST_CLIENTS)
    for count in range(int(len(watched) / step)):
        life = watched[int(count * step)]
        begins = offset(life.number, options.orders, options.seconds)
        yield from seats(options, life.number, life.expected.id, begins)


@dataclass
class PlacedAudience:
    """Clients for orders that are placed through intent-api: who they watch is known once the sender writes it down."""

    options: Options
    _position: int = 0
    _seated: set[int] = field(default_factory=set)

    def newcomers(self) -> list[Seat]:
        """Those whose orders were written down since the last call; they join now."""
        path = journal_of(self.options)
        lines, self._position = read_on(path, self._position) if path.exists() else ([], 0)
        step = max(1, int(self.options.orders * OF_INTENT_API / MOST_OF_INTENT_API))
        ids = {line.life: line.order_id for line in lines if isinstance(line, Order) and line.order_id}
        new = {number: watched for number, watched in ids.items() if number % step == 0 and number not in self._seated}
        self._seated |= set(new)
        return [seat for number, watched in new.items() for seat in seats(self.options, number, watched, 0.0)]


def seats(options: Options, number: int, watched: str, begins: float) -> Iterator[Seat]:
    """The clients of one order or subscription that begins so many seconds after the run."""
    dice = random.Random(f"{options.seed}/seat/{number}")  # noqa: S311 - repeatable, keeps no secret
    for count in range(TOGETHER if dice.random() < TOGETHER_OFTEN else 1):
        after = dice.uniform(0, LATEST) if dice.random() < LATE_OFTEN else -dice.uniform(0, EARLY)
        leaves = dice.uniform(1, LATEST) if dice.random() < LEAVES_OFTEN else None
        yield Seat(f"{number}-{count}", watched, max(0.0, begins + after), leaves)
