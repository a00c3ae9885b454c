"""Kafka goes, comes back, grows or forgets: sockets stay while nothing is missed, and start over when something is."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from websockets.exceptions import InvalidStatus

from devstack.fixtures import OwnKafka
from devstack.ports import free_port
from devstack.topics import create_topics, delete_topics
from notifier.app import create_notifier
from tillstream_contracts import ORDERS_STATUS

if TYPE_CHECKING:
    from conftest import House

pytestmark = pytest.mark.integration


async def test_broker_restart_loses_no_change_and_no_socket(house_on_own_kafka: "House", own_kafka: OwnKafka) -> None:
    """Whatever was written before the crash and after it arrives, once and in order."""
    house = house_on_own_kafka
    await house.start()
    client = await house.watch("ord_1")
    await client.frame()
    await house.publish("ord_1", 1)
    await asyncio.to_thread(own_kafka.stop)
    await asyncio.to_thread(own_kafka.start)
    await house.publish("ord_1", 2)
    assert await client.versions(2) == [("status", 1), ("status", 2)]


async def test_frozen_broker_is_noticed_and_its_return_too(house_on_own_kafka: "House", own_kafka: OwnKafka) -> None:
    """Readiness tells; a client that comes meanwhile gets its snapshot and later the change."""
    house = house_on_own_kafka
    await house.start(kafka_timeout=1, kafka_stale_after=1)
    own_kafka.pause()
    await house.until_ready(False)
    assert (await house.get("/livez"))[0] == 200
    client = await house.watch("ord_1")
    assert await client.versions(1) == [("snapshot", 0)]
    own_kafka.resume()
    await house.until_ready()
    await house.publish("ord_1", 1)
    assert await client.versions(1) == [("status", 1)]


async def test_new_partition_is_read_from_its_beginning(
    house: "House", kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change may be in it before we have noticed it."""
    monkeypatch.setattr("notifier.feed.METADATA_MAX_AGE", timedelta(seconds=0.5))
    await house.start()
    client = await house.watch("ord_1")
    await client.frame()
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_partitions({house.topic: NewPartitions(total_count=4)})
    await admin.close()
    await house.until_partitions(4)
    await house.publish("ord_1", 1, partition=3)
    assert await client.versions(1) == [("status", 1)]


async def test_lost_records_make_every_client_start_over(
    house: "House", kafka_bootstrap: str, kafka_prefix: str
) -> None:
    """The topic was made anew while we were away: who knows what was in it."""
    await house.start()
    client = await house.watch("ord_1")
    await client.frame()
    for version in range(1, 4):
        await house.publish("ord_1", version, partition=0)
    await client.versions(3)
    await delete_topics(kafka_bootstrap, [house.topic])
    await create_topics(kafka_bootstrap, prefix=kafka_prefix, partitions=3, topics=[ORDERS_STATUS])
    assert await client.closed() == 1012
    again = await house.watch("ord_1", after_version=3)
    assert await again.versions(1) == [("snapshot", 0)]


async def test_stream_is_closed_until_positions_are_known(house: "House") -> None:
    """A socket let in earlier could miss a change."""
    notifier = create_notifier(house.settings(kafka_bootstrap_servers=f"127.0.0.1:{free_port()}"))
    async with notifier.running() as house.port:
        with pytest.raises(InvalidStatus) as refused:
            await house.connect()
        assert refused.value.response.status_code == 503
        assert [(await house.get(path))[0] for path in ("/readyz", "/livez")] == [503, 200]
