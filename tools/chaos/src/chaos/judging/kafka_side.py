"""What stands in Kafka, from offset 0, and what waits there."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chaos.judging.evidence import Record
from tillstream_contracts import ORDERS_PLACED, PAYMENTS_ATTACHED, STRIPE_EVENTS, TOPICS
from tillstream_contracts.headers import HEALED, texts

READ_SECONDS: Final = 120.0
ASK_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.5
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "order-service": (STRIPE_EVENTS.name, ORDERS_PLACED.name, PAYMENTS_ATTACHED.name),
    "order-service-resolver": (STRIPE_EVENTS.name,),
}
"""Who consumes what. A group that never committed anything does not run here."""


class Lost(Exception):
    """A topic does not begin at offset 0: somebody removed records, and nothing can be told from the rest."""


async def read_topics(bootstrap: str, prefix: str) -> dict[str, list[Record]]:
    """All records of all topics, by the topics' names without the prefix."""
    consumer = _consumer(bootstrap)
    await consumer.start()
    try:
        async with asyncio.timeout(READ_SECONDS):
            return {topic.name: await _read(consumer, topic.under(prefix)) for topic in TOPICS}
    finally:
        await consumer.stop()


async def lag(bootstrap: str, prefix: str) -> int:
    """How many records wait for those who consume them. Raises KafkaError or TimeoutError."""
    async with asyncio.timeout(ASK_SECONDS):
        consumer, admin = _consumer(bootstrap), AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        try:
            await consumer.start()
            await admin.start()
            return sum([await _lag_of(group, consumer, admin, prefix) for group in GROUPS])
        finally:
            await consumer.stop()
            await admin.close()


async def until_nothing_waits(bootstrap: str, prefix: str, *, within: float) -> tuple[float | None, int]:
    """The seconds until nothing waits, None if that is not so in time; and how much waits still."""
    clock = asyncio.get_running_loop().time
    begun, left = clock(), -1
    while clock() - begun <= within:
        try:
            left = await lag(bootstrap, prefix)
        except (KafkaError, TimeoutError, OSError):
            left = -1
        if left == 0:
            return clock() - begun, 0
        await asyncio.sleep(PAUSE_SECONDS)
    return None, left


def _consumer(bootstrap: str) -> Any:
    return AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")


async def _partitions(consumer: Any, topic: str) -> list[TopicPartition]:
    await consumer.end_offsets([TopicPartition(topic, 0)])  # so it learns of the others
    return [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic))]


async def _read(consumer: Any, topic: str) -> list[Record]:
    partitions = await _partitions(consumer, topic)
    ends = await consumer.end_offsets(partitions)
    removed = [at for at, first in (await consumer.beginning_offsets(partitions)).items() if first]
    if removed:
        raise Lost(f"{topic} begins later than at offset 0 in partitions {removed}")
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    found: list[Record] = []
    while any([await consumer.position(at) < ends[at] for at in partitions]):
        batches = await consumer.getmany(timeout_ms=500)
        found += [_record(record) for records in batches.values() for record in records]
    return sorted(found, key=lambda record: (record.partition, record.offset))


def _record(record: Any) -> Record:
    headers = texts(record.headers)
    key, value = (record.key or b"").decode(errors="replace"), record.value or b""
    event_id, source = headers.get("ce_id", ""), headers.get("ce_source", "")
    return Record(record.partition, record.offset, key, event_id, source, value, headers.get(HEALED, ""))


async def _lag_of(group: str, consumer: Any, admin: Any, prefix: str) -> int:
    committed = {at: kept.offset for at, kept in (await admin.list_consumer_group_offsets(group)).items()}
    if not committed:
        return 0
    return sum([await _behind(consumer, prefix + topic, committed) for topic in GROUPS[group]])


async def _behind(consumer: Any, topic: str, committed: Mapping[TopicPartition, int]) -> int:
    ends: Mapping[TopicPartition, int] = await consumer.end_offsets(await _partitions(consumer, topic))
    return sum(_waiting(committed.get(at, 0), end) for at, end in ends.items())


def _waiting(committed: int, end: int) -> int:
    return end - max(0, committed)
