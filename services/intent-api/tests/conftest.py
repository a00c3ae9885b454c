"""intent-api served over real HTTP, with a Stripe whose answers a test writes itself."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import uvicorn
from aiohttp import web

from calling import PUBLISHABLE_KEY, SECRET_KEY, TOKEN_SECRET, Api
from devstack.fixtures import OwnKafka
from intent_api.app import create_app
from intent_api.settings import Settings
from placed_topic import PlacedTopic
from schemas.witness import all_is_as_described, witness  # noqa: F401  # what is sent is as described
from scripted_orders import ScriptedOrders
from scripted_stripe import ScriptedStripe, scripted_stripe
from stripe_sim_process import StripeSim, running_stripe_sim

NOBODY_LISTENS = "127.0.0.1:9"
Serve = Callable[..., Awaitable[Api]]


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


@pytest.fixture
def placed_topic(kafka_bootstrap: str, kafka_prefix: str) -> PlacedTopic:
    """On the shared broker, this test's own."""
    return PlacedTopic(kafka_bootstrap, kafka_prefix)


@pytest.fixture
def own_placed_topic(own_kafka: OwnKafka) -> PlacedTopic:
    """On the test's own broker."""
    return PlacedTopic(own_kafka.bootstrap)


@pytest.fixture(scope="session")
def stripe_sim_process() -> Iterator[StripeSim]:
    """stripe-sim, once for the whole run."""
    with running_stripe_sim() as sim:
        yield sim


@pytest.fixture
def forgetful_stripe_sim() -> Iterator[StripeSim]:
    """stripe-sim as Stripe is a day later: no idempotency key is remembered."""
    with running_stripe_sim(STRIPE_SIM_IDEMPOTENCY_SECONDS="0.000001") as sim:
        yield sim


@pytest.fixture
async def stripe_sim(stripe_sim_process: StripeSim) -> AsyncIterator[StripeSim]:
    """stripe-sim as it is when it starts."""
    yield stripe_sim_process
    await stripe_sim_process.reset()
