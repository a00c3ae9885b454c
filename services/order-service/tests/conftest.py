"""What every test may use, and the service on a real Kafka and PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from asgi_lifespan import LifespanManager
from starlette.types import ASGIApp

from asking import SECRET_KEY, TOKEN_SECRET, Answer, ask, get
from kafka_hand import Kafka, hand_in_kafka
from order_service.app import create_app
from order_service.fold import Books
from order_service.migrate import migrate
from order_service.settings import Settings
from order_service.summary import Summary
from order_service.told import Told
from our_events import books_of, end_of, order_placed, payment_attached, read
from reconciler_stage import counted, quick_reconciler, reconciling, sim, sim_process, sweeps  # noqa: F401
from resolver_stage import account, committed, resolving, topic  # noqa: F401
from schemas.witness import Witness, all_is_as_described, witness  # noqa: F401  # what is sent is as described
from stripes_events import Stripe, golden_event
from tillstream_contracts.stream_tokens import Grant, sign
from waiting import until


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
