"""A webhook as Stripe sends it, and the route with a Kafka that the test holds in its hand."""

import asyncio
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Scope

from schemas.witness import all_is_as_described, witness  # noqa: F401  # what is sent is as described
from tillstream_operations import RequestIds, answer_with_problems
from webhook_ingest.admission import Room
from webhook_ingest.app import paths_of
from webhook_ingest.batches import Batches
from webhook_ingest.keyring import Keyring
from webhook_ingest.metrics import Metrics
from webhook_ingest.producer import make_producer
from webhook_ingest.records import Heard, Record
from webhook_ingest.settings import Settings
from webhook_ingest.webhook import PATH, Webhook

SECRET = "whsec_test"
Headers = list[tuple[bytes, bytes]]


def sign(body: bytes, *, secret: str = SECRET, at: float | None = None) -> bytes:
    """The `Stripe-Signature` header of a body."""
    timestamp = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), b"%d.%b" % (timestamp, body), "sha256").hexdigest()
    return f"t={timestamp},v1={digest},v0={'0' * 64}".encode()


def event(number: int = 1, **changes: Any) -> bytes:
    """A body as Stripe writes it."""
    whole = {
        "id": f"evt_{number}",
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": int(time.time()),
        "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
        **changes,
    }
    return json.dumps(whole, indent=2).encode()


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: Any


async def post(
    app: ASGIApp, headers: Headers, chunks: Sequence[bytes], *, method: str = "POST", path: str = PATH
) -> Answer:
    """Send one request to an ASGI app, its body in these chunks."""
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
    }  # fmt: skip
    coming = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    coming.append({"type": "http.request", "body": b"", "more_body": False})
    answered: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answered.append(message)

    await app(scope, receive, send)
    start, *parts = answered
    body = b"".join(part.get("body", b"") for part in parts)
    return Answer(start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, json.loads(body))


@dataclass
class FakeKafka:
    """Keeps what is written, or fails, or waits, as the test says."""

    written: list[tuple[int, list[Record]]] = field(default_factory=list)
    error: Exception | None = None
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def ready(self) -> None:
        """Always."""

    def partition_of(self, key: bytes) -> int:
        """By the key's length: easy to choose in a test."""
        return len(key)

    def broker_of(self, _: int) -> int:
        """All on one."""
        return 1

    async def write(self, batches: Mapping[int, Sequence[Record]], settled: Heard) -> None:
        """Wait while closed, then keep or fail."""
        await self.open.wait()
        if self.error:
            raise self.error
        for partition, records in batches.items():
            self.written.append((partition, list(records)))
            settled(partition, None)

    def records(self) -> list[Record]:
        """All that was written."""
        return [record for _, records in self.written for record in records]


@dataclass
class Service:
    """The route with all its parts but Kafka."""

    app: FastAPI
    kafka: FakeKafka
    metrics: Metrics
    room: Room

    async def post(
        self, headers: Headers, chunks: Iterable[bytes], *, method: str = "POST", path: str = PATH
    ) -> Answer:
        """Send a request."""
        return await post(self.app, headers, list(chunks), method=method, path=path)

    async def deliver(self, body: bytes, *, path: str = PATH, **changes: Any) -> Answer:
        """Send a webhook with a right signature."""
        return await self.post([(b"stripe-signature", sign(body, **changes))], [body], path=path)

    def count(self, outcome: str) -> float:
        """How many webhooks ended so."""
        return self.metrics.registry.get_sample_value("webhook_ingest_webhooks_total", {"outcome": outcome}) or 0.0


async def until(holds: Callable[[], object], *, seconds: float = 5) -> None:
    """Return once the condition holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 what is waited for tells nobody
            await asyncio.sleep(0.001)


MakeService = Callable[..., Service]


@pytest.fixture
def make_service() -> MakeService:
    """Build the route with settings of the test's choice."""

    def make(**changes: Any) -> Service:
        secrets = (SecretStr(SECRET), SecretStr("whsec_old"))
        settings = Settings.model_validate({"stripe_webhook_secret": secrets, **changes})
        kafka, metrics = FakeKafka(), Metrics()
        kafka.open.set()
        room = Room(requests=settings.max_in_flight, size=settings.max_in_flight_bytes)
        batches = Batches(kafka, timeout=settings.write_timeout.total_seconds())
        app = FastAPI()
        webhook = Webhook(settings, Keyring(settings), batches, room, metrics)
        app.state.webhook = webhook
        app.router.routes += [Route(path, webhook) for path in paths_of(settings)]
        app.add_middleware(RequestIds)
        answer_with_problems(app)
        return Service(app, kafka, metrics, room)

    return make


@pytest.fixture
def service(make_service: MakeService) -> Service:
    """The route with default settings."""
    return make_service()


@pytest.fixture(name="sign")
def sign_fixture() -> Callable[..., bytes]:
    """Signs a body."""
    return sign


@pytest.fixture(name="event")
def event_fixture() -> Callable[..., bytes]:
    """Writes an event's body."""
    return event


@pytest.fixture(name="until")
def until_fixture() -> Callable[..., Awaitable[None]]:
    """Waits for a condition."""
    return until


@pytest.fixture
def deliver() -> Callable[..., Awaitable[Answer]]:
    """Sends an app a webhook with a right signature."""

    async def deliver(app: ASGIApp, body: bytes) -> Answer:
        return await post(app, [(b"stripe-signature", sign(body))], [body])

    return deliver


@pytest.fixture
def get() -> Callable[..., Awaitable[Answer]]:
    """Asks an app for a path."""

    async def get(app: ASGIApp, path: str) -> Answer:
        return await post(app, [], [], method="GET", path=path)

    return get


@pytest.fixture
def producers(monkeypatch: pytest.MonkeyPatch) -> list[AIOKafkaProducer]:
    """Every producer that the service makes, in order."""
    made: list[AIOKafkaProducer] = []

    def make_and_keep(bootstrap_servers: str) -> AIOKafkaProducer:
        made.append(make_producer(bootstrap_servers))
        return made[-1]

    monkeypatch.setattr("webhook_ingest.app.make_producer", make_and_keep)
    return made
