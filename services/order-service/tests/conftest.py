"""Stripe's events as a test needs them, and the service on a real Kafka and PostgreSQL."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from asgi_lifespan import LifespanManager
from starlette.types import ASGIApp, Message, Scope

from order_service.app import create_app
from order_service.attached_facts import read_payment_attached
from order_service.fold import Books
from order_service.migrate import migrate
from order_service.placed_facts import read_order_placed
from order_service.settings import Settings
from order_service.stripe_events import read_stripe_event
from order_service.summary import Summary
from order_service.told import Told
from schemas.witness import Witness, all_is_as_described, witness  # noqa: F401  # what is sent is as described
from tillstream_contracts import (
    ORDERS_PLACED,
    ORDERS_STATUS,
    PAYMENTS_ATTACHED,
    STRIPE_EVENTS,
    SUBSCRIPTIONS_STATUS,
    OrderPlaced,
    OrderStatusChanged,
    PaymentAttached,
    SubscriptionStatusChanged,
)
from tillstream_contracts.stream_tokens import Grant, sign

SECRET_KEY = "sk_test_0123456789abcdef0123"
TOKEN_SECRET = "a token secret that is long enough, for tests only"
EPOCH = 1_790_000_000
GOLDEN = Path(__file__).parent / "golden"


class Stripe:
    """Writes events as Stripe does."""

    def event(self, event_type: str, told_of: Mapping[str, Any], *, id: str, at: int = 0) -> bytes:  # noqa: A002
        """Any event, `at` seconds after a fixed one."""
        whole = {
            "id": id,
            "object": "event",
            "type": event_type,
            "created": EPOCH + at,
            "data": {"object": told_of},
        }
        return json.dumps(whole, indent=2).encode()

    def thin(self, happened: str, url: str = "/v1/payment_intents/pi_1", **changes: Any) -> bytes:
        """A thin event, such as `payment_intent.succeeded` about what stands at `url`."""
        kind = url.rpartition("/")[0].removeprefix("/v1/").removesuffix("s").replace("/", ".")
        whole = {
            "id": "evt_test_1",
            "object": "v2.core.event",
            "type": f"v1.{happened}",
            "livemode": False,
            "created": datetime.fromtimestamp(EPOCH, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "reason": None,
            "context": None,
            "related_object": {"id": url.rpartition("/")[2], "type": kind, "url": url},
            **changes,
        }
        return json.dumps(whole, indent=2).encode()

    def payment(
        self, happened: str, *, at: int = 0, pi: str = "pi_1", order: str | None = "ord_1", **changes: Any
    ) -> bytes:
        """A PaymentIntent's event of 19.99 usd; `method` is the attempt's payment method."""
        method = changes.pop("method", "pm_1")
        event_id = changes.pop("id", f"evt_{pi}_{happened}_{at}_{method}")
        amount = changes.pop("amount", 1999)
        failed = {"code": "card_declined", "decline_code": "generic_decline", "payment_method": {"id": method}}
        intent = {
            "id": pi,
            "object": "payment_intent",
            "amount": amount,
            "amount_received": amount if happened == "succeeded" else 0,
            "currency": "usd",
            "customer": None,
            "last_payment_error": failed if happened == "payment_failed" else None,
            "metadata": {"order_id": order} if order else {},
            "payment_method": None if happened in ("created", "payment_failed") else method,
            **changes,
        }
        return self.event(f"payment_intent.{happened}", intent, id=event_id, at=at)

    def session(self, happened: str, *, at: int = 0, order: str | None = "ord_1", **changes: Any) -> bytes:
        """A Checkout Session's event of 19.99 usd."""
        event_id = changes.pop("event_id", f"evt_cs_{happened}_{at}")
        session = {
            "id": "cs_1",
            "object": "checkout.session",
            "amount_total": 1999,
            "currency": "usd",
            "mode": "payment",
            "payment_intent": "pi_1",
            "payment_status": "unpaid",
            "metadata": {"order_id": order} if order else {},
            **changes,
        }
        return self.event(f"checkout.session.{happened}", session, id=event_id, at=at)

    def refund(self, status: str = "succeeded", *, re: str = "re_1", at: int = 0, **changes: Any) -> bytes:
        """A Refund's event of 5.00 usd, made in Stripe's dashboard: nothing in it names an order."""
        happened = changes.pop("happened", "refund.updated")
        event_id = changes.pop("event_id", f"evt_{re}_{happened}_{status}_{at}")
        refund = {
            "id": re,
            "object": "refund",
            "amount": 500,
            "charge": "ch_1",
            "created": EPOCH,
            "currency": "usd",
            "failure_reason": "unknown" if status == "failed" else None,
            "metadata": {},
            "payment_intent": "pi_1",
            "reason": None,
            "status": status,
            **changes,
        }
        return self.event(happened, refund, id=event_id, at=at)

    def dispute(self, status: str = "needs_response", *, dp: str = "dp_1", at: int = 0, **changes: Any) -> bytes:
        """A Dispute's event about all of 19.99 usd."""
        happened = f"charge.dispute.{changes.pop('happened', 'updated')}"
        event_id = changes.pop("event_id", f"evt_{dp}_{happened}_{status}_{at}")
        dispute = {
            "id": dp,
            "object": "dispute",
            "amount": 1999,
            "balance_transactions": [],
            "charge": "ch_1",
            "created": EPOCH,
            "currency": "usd",
            "metadata": {},
            "payment_intent": "pi_1",
            "reason": "fraudulent",
            "status": status,
            **changes,
        }
        return self.event(happened, dispute, id=event_id, at=at)


