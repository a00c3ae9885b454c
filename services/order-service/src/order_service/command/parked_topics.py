"""The parked topics: what stands there is taken stock of before any is listed, so that the list has all of it.

order-service notes what it parks in its database, but the resolver has none; and a database that was restored from a
backup knows less than Kafka does.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import Final, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaTimeoutError

from order_service import bulk
from order_service.command.copies import read_copy
from order_service.command.places import Place
from order_service.inbox import note_parked
from order_service.operator_tables import ParkedCopyRow
from order_service.parking import SUFFIX
from order_service.postgres import Connection
from order_service.records import Record
from order_service.tables import table
from tillstream_contracts.topics import TOPICS

T = TypeVar("T")

COPIES: Final = bulk.upsert(table(ParkedCopyRow))
REACHED: Final = "SELECT max(copy_offset) + 1 FROM parked_copies WHERE topic = $1 AND copy_partition = $2"
MOST: Final = 500

SOURCES: Final = tuple(topic.name.removesuffix(SUFFIX) for topic in TOPICS if topic.name.endswith(SUFFIX))
"""The topics whose records may be parked."""


class ParkedTopics:
    """Reads records by their places; of a group it is no part."""

    def __init__(self, kafka: AIOKafkaConsumer, admin: AIOKafkaAdminClient, *, prefix: str, patience: float) -> None:
        self._kafka, self._admin, self._prefix, self._patience = kafka, admin, prefix, patience

    async def take_stock(self, connection: Connection) -> int:
        """Note what was parked since the last time; how many records that were. Raises KafkaError."""
        seen = 0
        topics = [self._prefix + source + SUFFIX for source in SOURCES]
        for partition, reach in (await self._reach(await self._partitions(topics))).items():
            async for records in self._unseen(connection, partition, reach):
                await _note(connection, records)
                seen += len(records)
        return seen

    async def read(self, place: Place) -> Record | None:
        """The record that stands there; None if Kafka has it no longer. Raises KafkaError."""
        partition = TopicPartition(place.topic, place.partition)
        if partition not in await self._partitions([place.topic]):
            return None
        first, end = (await self._reach([partition]))[partition]
        if not first <= place.offset < end:
            return None
        self._kafka.seek(partition, place.offset)
        record: Record = await self._in_time(self._kafka.getone(partition))
        return record if record.offset == place.offset else None

    async def _partitions(self, topics: Sequence[str]) -> list[TopicPartition]:
        """None of a topic that does not exist."""
        described = await self._in_time(self._admin.describe_topics(list(topics)))
        return [TopicPartition(one["topic"], part["partition"]) for one in described for part in one["partitions"]]

    async def _reach(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, tuple[int, int]]:
        """The first offset of each and the one behind its last; from now on these are assigned."""
        if not partitions:
            return {}
        self._kafka.assign(partitions)
        firsts = await self._in_time(self._kafka.beginning_offsets(partitions))
        ends = await self._in_time(self._kafka.end_offsets(partitions))
        return {partition: (firsts[partition], ends[partition]) for partition in partitions}

    async def _unseen(
        self, connection: Connection, partition: TopicPartition, reach: tuple[int, int]
    ) -> AsyncIterator[Sequence[Record]]:
        """What stands behind the last copy that is known; all of it if the topic was made anew since then."""
        first, end = reach
        known = await connection.fetchval(REACHED, partition.topic.removesuffix(SUFFIX), partition.partition)
        position = known if known is not None and first <= known <= end else first
        while position < end:
            self._kafka.seek(partition, position)
            records = (await self._poll(partition)).get(partition, [])
            position = records[-1].offset + 1 if records else await self._kafka.position(partition)
            yield records

    async def _poll(self, partition: TopicPartition) -> dict[TopicPartition, list[Record]]:
        milliseconds = int(self._patience * 1000)
        polled: dict[TopicPartition, list[Record]] = await self._in_time(
            self._kafka.getmany(partition, timeout_ms=milliseconds, max_records=MOST), more=1
        )
        if not polled:
            raise KafkaTimeoutError
        return polled

    async def _in_time(self, answer: Awaitable[T], *, more: float = 0) -> T:
        try:
            async with asyncio.timeout(self._patience + more):
                return await answer
        except TimeoutError as error:
            raise KafkaTimeoutError from error


async def _note(connection: Connection, records: Sequence[Record]) -> None:
    """Of several copies of one record the last counts, as it is the likeliest to be kept longest."""
    copies = {copy.place: copy for record in records if (copy := read_copy(record))}
    async with connection.transaction():
        await connection.execute(*COPIES.of(copy.copy for copy in copies.values()))
        await note_parked(connection, [copy.parked for copy in copies.values()])
