"""What stands in Kafka."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord

from running_house import RunningHouse
from tillstream_contracts import Topic


async def how_many(house: RunningHouse, topic: Topic) -> int:
    """Records ever written to the topic."""
    async with _reading(house, topic) as consumer:
        return sum((await consumer.end_offsets(consumer.assignment())).values())


async def records(house: RunningHouse, topic: Topic) -> list[ConsumerRecord[bytes, bytes]]:
    """Everything that stands in the topic now."""
    async with _reading(house, topic) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        found: list[ConsumerRecord[bytes, bytes]] = []
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                found.extend(batch)
        return found


@asynccontextmanager
async def _reading(house: RunningHouse, topic: Topic) -> AsyncIterator["AIOKafkaConsumer[bytes, bytes]"]:
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        topic.name, bootstrap_servers=house.kafka, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()
