"""What tests of the reconciler stand on: stripe-sim, whose webhooks nobody hears, and settings that are quick."""

import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from asgi_lifespan import LifespanManager
from starlette.types import ASGIApp

from devstack.ports import free_port
from order_service.reconciler.app import create_reconciler
from order_service.reconciler.settings import ReconcilerSettings

KEY = "sk_test_of_the_reconciler"
Reconciling = Callable[..., AbstractAsyncContextManager[ASGIApp]]
SWEPT = "order_service_reconciler_sweep_seconds_count"
HEALED = 'order_service_reconciler_healed_events_total{way="listed"}'
REFETCHED = 'order_service_reconciler_healed_events_total{way="refetched"}'


@dataclass
class Sim:
    """stripe-sim, of whose events nobody is told."""

    url: str

    async def ask(self, method: str, path: str, **told: Any) -> Any:
        """Call it."""
        headers = {"Authorization": f"Bearer {KEY}"}
        async with aiohttp.request(method, self.url + path, headers=headers, **told) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def pays(self, order_id: str, card: str = "pm_card_visa") -> dict[str, Any]:
        """A payment of an order."""
        form = {
            "amount": "2000",
            "currency": "eur",
            "confirm": "true",
            "payment_method": card,
            "return_url": "http://localhost/back",
            "metadata[order_id]": order_id,
        }
        return dict(await self.ask("POST", "/v1/payment_intents", data=form))

    async def events(self) -> list[dict[str, Any]]:
        """What happened, newest first."""
        return list((await self.ask("GET", "/v1/events?limit=100"))["data"])

    async def fails(self, kind: str, count: int, **more: Any) -> None:
        """The next calls of the list fail."""
        fault = {"kind": kind, "count": count, "method": "GET", "path": "/v1/events", **more}
        await self.ask("POST", "/sim/faults", json=fault)


@pytest.fixture(scope="session")
def sim_process() -> Iterator[Sim]:
    """stripe-sim, once for the whole run."""
    port = free_port()
    command = [sys.executable, "-m", "stripe_sim", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - ours
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
        yield Sim(f"http://127.0.0.1:{port}")
        process.terminate()


@pytest.fixture
async def sim(sim_process: Sim) -> AsyncIterator[Sim]:
    """stripe-sim as it is when it starts."""
    await sim_process.ask("POST", "/sim/reset")
    yield sim_process
    await sim_process.ask("DELETE", "/sim/faults")


@pytest.fixture
def quick_reconciler(sim: Sim, kafka_bootstrap: str, kafka_prefix: str, migrated: str) -> dict[str, Any]:
    """Settings by which all goes quicker."""
    return {
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_API_BASE": sim.url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "KAFKA_TOPIC_PREFIX": kafka_prefix,
        "ORDER_SERVICE_DATABASE_URL": migrated,
        "rate": 500,
        "sweep_every": 0.2,
        "lead_every": 0.2,
        "grace": 0,
        "overlap": 600,
        "since": 1800,
    }


@pytest.fixture
def reconciling(quick_reconciler: dict[str, Any]) -> Reconciling:
    """Runs the reconciler."""

    @asynccontextmanager
    async def reconciling(**changes: Any) -> AsyncIterator[ASGIApp]:
        app = create_reconciler(ReconcilerSettings.model_validate({**quick_reconciler, **changes}))
        async with LifespanManager(app, startup_timeout=20, shutdown_timeout=20) as manager:
            yield manager.app

    return reconciling


@pytest.fixture
def counted(get: Any) -> Callable[..., Any]:
    """What a reconciler counts."""

    async def counted(reconciler: ASGIApp, name: str) -> float:
        told = (await get(reconciler, "/metrics")).body["text"]
        return sum(float(line.rpartition(" ")[2]) for line in told.splitlines() if line.startswith(name))

    return counted


@pytest.fixture
def sweeps(counted: Any, until: Any) -> Callable[..., Any]:
    """Waits for so many more sweeps."""

    async def sweeps(reconciler: ASGIApp, count: int = 2) -> None:
        begun = await counted(reconciler, SWEPT)

        async def done() -> bool:
            return bool(await counted(reconciler, SWEPT) >= begun + count)

        await until(done)

    return sweeps
