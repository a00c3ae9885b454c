"""A database that was restored from a backup: noticed when a consumer starts, and brought up to date by consuming.

Kafka's committed offsets are then ahead of the database, and the records in between would not come again. So consumers
start from where the database is. The changes of those records were published once already, by the database that is
gone; what is published again gets versions above all of these, so that no reader drops it, and no version has two
bodies. Versions have a gap there.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from order_service.commits import IN_DATABASE, Committed
from order_service.failures import WentBack
from order_service.postgres import Connection, Pool
from order_service.published import highest_published, is_forgotten, last_published, partitions_of
from order_service.settings import Settings
from tillstream_contracts import ORDERS_STATUS, SUBSCRIPTIONS_STATUS
from tillstream_operations import leave

log = structlog.get_logger(__name__)

ALONE: Final = 7_203_114_521
"""The advisory lock on which consumers that start at once take turns."""
START_SECONDS: Final = 30.0
NOTICE_SECONDS: Final = 600.0
GOODBYE_SECONDS: Final = 2.0
"""Enough to read the versions that were published since last night's backup."""
CLOCKS_DIFFER: Final = timedelta(minutes=10)
NEVER: Final = datetime.fromtimestamp(0, UTC) + CLOCKS_DIFFER
KNOWN: Final = (
    "SELECT topic, partition, next_offset, replay_until, reached_at FROM consumed WHERE topic = ANY($1::text[])"
)
HAS_EVENTS: Final = "SELECT EXISTS (SELECT FROM inbox)"
HIGHEST: Final = """
    SELECT greatest((SELECT max(version) FROM orders), (SELECT max(version) FROM subscriptions), 0)"""
BEGIN: Final = """
    INSERT INTO consumed (topic, partition, next_offset, reached_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset"""
REPLAY: Final = "UPDATE consumed SET replay_until = $3, version_floor = $4 WHERE topic = $1 AND partition = $2"
SURPASSED: Final = """
    UPDATE consumed SET next_offset = greatest(next_offset, $3), reached_at = $4 WHERE topic = $1 AND partition = $2"""
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Stands:
    """A partition, as Kafka tells it; `committed` is None where the group never came."""

    begin: int
    end: int
    committed: Committed | None

    @property
    def done(self) -> int:
        """How far the group has come, by what it told Kafka."""
        return self.begin if self.committed is None else min(max(self.committed.offset, self.begin), self.end)


@dataclass(frozen=True, slots=True)
class Kept:
    """A partition, as the database tells it."""

    next_offset: int
    replay_until: int
    reached_at: datetime

    @property
    def is_on_its_way(self) -> bool:
        """Whether it was behind, and is not yet where it had been."""
        return self.next_offset < self.replay_until

    def is_behind(self, committed: Committed | None) -> bool:
        """Whether it lacks what was once in it, and nobody has noticed that yet."""
        if committed is None or max(self.next_offset, self.replay_until) >= committed.offset:
            return False
        return committed.is_noted or self.is_on_its_way

    def is_surpassed(self, committed: Committed | None) -> bool:
        """Whether all is in it and it only was not told so, by a build that takes in records without noting how far."""
        if committed is None or committed.is_noted or self.is_on_its_way:
            return False
        return self.next_offset < committed.offset


async def notice_restore(pool: Pool, settings: Settings, topics: Collection[str]) -> None:
    """Know each partition of the topics that are consumed, and prepare for what a restored database lacks.

    Raises what asyncpg and aiokafka raise, and TimeoutError.
    """
    published = [topic.under(settings.kafka_topic_prefix) for topic in (ORDERS_STATUS, SUBSCRIPTIONS_STATUS)]
    where = {"bootstrap_servers": settings.kafka_bootstrap_servers, "client_id": "order-service"}
    kafka = AIOKafkaConsumer(**where, group_id=None, auto_offset_reset="none")
    async with asyncio.timeout(NOTICE_SECONDS):
        try:
            await kafka.start()
            committed = await _committed(settings)
            await _notice(pool, kafka, await standing(kafka, topics, committed), published)
        finally:
            await leave(kafka.stop(), within=GOODBYE_SECONDS)  # also one that could not start