def order_placed(order_id: str = "ord_1", **changes: Any) -> bytes:
    """intent-api's event for the same 19.99 usd."""
    placed = {
        "event_id": OrderPlaced.id_for(order_id),
        "occurred_at": datetime.fromtimestamp(EPOCH, UTC),
        "merchant_id": "default",
        "order_id": order_id,
        "reference": "shop-7",
        "customer_id": "customer-9",
        "currency": "usd",
        "amount": 1999,
        "lines": [],
        "metadata": {"colour": "blue", "a": "b"},
        "payment_intent_id": "pi_1",
        "checkout_session_id": None,
        **changes,
    }
    return OrderPlaced.model_validate(placed).model_dump_json().encode()


def payment_attached(order_id: str, *, pi: str = "pi_1", after: timedelta = timedelta()) -> bytes:
    """An operator's event, `after` a fixed moment."""
    at = datetime.fromtimestamp(EPOCH, UTC) + after
    told = {"payment_intent_id": pi, "order_id": order_id, "currency": "usd"}
    event = {"event_id": f"att_{pi}_{order_id}_{at.isoformat()}", "occurred_at": at, "merchant_id": "default", **told}
    return PaymentAttached.model_validate(event).model_dump_json().encode()


async def until(holds: Callable[[], Awaitable[object] | object], *, seconds: float = 20) -> None:
    """Return once the condition holds."""
    async with asyncio.timeout(seconds):
        while True:
            answer = holds()
            if await answer if isinstance(answer, Awaitable) else answer:
                return
            await asyncio.sleep(0.01)


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


async def get(app: ASGIApp, path: str, *, bearer: str | None = SECRET_KEY, headers: Any = (), **query: Any) -> Answer:
    """Ask an ASGI app."""
    return await ask(app, "GET", path, bearer=bearer, headers=headers, query=query)


