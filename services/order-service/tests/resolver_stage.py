"""What tests of the resolver stand on: a Stripe that does as the test says, and the topic that it writes to."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from asgi_lifespan import LifespanManager
from starlette.types import ASGIApp

from order_service.resolver.app import create_resolver
from order_service.resolver.settings import ResolverSettings
from tillstream_contracts import STRIPE_EVENTS

Resolving = Callable[..., AbstractAsyncContextManager[ASGIApp]]
KEY = "sk_test_of_the_resolver"
GROUP = "order-service-resolver"


@dataclass
class Account:
    """Answers as Stripe does, fails with `status`, or lets callers wait while it is closed."""

    url: str = ""
    status: int = 200
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    failing: dict[str, int] = field(default_factory=dict)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def has_paid(self, *ids: str, **changes: Any) -> None:
        """These PaymentIntents, of 19.99 usd each, have succeeded."""
        for one in ids:
            self.objects[f"/v1/payment_intents/{one}"] = {
                "id": one,
                "object": "payment_intent",
                "amount": 1999,
                "amount_received": 1999,
                "currency": "usd",
                "metadata": {"order_id": f"ord_{one.removeprefix('pi_')}"},
                "payment_method": "pm_1",
                "status": "succeeded",
                **changes,
            }

    async def answer(self, request: web.Request) -> web.Response:
        """One call."""
        self.calls.append((request.path, dict(request.headers)))
        self.times.append(time.monotonic())
        await self.open.wait()
        status = self.failing.get(request.path, self.status)
        if status == 200 and request.path in self.objects:
            return web.json_response(self.objects[request.path])
        status = 404 if status == 200 else status
        return web.json_response({"error": {"type": "api_error", "message": "a@b.example"}}, status=status)


@pytest_asyncio.fixture
async def account() -> AsyncIterator[Account]:
    """A Stripe account behind a real socket."""
    account = Account()
    account.open.set()
    app = web.Application()
    app.router.add_get("/{path:.*}", account.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    account.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield account
    account.open.set()
    await runner.cleanup()


@pytest.fixture
def resolving(account: Account, kafka_bootstrap: str, kafka_prefix: str) -> Resolving:
    """Runs the resolver."""

    @asynccontextmanager
    async def resolving(**changes: Any) -> AsyncIterator[ASGIApp]:
        given = {
            "stripe_secret_key": KEY,
            "stripe_api_base": account.url,
            "kafka_bootstrap_servers": kafka_bootstrap,
            "kafka_topic_prefix": kafka_prefix,
            "consumer_group": f"{kafka_prefix}{GROUP}",
            **changes,
        }
        app = create_resolver(ResolverSettings.model_validate(given))
        async with LifespanManager(app, startup_timeout=20, shutdown_timeout=20) as manager:
            yield manager.app

    return resolving


@dataclass
class Topic:
    """What is in `stripe.events.v1`."""

    consumer: AIOKafkaConsumer
    records: list[Any] = field(default_factory=list)

    async def resolved(self, *, count: int, seconds: float = 30) -> list[Any]:
        """The records that the resolver wrote, once there are that many."""
        async with asyncio.timeout(seconds):
            while len(found := self.found()) < count:
                for records in (await self.consumer.getmany(timeout_ms=100)).values():
                    self.records += records
        return found

    def found(self) -> list[Any]:
        """Those so far."""
        return [record for record in self.records if b'"tillstream"' in record.value]


@pytest_asyncio.fixture
async def topic(kafka_bootstrap: str, kafka_prefix: str) -> AsyncIterator[Topic]:
    """Reads the topic from its beginning."""
    name = STRIPE_EVENTS.under(kafka_prefix)
    consumer = AIOKafkaConsumer(name, bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest")
    async with consumer:
        yield Topic(consumer)


@pytest.fixture
def committed(kafka_bootstrap: str, kafka_prefix: str) -> Callable[[], Any]:
    """How many records the resolver's group is done with."""

    async def committed() -> int:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
        await admin.start()
        try:
            offsets = await admin.list_consumer_group_offsets(f"{kafka_prefix}{GROUP}")
        finally:
            await admin.close()
        return sum(known.offset for known in offsets.values())

    return committed
