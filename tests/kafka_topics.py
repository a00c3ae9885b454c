"""What stands in Kafka."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from running_house import RunningHouse
from tillstream_contracts import Topic


async def how_many(house: RunningHouse, topic: Topic) -> int:
    """Records ever written to the topic."""
    async with _reading(house, topic) as (consumer, partitions):
        return sum((await consumer.end_offsets(partitions)).values())


async def records(house: RunningHouse, topic: Topic) -> list[ConsumerRecord[bytes, bytes]]:
    """Everything that stands in the topic now."""
    async with _reading(house, topic) as (consumer, partitions):
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning()
        found: list[ConsumerRecord[bytes, bytes]] = []
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                found.extend(batch)
        return found


@asynccontextmanager
async def _reading(
    house: RunningHouse, topic: Topic
) -> AsyncIterator[tuple["AIOKafkaConsumer[bytes, bytes]", list[TopicPartition]]]:
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(bootstrap_servers=house.kafka, enable_auto_commit=False)
    await consumer.start()
    try:
        await consumer.topics()
        numbers = consumer.partitions_for_topic(topic.name) or set()
        partitions = [TopicPartition(topic.name, number) for number in numbers]
        consumer.assign(partitions)
        yield consumer, partitions
    finally:
        await consumer.stop()
