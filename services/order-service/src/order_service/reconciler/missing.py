"""Which events nobody here has heard of: in bulk, and only once what stands in Kafka already has been read."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError, UnknownTopicOrPartitionError

from order_service.published import partitions_of
from order_service.reconciler.leadership import Lead
from tillstream_operations import leave

UNHEARD = """
    SELECT id FROM unnest($1::text[]) AS id
    WHERE NOT EXISTS (SELECT FROM inbox WHERE event_id = id)
        AND NOT EXISTS (SELECT FROM parked_records WHERE event_id = id AND event_id IS NOT NULL)"""
REACHED: Final = "SELECT partition, next_offset FROM consumed WHERE topic = $1"
CLIENT: Final = "order-service-reconciler"
ASK_SECONDS: Final = 5.0
CATCH_UP_SECONDS: Final = 15.0
POLL_SECONDS: Final = 0.2
GOODBYE_SECONDS: Final = 2.0

T = TypeVar("T")
Ends = Mapping[int, int]
"""By partition."""


class Behind(Exception):
    """order-service has still to read what stands in Kafka; what it has not heard of may well be there."""


async def unheard(lead: Lead, event_ids: Iterable[str]) -> set[str]:
    """Those that neither took effect nor are parked."""
    return {row["id"] for row in await lead.fetch(UNHEARD, list(event_ids))}


class Reader:
    """How far order-service has taken the topic in, by its database; how far the topic goes, by Kafka."""

    def __init__(self, consumer: AIOKafkaConsumer, topic: str) -> None:
        self._consumer, self._topic = consumer, topic

    async def ends(self) -> Ends:
        """Where each partition ends now. Raises KafkaError."""
        ends = await _asked(self._ends())
        return {partition.partition: end for partition, end in ends.items()}

    async def _ends(self) -> Mapping[TopicPartition, int]:
        partitions = await partitions_of(self._consumer, [self._topic])
        if not partitions:  # not known yet; a topic of no partitions would count as read to its end
            raise UnknownTopicOrPartitionError
        ends: Mapping[TopicPartition, int] = await self._consumer.end_offsets(partitions)
        return ends

    async def reaches(self, lead: Lead, ends: Ends) -> None:
        """Return once all before these ends is taken in. Raises Behind where that takes too long."""
        by = time.monotonic() + CATCH_UP_SECONDS
        while not await self._has_reached(lead, ends):
            if time.monotonic() > by:
                raise Behind
            await asyncio.sleep(POLL_SECONDS)

    async def _has_reached(self, lead: Lead, ends: Ends) -> bool:
        reached = {row["partition"]: row["next_offset"] for row in await lead.fetch(REACHED, self._topic)}
        return all(reached.get(partition, 0) >= end for partition, end in ends.items())


async def _asked(answer: Awaitable[T]) -> T:
    """What Kafka answers. Raises KafkaError, also where it does not."""
    try:
        async with asyncio.timeout(ASK_SECONDS):
            return await answer
    except TimeoutError:
        raise KafkaTimeoutError from None


@asynccontextmanager
async def reader(bootstrap_servers: str, topic: str) -> AsyncIterator[Reader]:
    """Looks at the topic without reading any of it. Raises KafkaError."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, client_id=CLIENT, metadata_max_age_ms=30_000)
    try:
        await consumer.start()
        yield Reader(consumer, topic)
    finally:
        await leave(consumer.stop(), within=GOODBYE_SECONDS)
