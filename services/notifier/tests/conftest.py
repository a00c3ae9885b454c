"""A notifier on a real Kafka, beside an order-service that the test holds in its hand."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientSession, web
from aiokafka import AIOKafkaProducer
from pydantic import HttpUrl, SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from devstack.fixtures import OwnKafka
from notifier.app import Notifier, create_notifier
from notifier.settings import Settings
from schemas.witness import all_is_as_described, witness  # noqa: F401  # what is sent is as described
from tillstream_contracts import (
    ORDERS_STATUS,
    SUBSCRIPTIONS_STATUS,
    Amounts,
    Cause,
    OrderStatus,
    OrderStatusChanged,
    SubscriptionStatus,
    SubscriptionStatusChanged,
    Topic,
)
from tillstream_contracts.stream_tokens import Grant, SubscriptionGrant, sign

SECRET = "a secret of at least thirty-two characters"
PATIENCE = 40.0


def changed(order_id: str, version: int, **fields: Any) -> OrderStatusChanged:
    """A change of an order."""
    facts: dict[str, Any] = {
        "event_id": OrderStatusChanged.id_for(order_id, version),
        "occurred_at": datetime.now(UTC),
        "merchant_id": "default",
        "order_id": order_id,
        "reference": None,
        "version": version,
        "status": OrderStatus.PROCESSING,
        "previous_status": None,
        "currency": "usd",
        "amounts": Amounts(ordered=1999, captured=0, refunded=0, disputed=0),
        "flags": (),
        "cause": Cause(event_id="evt_1", event_type="payment_intent.processing"),
    }
    return OrderStatusChanged(**{**facts, **fields})


def subscription_changed(subscription_id: str, version: int, **fields: Any) -> SubscriptionStatusChanged:
    """A change of a subscription."""
    facts: dict[str, Any] = {
        "event_id": SubscriptionStatusChanged.id_for(subscription_id, version),
        "occurred_at": datetime.now(UTC),
        "merchant_id": "default",
        "subscription_id": subscription_id,
        "stripe_subscription_id": "sub_1",
        "customer_id": "cus_1",
        "version": version,
        "status": SubscriptionStatus.ACTIVE,
        "previous_status": None,
        "currency": "usd",
        "items": (),
        "cancel_at_period_end": False,
        "current_period_end": None,
        "trial_end": None,
        "latest_invoice": None,
        "flags": (),
        "cause": Cause(event_id="evt_1", event_type="customer.subscription.updated"),
    }
    return SubscriptionStatusChanged(**{**facts, **fields})


def token(order_id: str, *, merchant_id: str = "default", lives: float = 600, secret: str = SECRET) -> str:
    """A stream token for an order."""
    return sign(Grant(merchant_id, order_id, datetime.now(UTC) + timedelta(seconds=lives)), secret)


def subscription_token(subscription_id: str) -> str:
    """A stream token for a subscription."""
    return sign(SubscriptionGrant("default", subscription_id, datetime.now(UTC) + timedelta(seconds=600)), SECRET)


async def eventually(holds: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait until it holds, for a bounded time."""
    deadline = time.monotonic() + PATIENCE
    while not await holds():
        assert time.monotonic() < deadline, f"never: {what}"
        await asyncio.sleep(0.01)


