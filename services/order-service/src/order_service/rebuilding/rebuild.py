"""A rebuild from its beginning to its end: fold, compare, and mend if that is asked for."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiokafka import AIOKafkaConsumer

from order_service import store, subscription_store
from order_service.announcing import announcement
from order_service.operator_settings import OperatorSettings
from order_service.postgres import Connection
from order_service.predecessors import Predecessors
from order_service.publisher import Publisher
from order_service.reading import readers
from order_service.rebuilding import schema
from order_service.rebuilding.at_stripe import Asked, AtStripe
from order_service.rebuilding.comparing import Comparison, compare, known_from, reached
from order_service.rebuilding.folding import Folding, Tell, discarded
from order_service.rebuilding.mending import UNPUBLISHED, Mended, Mending, Publish
from order_service.rebuilding.settings import RebuildSettings
from order_service.rebuilding.topics import Topics
from order_service.reconciler.objects import Objects
from order_service.store import Change
from order_service.subscription_store import SubscriptionChange
from tillstream_contracts import STRIPE_EVENTS

STATEMENT_SECONDS: Final = 600.0
ROUNDS: Final = 3
LEFT: Final = f"SELECT kind, id, version FROM {UNPUBLISHED}"  # noqa: S608  # our own name
CHANGES: Final[Mapping[str, tuple[type[Change | SubscriptionChange], str]]] = {
    "order": (
        Change,
        f"SELECT {store.CHANGES} FROM order_changes WHERE (order_id, version) = ($1, $2)",  # noqa: S608  # our own
    ),
    "subscription": (
        SubscriptionChange,
        f"SELECT {subscription_store.CHANGES} FROM subscription_changes WHERE (subscription_id, version) = ($1, $2)",  # noqa: S608
    ),
}

MENDING: Final = "mending"
Phase = Callable[[str], Awaitable[None]]
"""Is told what is done now."""


class NothingTakenIn(Exception):
    """No consumer of this build has ever come: start order-service first."""

    def __init__(self) -> None:
        super().__init__("The database does not say how far it has come in the topics: start order-service once.")


class CutOff(Exception):
    """An earlier swap ended between its commit and its publishing."""

    def __init__(self) -> None:
        super().__init__("An earlier swap was cut off before it had published all: run `tillstream rebuild --swap`.")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of it."""

    records: int
    seconds: float
    behind: int
    """How many records the live consumer had not taken in; those are in neither side."""
    reaches_back_to: datetime | None
    comparison: Comparison
    mended: Mended | None
    asked: Asked | None


@dataclass(slots=True)
class Rebuild:
    """The open connections of a rebuild."""

    settings: RebuildSettings
    live: Connection
    rebuilt: Connection
    topics: Topics
    folding: Folding
    schema: str

    async def run(self, *, swap: bool, stripe: Objects | None, phase: Phase) -> Rebuilt:
        """Fold and compare; with `swap` mend what differs; compare with what Stripe says, where that can be asked."""
        await phase("folding")
        names = {topic for topic, _ in self.topics.positions}
        for _ in range(ROUNDS):  # while the first took long, much may have come
            await self.folding.up_to(await self._reached(names), self.rebuilt)
        await phase("comparing")
        comparison, behind = await self._compare(names)
        mended = None
        if swap and comparison.differ:
            await phase(MENDING)
            mended = await self._mend(comparison, names)
        asked = None
        if stripe:
            await phase("asking Stripe")
            asked = await self._asking(stripe).compare()
        done, took = self.folding.records, self.folding.seconds
        return Rebuilt(done, took, behind, self.topics.reaches_back_to, comparison, mended, asked)

    def _asking(self, stripe: Objects) -> AtStripe:
        by_topic = readers(topic_prefix="", order_id_key=self.settings.order_id_key)
        return AtStripe(stripe, by_topic[STRIPE_EVENTS.under("")], self.live, self.schema, self.folding.tell)

    async def _reached(self, names: set[str]) -> dict[tuple[str, int], int]:
        found = await reached(self.live, names)
        if not found:
            raise NothingTakenIn
        return found

    async def _compare(self, names: set[str]) -> tuple[Comparison, int]:
        """At one moment of the live schema; the rebuilt one is brought to exactly that."""
        async with self.live.transaction(isolation="repeatable_read", readonly=True):
            until = await self._reached(names)
            await self.folding.up_to(until, self.rebuilt)
            ends = await self.topics.ends()
            async with self.rebuilt.transaction(isolation="repeatable_read", readonly=True):
                comparison = await compare(self.live, self.rebuilt, self.topics.reaches_back_to)
        return comparison, sum(max(0, end - until.get(place, 0)) for place, end in ends.items())

    async def _mend(self, comparison: Comparison, names: set[str]) -> Mended:
        """Mend and compare again, until nothing is left, or it does not get less."""
        since = known_from(self.topics.reaches_back_to)
        mending = Mending(self.live, self.schema, self.settings.merchant_id, self.folding, self.topics, since)
        mended, left, before = Mended(), comparison, comparison.differ + 1
        async with publishing(self.settings, self.live) as publish:
            while left.mendable and left.differ < before:
                before = left.differ
                await mending.mend(left.mendable, self.rebuilt, publish, mended)
                left, _ = await self._compare(names)
        mended.left_alone, mended.still_differ = left.only_live_count, left.differ - left.only_live_count
        return mended