async def ask(
    app: ASGIApp,
    method: str,
    path: str,
    *,
    bearer: str | None = SECRET_KEY,
    headers: Any = (),
    query: Mapping[str, Any] | None = None,
    body: Any = None,
) -> Answer:
    """Ask an ASGI app for anything."""
    whole = b"" if body is None else json.dumps(body).encode()
    sent = [(name.encode(), value.encode()) for name, value in headers]
    sent += [(b"content-type", b"application/json")] if whole else []
    sent += [(b"authorization", f"Bearer {bearer}".encode())] if bearer else []
    asked = urlencode(query or {}, doseq=True)
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": asked.encode(), "root_path": "", "headers": sent,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
    }  # fmt: skip
    answered: list[Message] = []
    waiting = [{"type": "http.request", "body": whole, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answered.append(message)

    await app(scope, receive, send)
    start, *parts = answered
    came = b"".join(part.get("body", b"") for part in parts)
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], found, json.loads(came) if came[:1] in (b"{", b"[") else {"text": came.decode()})


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

        def found() -> list[OrderStatusChanged]:
            topic = ORDERS_STATUS.under(self.prefix)
            values = [record.value for record in self.records if record.topic == topic]
            changes = [OrderStatusChanged.model_validate_json(value) for value in values]
            return [change for change in changes if change.order_id == order_id]

        await self._until(lambda: len(found()) >= count, seconds)
        return found()

    async def versions(self, order_id: str, *, count: int, seconds: float = 20) -> list[OrderStatusChanged]:
        """The same, each version once: who begins anew publishes those below its first one again."""

        def found() -> list[OrderStatusChanged]:
            topic = ORDERS_STATUS.under(self.prefix)
            values = [record.value for record in self.records if record.topic == topic]
            changes = [OrderStatusChanged.model_validate_json(value) for value in values]
            return list({change.version: change for change in changes if change.order_id == order_id}.values())

        await self._until(lambda: len(found()) >= count, seconds)
        return found()

    async def subscription_changes(self, subscription_id: str, *, count: int) -> list[SubscriptionStatusChanged]:
        """The subscription's changes as published, once there are that many."""

        def found() -> list[SubscriptionStatusChanged]:
            topic, key = SUBSCRIPTIONS_STATUS.under(self.prefix), subscription_id.encode()
            told = [record.value for record in self.records if (record.topic, record.key) == (topic, key)]
            return [SubscriptionStatusChanged.model_validate_json(value) for value in told]

        await self._until(lambda: len(found()) >= count, 20)
        return found()

    async def orders_told(self, *, count: int) -> None:
        """Return once so many orders have had a change published."""
        topic = ORDERS_STATUS.under(self.prefix)
        await self._until(lambda: len({r.key for r in self.records if r.topic == topic}) >= count, 60)

    async def parked(self, *, count: int) -> list[Any]:
        """The parked records, once there are that many."""

        def found() -> list[Any]:
            return [record for record in self.records if record.topic.endswith(".parked")]

        await self._until(lambda: len(found()) >= count, 20)
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

    def golden(name: str, *, at: int | None = None, version: str = "2026-08-26.dahlia", **fields: Any) -> bytes:
        whole = json.loads((GOLDEN / version / f"{name}.json").read_text())
        whole["id"] = fields.pop("event_id", whole["id"] if at is None else f"{whole['id']}_{at}")
        whole["created"] = whole["created"] if at is None else 1_767_225_600 + at
        whole["data"]["previous_attributes"] = fields.pop("before", whole["data"].get("previous_attributes", {}))
        whole["data"]["object"] |= fields
        return json.dumps(whole, indent=2).encode()

    return golden


@pytest.fixture
def placed() -> Callable[..., bytes]:
    """Writes intent-api's event."""
    return order_placed


def read(value: bytes) -> Told:
    """What an event of any topic tells."""
    if value.startswith(b'{"event_id":"att_'):
        return read_payment_attached(value)
    return read_order_placed(value) if b'"lines"' in value else read_stripe_event(value, order_id_key="order_id")


def books_of(*values: bytes) -> Books:
    """What stands in the books after these events."""
    books = Books("default")
    for value in values:
        books.take_in(read(value), datetime.fromtimestamp(EPOCH, UTC))
    return books


@pytest.fixture
def attached() -> Callable[..., bytes]:
    """Writes an operator's event."""
    return payment_attached


@pytest.fixture(name="read")
def read_fixture() -> Callable[[bytes], Told]:
    """Reads an event of any topic."""
    return read


@pytest.fixture
def end_of() -> Callable[..., Summary | None]:
    """Tells what an order is after these events; that it is the same in whatever order they come is made sure of."""

    def end_of(*values: bytes, order_id: str = "ord_1") -> Summary | None:
        orders = [books_of(*way).orders.get(order_id) for way in itertools.islice(itertools.permutations(values), 120)]
        ends = {known.summary if known else None for known in orders}
        assert len(ends) == 1, ends
        return ends.pop()

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
