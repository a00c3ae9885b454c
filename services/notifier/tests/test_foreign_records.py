"""Another company's producer writes to our topics: what it says is passed on, and what it hides is nothing."""

from typing import TYPE_CHECKING

import pytest
from aiokafka import AIOKafkaProducer

from devstack.foreign_records import CODECS, send_named_by_bytes

if TYPE_CHECKING:
    from conftest import House

pytestmark = pytest.mark.integration


async def test_header_names_that_are_not_utf_8_stop_no_stream(house: "House", kafka_bootstrap: str) -> None:
    """The changes before and behind such a record arrive, in all partitions."""
    await house.start()
    watchers = [await house.watch(f"ord_{number}") for number in range(3)]
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all") as producer:
        for partition in range(3):
            await send_named_by_bytes(producer, house.topic, b"{}", key=b"k", name=b"\xff\xfe", partition=partition)
        for number, watcher in enumerate(watchers):
            await house.publish(f"ord_{number}", 1, partition=number)
            assert await watcher.versions(2) == [("snapshot", 0), ("status", 1)]


@pytest.mark.parametrize("codec", CODECS)
async def test_compressed_changes_arrive(house: "House", kafka_bootstrap: str, codec: str) -> None:
    """A topic's `compression.type` may be any that Kafka knows."""
    await house.start()
    watcher = await house.watch("ord_1")
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all", compression_type=codec) as producer:
        house._producer = producer
        await house.publish("ord_1", 1)
    assert await watcher.versions(2) == [("snapshot", 0), ("status", 1)]
