"""intent-api served over real HTTP, with a Stripe whose answers a test writes itself."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from urllib.request import urlopen

import aiohttp
import pytest
import pytest_asyncio
import uvicorn
from aiohttp import web
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from devstack.fixtures import OwnKafka
from devstack.ports import free_port
from intent_api.app import create_app
from intent_api.settings import Settings
from schemas.witness import all_is_as_described, witness  # noqa: F401  # what is sent is as described
from tillstream_contracts import ORDERS_PLACED
from tillstream_contracts.customer_tokens import CustomerGrant, sign

SECRET_KEY = "sk_test_merchant_0123456789"
PUBLISHABLE_KEY = "pk_test_merchant_0123456789"
TOKEN_SECRET = "a token secret that is long enough, for tests only"
NOBODY_LISTENS = "127.0.0.1:9"


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers and the JSON body."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


@dataclass
class Api:
    """The service as its callers know it."""

    url: str
    session: aiohttp.ClientSession
    secret_key: str = SECRET_KEY
    token_secret: str = TOKEN_SECRET

    def as_browser(self, key: str, bearer: str = PUBLISHABLE_KEY) -> dict[str, str]:
        """The headers of a well-formed POST."""
        return {"Authorization": f"Bearer {bearer}", "Content_Type": "application/json", "Idempotency_Key": key}

    async def send(self, method: str, path: str, data: Any = None, **headers: str) -> Answer:
        """One request with exactly these headers (underscores stand for dashes)."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, self.url + path, data=data, headers=named) as response:
            text = await response.text()
            return Answer(response.status, response.headers, json.loads(text) if text[:1] == "{" else {"text": text})

    def customer_token(self, customer_id: str, *, merchant_id: str = "default", lifetime: int = 60) -> str:
        """What the service would sign for this customer."""
        ends = datetime.now(UTC) + timedelta(seconds=lifetime)
        return sign(CustomerGrant(merchant_id, customer_id, ends), self.token_secret)

    async def get(self, path: str, *, bearer: str = SECRET_KEY) -> Answer:
        """A question."""
        return await self.send("GET", path, Authorization=f"Bearer {bearer}")

    async def delete(self, path: str, *, bearer: str = SECRET_KEY) -> Answer:
        """A wish that something be gone."""
        return await self.send("DELETE", path, Authorization=f"Bearer {bearer}")

    async def post(self, path: str, body: Any, *, key: str = "a-key", bearer: str = PUBLISHABLE_KEY) -> Answer:
        """A well-formed POST."""
        return await self.send("POST", path, json.dumps(body).encode(), **self.as_browser(key, bearer))


@dataclass
class ScriptedStripe:
    """A Stripe that notes every request and answers what it is told, else an object made of the parameters."""

    url: str = ""
    requests: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    """Path, parameters and idempotency key of each."""
    script: list[Callable[[], web.StreamResponse]] = field(default_factory=list)
    """The next answers, in turn; the last one stays."""
    objects: dict[str, tuple[int, Any]] = field(default_factory=dict)
    """Status and body for a request such as `GET /v1/customers/cus_1`, whatever the script says."""
    asked: list[str] = field(default_factory=list)
    """Method and path of each request."""
    headers: list[Mapping[str, str]] = field(default_factory=list)
    mock: str = ""
    """Where Stripe's own mock answers, which is then sent each request too."""
    refused_by_mock: list[str] = field(default_factory=list)
    created_at: int = field(default_factory=lambda: int(time.time()))

    def fails(self, status: int, error: Mapping[str, str] = {}, *, headers: Mapping[str, str] | None = None) -> None:
        """Answer with this error next."""
        body = {"error": {"type": "invalid_request_error", "message": "as scripted", **error}}
        self.script.append(lambda: web.json_response(body, status=status, headers=headers))

    def has(self, asked: str, body: Any, *, status: int = 200) -> None:
        """Answer this request always with this body."""
        self.objects[asked] = (status, body)

    def lacks(self, *asked: str) -> None:
        """Answer these requests as Stripe does for an id that it does not know."""
        for each in asked:
            self.has(each, {"error": {"type": "invalid_request_error", "code": "resource_missing"}}, status=404)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        asked = f"{request.method} {request.path}"
        self.asked.append(asked)
        if self.mock:
            await self._try_on_mock(request)
        params = dict(parse_qsl(await request.text() or request.query_string))
        self.requests.append((request.path, params, request.headers.get("Idempotency-Key", "")))
        self.headers.append(request.headers)
        if asked in self.objects:
            status, body = self.objects[asked]
            return web.json_response(body, status=status)
        if self.script:
            return (self.script.pop(0) if len(self.script) > 1 else self.script[0])()
        return self.created(request.path, params)

    async def _try_on_mock(self, request: web.Request) -> None:
        passed_on = {
            name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers
        }
        url, sent = f"{self.mock}{request.path_qs}", await request.read()
        async with aiohttp.request(request.method, url, data=sent or None, headers=passed_on) as response:
            if response.status != 200:
                self.refused_by_mock.append(f"{request.method} {request.path_qs}: {await response.text()}")

    def created(self, path: str, params: Mapping[str, str]) -> web.Response:
        """The object that the request asks for."""
        if path.endswith("/sessions"):
            made = {
                "id": "cs_1",
                "object": "checkout.session",
                "created": self.created_at,
                "url": "https://pay.test/cs_1",
            }
        else:
            made = {
                "id": "pi_1",
                "object": "payment_intent",
                "amount": int(params["amount"]),
                "currency": params["currency"],
                "client_secret": "pi_1_secret_2",
                "created": self.created_at,
                "status": "requires_payment_method",
            }
        return web.json_response(made)


