"""What was published, by the status topics themselves: they know when the database has forgotten it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from order_service.postgres import Connection
from tillstream_contracts.headers import texts

TAIL: Final = 100
"""So many records of each partition are looked at to see whether the database still knows them."""
LONGEST_NUMBER: Final = 10
IS_FORGOTTEN: Final = """
    SELECT EXISTS (
        SELECT FROM unnest($1::text[], $2::int[]) AS told(id, version)
        WHERE version > (SELECT coalesce(max(version_floor), 0) FROM consumed)
            AND NOT EXISTS (SELECT FROM order_changes AS c WHERE c.order_id = told.id AND c.version = told.version)
            AND NOT EXISTS (
                SELECT FROM subscription_changes AS c WHERE c.subscription_id = told.id AND c.version = told.version
            )
    )"""


class Version(NamedTuple):
    """Of an order or a subscription, as it was published."""

    whose: str
    version: int


@dataclass(frozen=True, slots=True)
class Told:
    """The highest version that was published; `is_cut_off` says that there may have been higher ones, long ago."""

    version: int
    is_cut_off: bool


async def partitions_of(kafka: AIOKafkaConsumer, topics: Collection[str]) -> list[TopicPartition]:
    """All partitions of these topics, which the consumer is given by this."""
    first = [TopicPartition(topic, 0) for topic in topics]
    kafka.assign(first)
    await kafka.end_offsets(first)  # brings the topics' metadata along
    found = [TopicPartition(topic, number) for topic in topics for number in kafka.partitions_for_topic(topic) or ()]
    kafka.assign(found)
    return sorted(found)


async def highest_published(kafka: AIOKafkaConsumer, topics: Collection[str], since: datetime) -> Told:
    """Looked for in all that was published since then."""
    partitions = await partitions_of(kafka, topics)
    begins, ends = await kafka.beginning_offsets(partitions), await kafka.end_offsets(partitions)
    times = await kafka.offsets_for_times(dict.fromkeys(partitions, int(since.timestamp() * 1000)))
    starts = {one: times[one].offset if times.get(one) else ends[one] for one in partitions}
    version = 0
    async for records in _read(kafka, starts, ends):
        version = max(version, *(_version(record).version for record in records))
    return Told(version, any(0 < begins[one] == starts[one] for one in partitions))


async def last_published(kafka: AIOKafkaConsumer, topics: Collection[str]) -> set[Version]:
    """The last ones of each partition."""
    partitions = await partitions_of(kafka, topics)
    begins, ends = await kafka.beginning_offsets(partitions), await kafka.end_offsets(partitions)
    starts = {one: max(begins[one], ends[one] - TAIL) for one in partitions}
    return {_version(record) async for records in _read(kafka, starts, ends) for record in records}


async def is_forgotten(connection: Connection, published: Collection[Version]) -> bool:
    """Whether one of these is not in the database, which had committed each before it was published.

    Those below the number above which a database that was restored before gives its versions are known to be gone.
    """
    found: bool = await connection.fetchval(
        IS_FORGOTTEN, [one.whose for one in published], [one.version for one in published]
    )
    return found


async def _read(
    kafka: AIOKafkaConsumer, starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> AsyncIterator[Sequence[Any]]:
    for partition, offset in starts.items():
        kafka.seek(partition, offset)
    waiting = {one for one, offset in starts.items() if offset < ends[one]}
    while waiting:
        for records in (await kafka.getmany(*waiting, timeout_ms=1000)).values():
            yield records
        waiting = {one for one in waiting if await kafka.position(one) < ends[one]}


def _version(record: Any) -> Version:
    """Whose it is says the record's key; the change's id ends with the version."""
    number = texts(record.headers).get("ce_id", "").rpartition(".v")[2]
    version = int(number) if number.isdecimal() and len(number) < LONGEST_NUMBER else 0
    return Version((record.key or b"").decode(errors="replace"), version)