@dataclass
class OrderService:
    """Answers for the orders it is given; 404 for others, or `failure` for all; waits while `held` is not set."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    failure: int | None = None
    problem: str = "internal_error"
    held: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    def has(self, order_id: str, version: int, **fields: Any) -> None:
        """Let an order stand at this version."""
        self.orders[order_id] = {
            "order_id": order_id, "merchant_id": "default", "reference": "R-1", "version": version,
            "status": "processing", "previous_status": "pending", "currency": "usd", "amount": 1999, "captured": 0,
            "refunded": 0, "disputed": 0, "flags": [], "payments": [], "timeline": [],
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:01Z", **fields,
        }  # fmt: skip

    def has_subscription(self, subscription_id: str, version: int, **fields: Any) -> None:
        """Let a subscription stand at this version."""
        self.subscriptions[subscription_id] = {
            "subscription_id": subscription_id, "stripe_subscription_id": "sub_1", "version": version,
            "status": "incomplete", "previous_status": None, "currency": "usd", "items": [],
            "cancel_at_period_end": False, "current_period_end": None, "trial_end": None, "latest_invoice": None,
            "flags": [], "timeline": [], "updated_at": "2026-01-01T00:00:01Z", **fields,
        }  # fmt: skip

    async def until_asked(self, times: int = 1) -> None:
        """Wait until so many snapshots have been asked for."""

        async def is_asked() -> bool:
            return len(self.asked) >= times

        await eventually(is_asked, f"{times} snapshots are asked for")

    async def answer(self, request: web.Request) -> web.Response:
        """One `GET /v1/orders/{order_id}` or `GET /v1/subscriptions/{subscription_id}`."""
        watched_id, kept = request.match_info["id"], getattr(self, request.match_info["kind"])
        self.asked.append(request.headers["Authorization"])
        await self.held.wait()
        if self.failure:
            return web.json_response({"code": self.problem}, status=self.failure)
        if watched_id not in kept:
            return web.json_response({"code": "not_found"}, status=404)
        return web.json_response(kept[watched_id])


@pytest.fixture
async def order_service() -> AsyncIterator[OrderService]:
    """A running stand-in for order-service."""
    service = OrderService()
    service.held.set()
    app = web.Application()
    app.router.add_get("/v1/{kind:orders|subscriptions}/{id}", service.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield service
    service.held.set()
    await runner.cleanup()


class Client:
    """A client of the stream."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def subscribe(self, asked: str, **fields: Any) -> None:
        """Send the first frame."""
        await self.socket.send(json.dumps({"type": "subscribe", "token": asked, **fields}))

    async def frame(self) -> dict[str, Any]:
        """The next frame."""
        async with asyncio.timeout(PATIENCE):
            told: dict[str, Any] = json.loads(await self.socket.recv())
            return told

    async def versions(self, count: int) -> list[tuple[str, int]]:
        """The next frames' types and versions."""
        frames = [await self.frame() for _ in range(count)]
        return [(frame["type"], frame["version"]) for frame in frames]

    async def closed(self) -> int | None:
        """The close code, once it is closed, however many frames come before."""
        _, code = await self.last_words()
        return code

    async def last_words(self) -> tuple[dict[str, Any], int | None]:
        """The last frame and the close code, once it is closed."""
        frame: dict[str, Any] = {}
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    frame = json.loads(await self.socket.recv())
            except ConnectionClosed:
                return frame, self.socket.close_code


