"""Putting right what differs in the live schema: a few orders at a time, while no batch is between two of its steps.

The rows of facts are taken from the rebuilt schema, and what is derived from them is derived anew, so that an order
that differed gets a next version, is published, and tells in its timeline why. Versions and history stay; what no
record tells of is never removed by a machine.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final
from uuid import uuid4

import asyncpg

from order_service.forgotten import WRITING
from order_service.postgres import Connection
from order_service.rebuilding.comparing import reached
from order_service.rebuilding.differences import COMPARED, Difference
from order_service.rebuilding.folding import Folding
from order_service.rebuilding.schema import REBUILD, quoted
from order_service.rebuilding.topics import Topics
from order_service.rebuilding.whole import among, differing, named
from order_service.store import Change, renew
from order_service.subscription_store import SubscriptionChange, renew_subscriptions
from order_service.tables import Base
from order_service.told import Told

EVENT_TYPE: Final = "tillstream.rebuilt.v1"
WORDS: Final = "it was mended by a rebuild from the topics"
AT_A_TIME: Final = 100
LOCK_TIMEOUT: Final = "250ms"
TRIES: Final = 40
PAUSE_SECONDS: Final = 0.25
MOST_TOLD: Final = 10_000
"""So many changes are listed; the others are counted."""
MOST_TO_CATCH_UP: Final = 2_000
"""So many records are folded while batches wait, at most."""
DERIVED: Final = ("orders", "subscriptions")
KEEP: Final[Mapping[str, tuple[str, ...]]] = {"payments": ("first_seen_at",)}
HEARD: Final = """
    INSERT INTO inbox (event_id, partition, last_offset, deliveries, last_delivered_at) VALUES ($1, 0, 0, 1, $2)
    ON CONFLICT (event_id) DO NOTHING"""
"""The timeline shows what stands in the inbox."""
UNPUBLISHED: Final = f"{REBUILD}.unpublished"


class NeverIdle(Exception):
    """Batches left no moment to mend in: somebody holds a batch's transaction open. Look in pg_stat_activity."""

    def __init__(self) -> None:
        super().__init__("No moment was found between two batches: see in pg_stat_activity who keeps one open.")


@dataclass(slots=True)
class Mended:
    """What was done: changes published, rows that still differ, and how long batches waited at most, in seconds."""

    changes: list[Change | SubscriptionChange] = field(default_factory=list)
    published: int = 0
    rows: int = 0
    left_alone: int = 0
    """So many rows no record tells of."""
    still_differ: int = 0
    """So many others differ even so, or anew."""
    longest_pause: float = 0.0

    def add(self, changes: Sequence[Change | SubscriptionChange]) -> None:
        """These were published."""
        self.published += len(changes)
        self.changes += changes[: MOST_TOLD - len(self.changes)]


Publish = Callable[[Sequence[Change | SubscriptionChange]], Awaitable[None]]


