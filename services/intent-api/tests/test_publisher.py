"""The producer's life: trusted, doubted, replaced, stopped."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from aiokafka import TopicPartition
from aiokafka.protocol.produce import ProduceRequest

from intent_api.metrics import Metrics
from intent_api.publisher import CLOSE_TIMEOUT, Publisher
from tillstream_contracts import ORDERS_PLACED, OrderPlaced
from tillstream_operations import Problem

if TYPE_CHECKING:
    from devstack.fixtures import OwnKafka
    from placed_topic import PlacedTopic

pytestmark = pytest.mark.integration
AT_ONCE = 500
EVENT = OrderPlaced(
    event_id="ord_1.placed",
    occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
    merchant_id="default",
    order_id="ord_1",
    reference=None,
    customer_id=None,
    currency="usd",
    amount=100,
    lines=(),
    metadata={},
    payment_intent_id="pi_1",
    checkout_session_id=None,
)


async def test_producer_with_a_gap_in_its_sequence_is_replaced(placed_topic: PlacedTopic) -> None:
    """Kafka itself refuses the gap; no restart is needed."""
    topic = ORDERS_PLACED.under(placed_topic.prefix)
    publisher = Publisher(placed_topic.bootstrap, topic, timeout=timedelta(seconds=20), metrics=Metrics())
    await publisher.open()
    try:
        await publisher.publish(EVENT, traceparent=None)
        numbers = publisher._producer.result()._txn_manager
        for partition in range(3):
            numbers.increment_sequence_number(TopicPartition(topic, partition), 7)
        with pytest.raises(Problem) as refused:
            await publisher.publish(EVENT, traceparent=None)
        assert refused.value.code == "broker_unavailable"
        await publisher.publish(EVENT, traceparent=None)
    finally:
        await publisher.close()
    assert len(await placed_topic.records(2)) == 2


async def test_orders_that_come_at_once_wait_for_few_requests(placed_topic: PlacedTopic) -> None:
    """Not for one request after the other, each with the twenty orders that fit into a batch of aiokafka's own size."""
    topic = ORDERS_PLACED.under(placed_topic.prefix)
    publisher = Publisher(placed_topic.bootstrap, topic, timeout=timedelta(seconds=20), metrics=Metrics())
    await publisher.open()
    try:
        await publisher.publish(EVENT, traceparent=None)
        client = publisher._producer.result().client
        with patch.object(client, "send", wraps=client.send) as sent:
            orders = [EVENT.model_copy(update={"order_id": f"ord_{number}"}) for number in range(AT_ONCE)]
            await asyncio.gather(*(publisher.publish(order, traceparent=None) for order in orders))
        assert sum(isinstance(call.args[1], ProduceRequest) for call in sent.call_args_list) <= 4
    finally:
        await publisher.close()
    assert len(await placed_topic.records(AT_ONCE + 1)) == AT_ONCE + 1


async def test_publisher_stops_in_time_while_kafka_is_away(own_kafka: OwnKafka) -> None:
    """With a record still waiting to be sent."""
    publisher = Publisher(own_kafka.bootstrap, ORDERS_PLACED.name, timeout=timedelta(seconds=10), metrics=Metrics())
    await publisher.open()
    await publisher.publish(EVENT, traceparent=None)
    await asyncio.to_thread(own_kafka.stop)
    waiting = asyncio.create_task(publisher.publish(EVENT, traceparent=None))
    began = time.monotonic()
    await publisher.close()
    assert time.monotonic() - began < 2 * CLOSE_TIMEOUT
    with pytest.raises(Problem):
        await waiting


async def test_producer_whose_sender_died_by_any_error_is_replaced(placed_topic: PlacedTopic) -> None:
    """By one of Python's own, too: it is no KafkaError, and stands for all orders that come after it."""
    topic = ORDERS_PLACED.under(placed_topic.prefix)
    publisher = Publisher(placed_topic.bootstrap, topic, timeout=timedelta(seconds=20), metrics=Metrics())
    await publisher.open()
    try:
        await publisher.publish(EVENT, traceparent=None)
        dead = publisher._producer.result()
        dead._message_accumulator.fail_all(AttributeError("a bug of the sender's"))
        with pytest.raises(Problem) as refused:
            await publisher.publish(EVENT, traceparent=None)
        assert (refused.value.status, refused.value.code) == (503, "broker_unavailable")
        await publisher.publish(EVENT, traceparent=None)
        assert publisher._producer.result() is not dead
    finally:
        await publisher.close()
    assert len(await placed_topic.records(2)) == 2
