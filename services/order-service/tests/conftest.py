"""What every test may use, and the service on a real Kafka and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from asgi_lifespan import LifespanManager
from starlette.types import ASGIApp

from asking import SECRET_KEY, Answer, ask, get
from order_service.app import create_app
from order_service.fold import Books
from order_service.migrate import migrate
from order_service.settings import Settings
from order_service.summary import Summary
from order_service.told import Told
from our_events import books_of, end_of, order_placed, payment_attached, read
from schemas.witness import Witness, all_is_as_described, witness  # noqa: F401  # what is sent is as described
from stripes_events import Stripe, golden_event
from tillstream_contracts import (
    ORDERS_PLACED,
    ORDERS_STATUS,
    PAYMENTS_ATTACHED,
    STRIPE_EVENTS,
    SUBSCRIPTIONS_STATUS,
    OrderStatusChanged,
    SubscriptionStatusChanged,
)
from tillstream_contracts.stream_tokens import Grant, sign
from waiting import until

T = TypeVar("T")
TOKEN_SECRET = "a token secret that is long enough, for tests only"


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
async def hand_in_kafka(bootstrap: str, prefix: str, *, witness: Witness) -> AsyncIterator[Kafka]:  # noqa: F811
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


@pytest.fixture
def stripe() -> Stripe:
    """Writes Stripe's events."""
    return Stripe()


@pytest.fixture
def golden() -> Callable[..., bytes]:
    """Gives Stripe's events about one subscription as they are kept in files, with the fields that a test changes."""
    return golden_event


@pytest.fixture
def placed() -> Callable[..., bytes]:
    """Writes intent-api's event."""
    return order_placed


@pytest.fixture
def attached() -> Callable[..., bytes]:
    """Writes an operator's event."""
    return payment_attached


@pytest.fixture(name="read")
def read_fixture() -> Callable[[bytes], Told]:
    """Reads an event of any topic."""
    return read


@pytest.fixture(name="end_of")
def end_of_fixture() -> Callable[..., Summary | None]:
    """Tells what an order is after these events; that it is the same in whatever order they come is made sure of."""
    return end_of


@pytest.fixture(name="books_of")
def books_of_fixture() -> Callable[..., Books]:
    """Opens books in memory, and takes events in."""
    return books_of


@pytest.fixture(name="until")
def until_fixture() -> Callable[..., Awaitable[None]]:
    """Waits for a condition."""
    return until


@pytest.fixture(name="get")
def get_fixture() -> Callable[..., Awaitable[Answer]]:
    """Asks an ASGI app for a path."""
    return get


@pytest.fixture(name="ask")
def ask_fixture() -> Callable[..., Awaitable[Answer]]:
    """Asks an ASGI app by any method."""
    return ask


@pytest.fixture
def token() -> Callable[..., str]:
    """Signs a stream token."""

    def token(order_id: str, *, merchant_id: str = "default", valid: timedelta = timedelta(minutes=5)) -> str:
        return sign(Grant(merchant_id, order_id, datetime.now(UTC) + valid), TOKEN_SECRET)

    return token


@pytest_asyncio.fixture
async def migrated(database_url: str) -> str:
    """A database with the schema that the service needs."""
    await migrate(database_url)
    return database_url


@pytest_asyncio.fixture
async def pool(migrated: str) -> AsyncIterator[Any]:
    """Connections to that database."""
    async with asyncpg.create_pool(migrated, min_size=1, max_size=4) as pool:
        yield pool


@pytest.fixture
def settings(database_url: str) -> Callable[..., Settings]:
    """The settings of a service on the test's database."""

    def settings(**changes: Any) -> Settings:
        given = {"secret_key": SECRET_KEY, "token_secret": TOKEN_SECRET, "database_url": database_url, **changes}
        return Settings.model_validate(given)

    return settings


@pytest_asyncio.fixture
async def kafka(kafka_bootstrap: str, kafka_prefix: str, witness: Witness) -> AsyncIterator[Kafka]:  # noqa: F811
    """The test's own hand in Kafka."""
    async with hand_in_kafka(kafka_bootstrap, kafka_prefix, witness=witness) as kafka:
        yield kafka


Serving = Callable[..., AbstractAsyncContextManager[ASGIApp]]


@pytest.fixture
def serving(settings: Callable[..., Settings], kafka_bootstrap: str, kafka_prefix: str) -> Serving:
    """Runs the whole service, on a database that need not be migrated."""

    @asynccontextmanager
    async def serving(**changes: Any) -> AsyncIterator[ASGIApp]:
        kafka = {"kafka_bootstrap_servers": kafka_bootstrap, "kafka_topic_prefix": kafka_prefix}
        app = create_app(settings(**{**kafka, **changes}))
        async with LifespanManager(app, startup_timeout=20, shutdown_timeout=25) as manager:
            yield manager.app

    return serving


@pytest_asyncio.fixture
async def app(serving: Serving, migrated: str) -> AsyncIterator[ASGIApp]:
    """The whole service, running."""
    async with serving() as app:
        yield app


@pytest.fixture
def hand(witness: Witness) -> Callable[..., AbstractAsyncContextManager[Kafka]]:  # noqa: F811
    """Gives the test a hand in a Kafka of its own."""
    return partial(hand_in_kafka, witness=witness)