async def _committed(settings: Settings) -> dict[TopicPartition, Committed]:
    """What the group has told Kafka that it has done."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers, client_id="order-service")
    try:
        await admin.start()
        told = await admin.list_consumer_group_offsets(settings.consumer_group)
        return {key: Committed(one.offset, one.metadata == IN_DATABASE) for key, one in told.items() if one.offset >= 0}
    finally:
        await leave(admin.close(), within=GOODBYE_SECONDS)


async def _notice(
    pool: Pool, kafka: AIOKafkaConsumer, stands: Mapping[Place, Stands], published: Collection[str]
) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", ALONE)
        rows = _kept(await connection.fetch(KNOWN, sorted({topic for topic, _ in stands})))
        stands = await _not_outrun(kafka, stands, rows)
        kept = await _known_partitions(connection, stands, rows)
        behind = {place: one for place, one in kept.items() if one.is_behind(stands[place].committed)}
        if behind or await is_forgotten(connection, await last_published(kafka, published)):
            await _prepare(connection, kafka, stands, kept, behind, published)


async def starts(pool: Pool, settings: Settings, assigned: Collection[TopicPartition]) -> dict[TopicPartition, int]:
    """From where to read those of these partitions in which the group's offset is ahead of the database.

    Raises WentBack if nobody has noticed that yet, and what asyncpg and aiokafka raise.
    """
    async with asyncio.timeout(START_SECONDS):
        committed = await _committed(settings)
        kept = _kept(await pool.fetch(KNOWN, sorted({partition.topic for partition in assigned})))
        earlier: dict[TopicPartition, int] = {}
        for partition in assigned:
            one, told = kept.get((partition.topic, partition.partition)), committed.get(partition)
            if one is None or one.is_behind(told):
                raise WentBack
            if told is not None and one.is_surpassed(told):
                await pool.execute(SURPASSED, partition.topic, partition.partition, told.offset, datetime.now(UTC))
            elif told is not None and one.next_offset < told.offset:
                earlier[partition] = one.next_offset
    return earlier


async def standing(
    kafka: AIOKafkaConsumer, topics: Collection[str], committed: Mapping[TopicPartition, Committed]
) -> dict[Place, Stands]:
    """All partitions of these topics, as Kafka tells them."""
    partitions = await partitions_of(kafka, topics)
    begins, ends = await kafka.beginning_offsets(partitions), await kafka.end_offsets(partitions)
    return {(one.topic, one.partition): Stands(begins[one], ends[one], committed.get(one)) for one in partitions}


async def _not_outrun(
    kafka: AIOKafkaConsumer, stands: Mapping[Place, Stands], kept: Mapping[Place, Kept]
) -> Mapping[Place, Stands]:
    """With ends asked for again where another process has come past them since they were told.

    Its records would look as if Kafka had lost them, and the database as if it had to go back.
    """
    outrun = [place for place, one in stands.items() if place in kept and kept[place].next_offset > one.end]
    if not outrun:
        return stands
    ends = await kafka.end_offsets([TopicPartition(*place) for place in outrun])
    return {**stands, **{place: replace(stands[place], end=ends[TopicPartition(*place)]) for place in outrun}}


async def _known_partitions(
    connection: Connection, stands: Mapping[Place, Stands], kept: dict[Place, Kept]
) -> dict[Place, Kept]:
    """The database's partitions; what it does not know begins with what Kafka has.

    What a build told Kafka that knows no partition at all, or takes in records without noting how far, is taken for
    the truth.
    """
    now = datetime.now(UTC)
    is_first = not kept and await connection.fetchval(HAS_EVENTS)
    for place, one in stands.items():
        known = kept.get(place)
        is_surpassed = known is not None and known.is_surpassed(one.committed)
        if known and one.begin <= known.next_offset <= one.end and not is_surpassed:
            continue
        if known and known.next_offset < one.begin and not is_surpassed:
            log.error("records_gone_unread", topic=place[0], partition=place[1], lost=one.begin - known.next_offset)
        begin = one.done if is_first or is_surpassed or (known and known.next_offset > one.end) else one.begin
        reached_at = known.reached_at if known else now if is_first else NEVER
        await connection.execute(BEGIN, *place, begin, reached_at)
        kept[place] = Kept(begin, known.replay_until if known else 0, reached_at)
    return kept


async def _prepare(
    connection: Connection,
    kafka: AIOKafkaConsumer,
    stands: Mapping[Place, Stands],
    kept: Mapping[Place, Kept],
    behind: Mapping[Place, Kept],
    published: Collection[str],
) -> None:
    """Let no version be given again that was published since the database was as it is."""
    since = max(one.reached_at for one in kept.values()) - CLOCKS_DIFFER
    lacking = sum(stands[place].end - one.next_offset for place, one in behind.items())
    highest: int = await connection.fetchval(HIGHEST)
    told = await highest_published(kafka, published, since)
    floor = max(highest, told.version) + (lacking if told.is_cut_off else 0)
    for place in kept:
        await connection.execute(REPLAY, *place, stands[place].end, floor)
    log.warning("database_was_restored", lacks_records=lacking, versions_above=floor)


def _kept(rows: Iterable[Any]) -> dict[Place, Kept]:
    return {
        (row["topic"], row["partition"]): Kept(row["next_offset"], row["replay_until"], row["reached_at"])
        for row in rows
    }