def make_settings(**changes: Any) -> Settings:
    """Settings for a test, independent of the environment."""
    return Settings(
        **{
            "secret_key": SECRET_KEY,
            "publishable_key": PUBLISHABLE_KEY,
            "token_secret": TOKEN_SECRET,
            "stripe_secret_key": "sk_test_stripe",
            "stripe_publishable_key": "pk_test_stripe",
            "stripe_api_base": "http://127.0.0.1:9",
            "kafka_bootstrap_servers": NOBODY_LISTENS,
            "publish_timeout": 0.2,
            **changes,
        }
    )


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[Api]:
    """The service on a port of its own, until the block ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(settings), log_config=None, access_log=False, ws="none", proxy_headers=False
    )  # as tillstream_operations.serve has it
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        async with aiohttp.ClientSession() as session:
            yield Api(f"http://127.0.0.1:{listening.getsockname()[1]}", session)
    finally:
        server.should_exit = True
        await serving
        listening.close()


@dataclass
class ScriptedOrders:
    """An order-service that knows what a test says."""

    url: str = ""
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The answer to each path."""
    asked: list[str] = field(default_factory=list)
    fails: bool = False

    def has(self, order_id: str, *payments: str, sessions: Iterable[str] = (), **facts: Any) -> str:
        """Know this order with these payments; gives its id back."""
        self.known[f"/v1/orders/{order_id}"] = {
            "order_id": order_id,
            "merchant_id": "default",
            "currency": "usd",
            "amount": 2000,
            "payments": [{"payment_intent_id": payment} for payment in payments],
            "checkout_sessions": [{"checkout_session_id": session} for session in sessions],
            **facts,
        }
        return order_id

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one question, to whoever holds the secret key."""
        self.asked.append(request.path)
        if request.headers.get("Authorization") != f"Bearer {SECRET_KEY}":
            return web.json_response({"code": "key_required"}, status=401)
        if self.fails or request.path not in self.known:
            return web.json_response({"code": "no"}, status=503 if self.fails else 404)
        return web.json_response(self.known[request.path])


@pytest.fixture
async def orders() -> AsyncIterator[ScriptedOrders]:
    """An order-service on a port of its own."""
    scripted = ScriptedOrders()
    app = web.Application()
    app.router.add_get("/{path:.*}", scripted.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    scripted.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield scripted
    await runner.cleanup()


Serve = Callable[..., Awaitable[Api]]


@asynccontextmanager
async def scripted_stripe() -> AsyncIterator[ScriptedStripe]:
    """A Stripe on a port of its own, until the block ends."""
    scripted = ScriptedStripe()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", scripted.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    scripted.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield scripted
    finally:
        await runner.cleanup()


@pytest.fixture
async def stripe() -> AsyncIterator[ScriptedStripe]:
    """A Stripe that this test writes the answers of."""
    async with scripted_stripe() as scripted:
        yield scripted


@pytest.fixture
async def serve_api(stripe: ScriptedStripe) -> AsyncIterator[Serve]:
    """Serve intent-api with these changes to its settings, until the test ends."""
    async with AsyncExitStack() as open_until_the_end:

        async def serve(**changes: Any) -> Api:
            settings = make_settings(**{"stripe_api_base": stripe.url, **changes})
            return await open_until_the_end.enter_async_context(served(settings))

        yield serve


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api_and_its_stripe() -> AsyncIterator[tuple[Api, ScriptedStripe]]:
    """One service for all tests of a module that change nothing."""
    async with scripted_stripe() as scripted, served(make_settings(stripe_api_base=scripted.url)) as api:
        yield api, scripted


@dataclass
class PlacedTopic:
    """The topic that orders are told in, as its readers see it."""

    bootstrap: str
    prefix: str = ""

    @property
    def settings(self) -> dict[str, Any]:
        """What makes the service write there; patient, as a busy machine may be slow."""
        return {
            "kafka_bootstrap_servers": self.bootstrap,
            "kafka_topic_prefix": self.prefix,
            "publish_timeout": 20,
        }

    async def records(self, least: int) -> list[ConsumerRecord[bytes, bytes]]:
        """All records, once there are at least so many."""
        topic = ORDERS_PLACED.under(self.prefix)
        consumer = AIOKafkaConsumer(topic, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
        await consumer.start()
        try:
            found: list[ConsumerRecord[bytes, bytes]] = []
            async with asyncio.timeout(20):
                while len(found) < least or len(found) < sum(
                    (await consumer.end_offsets(consumer.assignment())).values()
                ):
                    for records in (await consumer.getmany(timeout_ms=50)).values():
                        found += records
            return found
        finally:
            await consumer.stop()


async def _read_to(consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
    return {partition: await consumer.position(partition) for partition in consumer.assignment()}


@pytest.fixture
def placed_topic(kafka_bootstrap: str, kafka_prefix: str) -> PlacedTopic:
    """On the shared broker, this test's own."""
    return PlacedTopic(kafka_bootstrap, kafka_prefix)


