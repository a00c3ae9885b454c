"""Which events nobody here has heard of: in bulk, and only once what stands in Kafka already has been read."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, KafkaTimeoutError

from order_service.reconciler.leadership import Lead

UNHEARD = """
    SELECT id FROM unnest($1::text[]) AS id
    WHERE NOT EXISTS (SELECT FROM inbox WHERE event_id = id)
        AND NOT EXISTS (SELECT FROM parked_records WHERE event_id = id AND event_id IS NOT NULL)"""
CLIENT: Final = "order-service-reconciler"
ASK_SECONDS: Final = 5.0
CATCH_UP_SECONDS: Final = 15.0
POLL_SECONDS: Final = 0.2
GOODBYE_SECONDS: Final = 2.0

T = TypeVar("T")
Offsets = Mapping[TopicPartition, int]


class Behind(Exception):
    """order-service has still to read what stands in Kafka; what it has not heard of may well be there."""


async def unheard(lead: Lead, event_ids: Iterable[str]) -> set[str]:
    """Those that neither took effect nor are parked."""
    return {row["id"] for row in await lead.fetch(UNHEARD, list(event_ids))}


class Reader:
    """How far order-service has read the topic, seen from outside its group."""

    def __init__(self, consumer: AIOKafkaConsumer, admin: AIOKafkaAdminClient, *, topic: str, group: str) -> None:
        self._consumer, self._admin, self._topic, self._group = consumer, admin, topic, group

    async def ends(self) -> Offsets:
        """Where the topic ends now. Raises KafkaError."""
        [described] = await _asked(self._admin.describe_topics([self._topic]))
        places = [TopicPartition(self._topic, one["partition"]) for one in described["partitions"]]
        return dict(await _asked(self._consumer.end_offsets(places)))

    async def reaches(self, ends: Offsets) -> None:
        """Return once all before these ends is read. Raises Behind where that takes too long."""
        by = time.monotonic() + CATCH_UP_SECONDS
        while not await self._has_reached(ends):
            if time.monotonic() > by:
                raise Behind
            await asyncio.sleep(POLL_SECONDS)

    async def _has_reached(self, ends: Offsets) -> bool:
        begins = await _asked(self._consumer.beginning_offsets(list(ends)))
        done = await _asked(self._admin.list_consumer_group_offsets(self._group))
        offsets = {place: done[place].offset if place in done else 0 for place in ends}
        return all(max(offsets[place], begins[place]) >= end for place, end in ends.items())


async def _asked(answer: Awaitable[T]) -> T:
    """What Kafka answers. Raises KafkaError, also where it does not."""
    try:
        return await asyncio.wait_for(answer, ASK_SECONDS)
    except TimeoutError:
        raise KafkaTimeoutError from None


@asynccontextmanager
async def reader(bootstrap_servers: str, *, topic: str, group: str) -> AsyncIterator[Reader]:
    """Looks at the group's offsets without joining it. Raises KafkaError."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, client_id=CLIENT, metadata_max_age_ms=30_000)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, client_id=CLIENT)
    try:
        await consumer.start()
        await admin.start()
        yield Reader(consumer, admin, topic=topic, group=group)
    finally:
        for close in (consumer.stop, admin.close):
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(close(), GOODBYE_SECONDS)