class House:
    """Starts notifiers, writes to their topic, and connects clients."""

    def __init__(self, stack: AsyncExitStack, producer: AIOKafkaProducer, settings: dict[str, Any]) -> None:
        self._stack, self._producer, self._settings = stack, producer, settings
        self.topic = ORDERS_STATUS.under(settings["kafka_topic_prefix"])
        self.secret = SECRET
        self.port = 0

    def settings(self, **changes: Any) -> Settings:
        """A notifier's settings here."""
        return Settings(**{**self._settings, **changes})

    async def start(self, **settings: Any) -> Notifier:
        """A notifier that is ready."""
        notifier = create_notifier(self.settings(**settings))
        self.port = await self._stack.enter_async_context(notifier.running())
        await self.until_ready()
        return notifier

    async def until_ready(self, expected: bool = True) -> None:
        """Wait until `/readyz` says yes, or no."""

        async def says_so() -> bool:
            try:
                return ((await self.get("/readyz"))[0] == 200) == expected
            except ClientConnectionError:
                return False

        await eventually(says_so, f"ready is {expected}")

    async def until_counted(self, name: str, value: float) -> None:
        """Wait until a metric has this value."""

        async def is_counted() -> bool:
            return await self.counted(name) == value

        await eventually(is_counted, f"{name} is {value}")

    async def until_partitions(self, count: int) -> None:
        """Wait until our own producer has learnt of so many."""

        async def are_known() -> bool:
            return len(await self._producer.partitions_for(self.topic)) == count

        await eventually(are_known, f"{count} partitions")

    async def publish(self, order_id: str, version: int, partition: int | None = None, **fields: Any) -> None:
        """Write a change as order-service does."""
        value = changed(order_id, version, **fields).model_dump_json().encode()
        await self.write(order_id, value, partition=partition)

    async def publish_all(self, changes: Iterable[tuple[str, int, dict[str, Any]]]) -> None:
        """Write orders, versions and other fields as fast as Kafka takes them; an order's stay in order."""
        headers = [("ce_type", OrderStatusChanged.TYPE.encode())]
        sent = []
        for order_id, version, fields in changes:
            value = changed(order_id, version, **fields).model_dump_json().encode()
            sent.append(await self._producer.send(self.topic, value, key=order_id.encode(), headers=headers))
        await asyncio.gather(*sent)

    async def publish_subscription(self, subscription_id: str, version: int, **fields: Any) -> None:
        """Write a change of a subscription as order-service does."""
        event = subscription_changed(subscription_id, version, **fields)
        value = event.model_dump_json().encode()
        await self.write(subscription_id, value, SubscriptionStatusChanged.TYPE, topic=SUBSCRIPTIONS_STATUS)

    async def write(
        self,
        order_id: str,
        value: bytes | None,
        event_type: str = OrderStatusChanged.TYPE,
        partition: int | None = None,
        topic: Topic = ORDERS_STATUS,
    ) -> None:
        """Write any record under an order's key, or another's."""
        headers = [("ce_type", event_type.encode())]
        async with asyncio.timeout(PATIENCE):
            await self._producer.send_and_wait(
                topic.under(self._settings["kafka_topic_prefix"]),
                value,
                key=order_id.encode(),
                headers=headers,
                partition=partition,
            )

    async def connect(self, **options: Any) -> Client:
        """A client that has said nothing yet."""
        socket = connect(
            f"ws://127.0.0.1:{self.port}/v1/stream", **{"compression": None, "ping_interval": None, **options}
        )
        return Client(await self._stack.enter_async_context(socket))

    async def watch(self, order_id: str, *, token_of: dict[str, Any] | None = None, **fields: Any) -> Client:
        """A client that has subscribed."""
        client = await self.connect()
        await client.subscribe(token(order_id, **(token_of or {})), **fields)
        return client

    async def watch_subscription(self, subscription_id: str, **fields: Any) -> Client:
        """A client that has subscribed to a subscription's stream."""
        client = await self.connect()
        await client.subscribe(subscription_token(subscription_id), **fields)
        return client

    @staticmethod
    def token(order_id: str, **grant: Any) -> str:
        """A stream token for an order."""
        return token(order_id, **grant)

    async def get(self, path: str, **headers: str) -> tuple[int, str, str]:
        """A plain HTTP GET: status, content type and body."""
        url = f"http://127.0.0.1:{self.port}{path}"
        async with ClientSession() as session, session.get(url, headers=headers) as answer:
            return answer.status, answer.content_type, await answer.text()

    async def counted(self, name: str) -> float:
        """One number of `/metrics`, by its whole name with labels; 0 if it is not there."""
        _, _, text = await self.get("/metrics")
        lines = (line.rpartition(" ") for line in text.splitlines())
        return next((float(value) for told, _, value in lines if told == name), 0.0)


def settings_for(bootstrap: str, prefix: str, order_service_url: str) -> dict[str, Any]:
    """A notifier's settings in a test: any port, quick to notice things."""
    return {
        "port": 0,
        "kafka_bootstrap_servers": bootstrap,
        "kafka_topic_prefix": prefix,
        "kafka_timeout": timedelta(seconds=5),
        "kafka_retry": timedelta(seconds=0.1),
        "kafka_check_interval": timedelta(seconds=0.2),
        "token_secret": SecretStr(SECRET),
        "token_leeway": timedelta(0),
        "order_service_url": HttpUrl(order_service_url),
        "drain_timeout": timedelta(seconds=5),
        "close_timeout": timedelta(seconds=1),
    }


async def house_on(bootstrap: str, prefix: str, order_service: OrderService) -> AsyncIterator[House]:
    """A house on that broker."""
    async with AsyncExitStack() as stack:
        producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap, acks="all", metadata_max_age_ms=500, request_timeout_ms=5000
        )
        await producer.start()
        stack.push_async_callback(producer.stop)
        yield House(stack, producer, settings_for(bootstrap, prefix, order_service.url))


@pytest.fixture
def house_of() -> Callable[..., AbstractAsyncContextManager[House]]:
    """Gives the test a house on any broker, for as long as a block lasts."""
    return asynccontextmanager(house_on)


@pytest.fixture
async def house(kafka_bootstrap: str, kafka_prefix: str, order_service: OrderService) -> AsyncIterator[House]:
    """A house on the run's broker."""
    async for house in house_on(kafka_bootstrap, kafka_prefix, order_service):
        yield house


@pytest.fixture
async def house_on_own_kafka(own_kafka: OwnKafka, order_service: OrderService) -> AsyncIterator[House]:
    """A house whose broker the test may stop and start."""
    async for house in house_on(own_kafka.bootstrap, "", order_service):
        yield house