@pytest.fixture
def own_placed_topic(own_kafka: OwnKafka) -> PlacedTopic:
    """On the test's own broker."""
    return PlacedTopic(own_kafka.bootstrap)


@dataclass(frozen=True)
class StripeSim:
    """The stateful stand-in, in a process of its own."""

    url: str

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        key = {"Authorization": "Bearer sk_test_stripe"}
        async with aiohttp.request(method, self.url + path, json=body, headers=key) as response:
            response.raise_for_status()
            return await response.json()

    async def call(self, path: str, method: str = "POST", **params: Any) -> Any:
        """Ask for something as the merchant, in Stripe's form."""
        key = {"Authorization": "Bearer sk_test_stripe"}
        async with aiohttp.request(method, self.url + path, data=params or None, headers=key) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def fault(self, kind: str, **facts: Any) -> None:
        """Let the next calls fail in this way."""
        await self._ask("POST", "/sim/faults", {"kind": kind, **facts})

    async def acts(self, name: str, action: str) -> None:
        """Let a bank, a buyer or time do this to an object."""
        await self._ask("POST", f"/sim/objects/{name}/{action}")

    async def told(self, event_type: str) -> list[dict[str, Any]]:
        """The objects of all events of this type."""
        events = await self._ask("GET", f"/v1/events?limit=100&type={event_type}")
        return [event["data"]["object"] for event in events["data"]]

    async def reset(self) -> None:
        """Forget everything."""
        await self._ask("POST", "/sim/reset")


@pytest.fixture(scope="session")
def stripe_sim_process() -> Iterator[StripeSim]:
    """stripe-sim, once for the whole run."""
    with _running_stripe_sim() as sim:
        yield sim


@pytest.fixture
def forgetful_stripe_sim() -> Iterator[StripeSim]:
    """stripe-sim as Stripe is a day later: no idempotency key is remembered."""
    with _running_stripe_sim(STRIPE_SIM_IDEMPOTENCY_SECONDS="0.000001") as sim:
        yield sim


@contextmanager
def _running_stripe_sim(**settings: str) -> Iterator[StripeSim]:
    port = free_port()
    command = [sys.executable, "-m", "stripe_sim", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, **settings})  # noqa: S603 - ours
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/readyz", process)
        yield StripeSim(url)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends and process.poll() is None:
        with suppress(OSError), urlopen(url, timeout=1):  # noqa: S310 - our own http URL
            return
    raise AssertionError(f"{url} does not answer")


@pytest.fixture
async def stripe_sim(stripe_sim_process: StripeSim) -> AsyncIterator[StripeSim]:
    """stripe-sim as it is when it starts."""
    yield stripe_sim_process
    await stripe_sim_process.reset()