class Mending:
    """Mends differences, over a connection to the live schema."""

    def __init__(
        self,
        live: Connection,
        schema: str,
        merchant_id: str,
        folding: Folding,
        topics: Topics,
        since: datetime | None,
    ) -> None:
        self._live, self._schema, self._merchant_id, self._since = live, schema, merchant_id, since
        self._folding, self._topics = folding, topics
        self._told = Told(f"rebuild_{uuid4().hex}", EVENT_TYPE, datetime.now(UTC), words=WORDS)

    async def mend(
        self, differences: Sequence[Difference], rebuilt: Connection, publish: Publish, mended: Mended
    ) -> None:
        """All of them; each step is committed and published before the next begins. Raises NeverIdle."""
        for some in in_steps(differences):
            await self._catch_up(rebuilt)
            changes = await self._step(some, mended)
            await publish(changes)
            await self._live.execute(f"TRUNCATE {UNPUBLISHED}")
            mended.add(changes)

    async def _catch_up(self, rebuilt: Connection) -> None:
        await self._folding.up_to(await reached(self._live, self._names()), rebuilt)

    def _names(self) -> set[str]:
        return {topic for topic, _ in self._topics.positions}

    async def _step(self, some: Sequence[Difference], mended: Mended) -> list[Change | SubscriptionChange]:
        before = dict(self._topics.positions)
        for _ in range(TRIES):
            begun = monotonic()
            try:
                async with self._undisturbed():
                    changes = await self._put_right(some, mended)
            except (asyncpg.LockNotAvailableError, TooFarBehind):
                self._topics.positions = dict(before)
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            mended.longest_pause = max(mended.longest_pause, monotonic() - begun)
            return changes
        raise NeverIdle

    @asynccontextmanager
    async def _undisturbed(self) -> AsyncIterator[None]:
        """A transaction during which batches wait, and who forgets a customer does."""
        async with self._live.transaction():
            await self._live.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            await self._live.execute("SELECT pg_advisory_xact_lock($1)", WRITING)
            yield

    async def _put_right(self, some: Sequence[Difference], mended: Mended) -> list[Change | SubscriptionChange]:
        until = await reached(self._live, self._names())
        if self._topics.left(until) > MOST_TO_CATCH_UP:
            raise TooFarBehind
        await self._look_into(REBUILD)
        await self._folding.up_to(until, self._live)
        await self._look_into(self._schema)
        found = await differing(self._live, self._schema, some, self._since)
        still = [one for one in found if one.rebuilt is not None]
        for table in COMPARED:
            keys = [one.key for one in still if one.table == table]
            if keys and table not in DERIVED:
                await self._take_over(table, keys)
        mended.rows += len(still)
        return await self._renew(still)

    async def _look_into(self, schema: str) -> None:
        await self._live.execute(f"SET LOCAL search_path = {quoted(schema)}")

    async def _take_over(self, table: str, keys: Sequence[tuple[str, ...]]) -> None:
        """Let the live rows be as the rebuilt ones, but for since when they are known."""
        key, keep = COMPARED[table].key, KEEP.get(table, ())
        columns = [column.name for column in Base.metadata.tables[table].columns]
        names, (condition, given) = ", ".join(columns), among(table, keys)
        changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns if name not in (*key, *keep))
        clash = f"DO UPDATE SET {changes}" if changes else "DO NOTHING"
        await self._live.execute(
            f"INSERT INTO {quoted(self._schema)}.{table} ({names}) SELECT {names} FROM {REBUILD}.{table} "  # noqa: S608  # our own names
            f"WHERE {condition} ON CONFLICT ({', '.join(key)}) {clash}",
            *given,
        )

    async def _renew(self, still: Sequence[Difference]) -> list[Change | SubscriptionChange]:
        now = datetime.now(UTC)
        given: dict[str, Any] = {"merchant_id": self._merchant_id, "now": now}
        orders, subscriptions = named(still, "order_id"), named(still, "stripe_subscription_id")
        await self._live.execute(HEARD, self._told.event_id, now)
        of_orders = await renew(self._live, orders, self._told, **given) if orders else []
        of_others = await renew_subscriptions(self._live, subscriptions, self._told, **given) if subscriptions else []
        for kind, changes in (("order", of_orders), ("subscription", of_others)):
            await self._live.executemany(
                f"INSERT INTO {UNPUBLISHED} VALUES ($1, $2, $3)",  # noqa: S608  # our own name
                [(kind, *change.row()[:2]) for change in changes],
            )
        return [*of_orders, *of_others]


class TooFarBehind(Exception):
    """The rebuilt schema has more to catch up with than batches should wait for."""


def in_steps(differences: Iterable[Difference]) -> list[list[Difference]]:
    """Parts to be mended together: what is of one order or subscription is never in two."""
    whole: dict[str, list[Difference]] = {}
    for one in differences:
        whole.setdefault(_of(one), []).append(one)
    steps: list[list[Difference]] = []
    for together in whole.values():
        if not steps or len(steps[-1]) + len(together) > AT_A_TIME:
            steps.append([])
        steps[-1] += together
    return steps


def _of(one: Difference) -> str:
    row = one.rebuilt if one.rebuilt is not None else one.live
    names = ("order_id", "stripe_subscription_id", "payment_id")
    return next((str(row[name]) for name in names if row and row.get(name)), "/".join(one.key))
