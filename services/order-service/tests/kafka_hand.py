"""The test's own hand in Kafka."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from schemas.witness import Witness
from tillstream_contracts import (
    ORDERS_PLACED,
    ORDERS_STATUS,
    PAYMENTS_ATTACHED,
    STRIPE_EVENTS,
    SUBSCRIPTIONS_STATUS,
    OrderStatusChanged,
    SubscriptionStatusChanged,
)

T = TypeVar("T")


@dataclass
class Kafka:
    """The test's own hand in Kafka: writes what others would, and reads what order-service writes."""

    prefix: str
    producer: AIOKafkaProducer
    consumer: AIOKafkaConsumer
    witness: Witness
    records: list[Any] = field(default_factory=list)

    async def tell(self, value: bytes | None, *, key: bytes = b"pi_1", headers: Any = (), topic: str = "") -> None:
        """Write to `stripe.events.v1`."""
        name = topic or STRIPE_EVENTS.under(self.prefix)
        await self.producer.send_and_wait(name, value, key=key, headers=list(headers))

    async def place(self, value: bytes, *, key: bytes = b"ord_1") -> None:
        """Write to `orders.placed.v1`."""
        await self.tell(value, key=key, topic=ORDERS_PLACED.under(self.prefix))

    async def changes(self, order_id: str, *, count: int, seconds: float = 20) -> list[OrderStatusChanged]:
        """The order's changes as published, once there are that many."""
        return await self._at_least(count, lambda: self._told_of(order_id), seconds)

    async def versions(self, order_id: str, *, count: int, seconds: float = 20) -> list[OrderStatusChanged]:
        """The same, each version once: who begins anew publishes those below its first one again."""

        def found() -> list[OrderStatusChanged]:
            return list({change.version: change for change in self._told_of(order_id)}.values())

        return await self._at_least(count, found, seconds)

    async def subscription_changes(self, subscription_id: str, *, count: int) -> list[SubscriptionStatusChanged]:
        """The subscription's changes as published, once there are that many."""

        def found() -> list[SubscriptionStatusChanged]:
            topic, key = SUBSCRIPTIONS_STATUS.under(self.prefix), subscription_id.encode()
            told = [record.value for record in self.records if (record.topic, record.key) == (topic, key)]
            return [SubscriptionStatusChanged.model_validate_json(value) for value in told]

        return await self._at_least(count, found)

    async def orders_told(self, *, count: int) -> None:
        """Return once so many orders have had a change published."""
        topic = ORDERS_STATUS.under(self.prefix)
        await self._until(lambda: len({r.key for r in self.records if r.topic == topic}) >= count, 60)

    async def parked(self, *, count: int) -> list[Any]:
        """The parked records, once there are that many."""

        def found() -> list[Any]:
            return [record for record in self.records if record.topic.endswith(".parked")]

        return await self._at_least(count, found)

    def _told_of(self, order_id: str) -> list[OrderStatusChanged]:
        topic = ORDERS_STATUS.under(self.prefix)
        told = [record.value for record in self.records if record.topic == topic]
        changes = [OrderStatusChanged.model_validate_json(value) for value in told]
        return [change for change in changes if change.order_id == order_id]

    async def _at_least(self, count: int, found: Callable[[], list[T]], seconds: float = 20) -> list[T]:
        await self._until(lambda: len(found()) >= count, seconds)
        return found()

    async def _until(self, holds: Callable[[], bool], seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not holds():
                for records in (await self.consumer.getmany(timeout_ms=100)).values():
                    self.records += records
                    self._hold(records)

    def _hold(self, records: Sequence[Any]) -> None:
        """Against what is described: a process of its own wrote them where no witness sits. Tests park rubbish."""
        for record in records:
            if not record.topic.endswith(".parked"):
                self.witness.see_record(record.topic, record.value, record.headers)


@asynccontextmanager
async def hand_in_kafka(bootstrap: str, prefix: str, *, witness: Witness) -> AsyncIterator[Kafka]:
    """Open and close the test's own clients."""
    topics = [
        ORDERS_STATUS.under(prefix),
        SUBSCRIPTIONS_STATUS.under(prefix),
        *(topic.under(prefix) + ".parked" for topic in (STRIPE_EVENTS, ORDERS_PLACED, PAYMENTS_ATTACHED)),
    ]
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    async with producer, consumer:
        yield Kafka(prefix, producer, consumer, witness)