@asynccontextmanager
async def opened(
    settings: RebuildSettings, kafka: AIOKafkaConsumer, *, swap: bool, tell: Tell
) -> AsyncIterator[Rebuild]:
    """Make the schema, and leave nothing of it at the end. Raises Busy, CutOff, and what asyncpg and aiokafka raise."""
    url = settings.database_url.get_secret_value()
    async with AsyncExitStack() as stack:
        live = await stack.enter_async_context(schema.connected(url, STATEMENT_SECONDS))
        await stack.enter_async_context(schema.alone(live))
        await _finish_earlier(settings, live, swap=swap)
        name = await schema.make(live, url)
        stack.push_async_callback(_tidy, live)
        await live.execute(f"CREATE TABLE {UNPUBLISHED} (kind text, id text, version int)")
        search = {"search_path": schema.REBUILD, "synchronous_commit": "off"}
        rebuilt = await stack.enter_async_context(schema.connected(url, STATEMENT_SECONDS, **search))
        by_topic = readers(topic_prefix=settings.kafka_topic_prefix, order_id_key=settings.order_id_key)
        topics = Topics(kafka)
        await topics.begin(list(by_topic))
        await schema.begin(rebuilt, topics.positions)
        out = await discarded(live)
        folding = Folding(settings, topics, by_topic, settings.max_record_bytes, out, tell)
        yield Rebuild(settings, live, rebuilt, topics, folding, name)


@asynccontextmanager
async def publishing(settings: OperatorSettings, live: Connection) -> AsyncIterator[Publish]:
    """A way to publish changes, with those below them (see `predecessors`); each is acknowledged when it returns."""
    publisher = Publisher(settings.kafka_bootstrap_servers, timeout=settings.publish_timeout)
    predecessors = Predecessors(schema.Just(live))
    try:
        await publisher.start()

        async def publish(changes: Sequence[Change | SubscriptionChange]) -> None:
            announced = await predecessors.joined(changes)
            await publisher.publish([announcement(one, settings.kafka_topic_prefix, None) for one in announced])
            predecessors.note(announced)

        yield publish
    finally:
        await publisher.stop()


async def _tidy(live: Connection) -> None:
    """Leave nothing of the schema, but for what is committed and could not be published: the next swap has to know."""
    if not await live.fetch(LEFT):
        await schema.drop(live)


async def _finish_earlier(settings: OperatorSettings, live: Connection, *, swap: bool) -> None:
    """Publish what a swap that was cut off had committed and not published."""
    if not await live.fetchval("SELECT to_regclass($1) IS NOT NULL", UNPUBLISHED):
        return
    left = await live.fetch(LEFT)
    if left and not swap:
        raise CutOff
    changes: list[Change | SubscriptionChange] = []
    for kind, *whose in left:
        change, question = CHANGES[kind]
        changes += [change(**row) for row in await live.fetch(question, *whose)]
    if changes:
        async with publishing(settings, live) as publish:
            await publish(changes)
