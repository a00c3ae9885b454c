"""A house without any faults, for what has to work before faults mean anything."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from devstack.database import migrate
from devstack.ports import free_port
from devstack.readiness import http_ready

SERVICES = ("webhook_ingest", "order_service", "notifier", "intent_api")
READY_WITHIN = 60
WEBHOOK_SECRET = "whsec_of_a_small_house"
SECRETS = {
    "STRIPE_PUBLISHABLE_KEY": "pk_test_smallhouse",
    "STRIPE_SECRET_KEY": "sk_test_smallhouse",
    "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "TILLSTREAM_PUBLISHABLE_KEY": "pk_test_0123456789abcdef0123",
    "TILLSTREAM_SECRET_KEY": "sk_test_0123456789abcdef0123",
    "TILLSTREAM_TOKEN_SECRET": "a token secret that is long enough, for tests only",
}


@pytest.fixture
async def small_house(kafka_bootstrap: str, kafka_prefix: str, database_url: str, tmp_path: Path) -> AsyncIterator[Any]:
    """One process of each service, and what a stage says of them; whoever plays Stripe listens where it says."""
    ports = {name: free_port() for name in (*SERVICES, "stripe")}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    environment = {
        **SECRETS,
        **{f"{name.upper()}_PORT": str(ports[name]) for name in SERVICES},
        "INTENT_API_ORDER_SERVICE_URL": urls["order_service"],
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "KAFKA_TOPIC_PREFIX": kafka_prefix,
        "LOG_FORMAT": "json",
        "NOTIFIER_MAX_CONNECTIONS_PER_ADDRESS": "1000",
        "NOTIFIER_ORDER_SERVICE_URL": urls["order_service"],
        "ORDER_SERVICE_CONSUMER_GROUP": f"{kafka_prefix}order-service",
        "ORDER_SERVICE_DATABASE_URL": database_url,
        "STRIPE_API_BASE": urls["stripe"],
    }
    await asyncio.to_thread(migrate, environment)
    async with AsyncExitStack() as stack:
        for name in SERVICES:
            await stack.enter_async_context(running(name, environment, tmp_path / f"{name}.log"))
        await asyncio.gather(*(until_ready(urls[name]) for name in SERVICES))
        yield SimpleNamespace(
            ingest_urls=(urls["webhook_ingest"],) * 2,
            intent_urls=(urls["intent_api"],),
            order_urls=(urls["order_service"],),
            stream_urls=(f"ws://127.0.0.1:{ports['notifier']}/v1/stream",),
            stripe_api_port=ports["stripe"],
            kafka_bootstrap=kafka_bootstrap,
            topic_prefix=kafka_prefix,
            database_url=database_url,
            token_secret=SECRETS["TILLSTREAM_TOKEN_SECRET"],
            secret_key=SECRETS["TILLSTREAM_SECRET_KEY"],
            webhook_secrets=lambda: (WEBHOOK_SECRET,),
        )


@asynccontextmanager
async def running(module: str, environment: Mapping[str, str], log: Path) -> AsyncIterator[None]:
    """`python -m` that module, until the end."""
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, env={**os.environ, **environment}, stdout=written, stderr=written
        )
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def until_ready(url: str) -> None:
    """Return once the service is ready."""
    async with asyncio.timeout(READY_WITHIN):
        while not await http_ready(f"{url}/readyz"):  # noqa: ASYNC110 - another process has no event to wait for
            await asyncio.sleep(0.1)
