"""The reconciler on a real Kafka and PostgreSQL, with stripe-sim, whose webhooks nobody hears."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from asgi_lifespan import LifespanManager
from starlette.types import ASGIApp

from order_service.reconciler.app import create_reconciler
from order_service.reconciler.leadership import LOCK
from order_service.reconciler.settings import ReconcilerSettings

pytestmark = pytest.mark.integration

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


@pytest.fixture(scope="module")
def sim_process() -> Iterator[Sim]:
    """stripe-sim, once for all these tests."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
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
def given(sim: Sim, kafka_bootstrap: str, kafka_prefix: str, migrated: str) -> dict[str, Any]:
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
def reconciling(given: dict[str, Any]) -> Reconciling:
    """Runs the reconciler."""

    @asynccontextmanager
    async def reconciling(**changes: Any) -> AsyncIterator[ASGIApp]:
        app = create_reconciler(ReconcilerSettings.model_validate({**given, **changes}))
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


async def test_event_that_never_came_is_healed_once_and_the_timeline_says_so(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, get: Any, sweeps: Any, counted: Any
) -> None:
    await sim.pays("ord_1")
    async with reconciling() as reconciler:
        [*_, last] = await kafka.changes("ord_1", count=1)
        await sweeps(reconciler, 4)
        assert await counted(reconciler, HEALED) == 2
    order = (await get(app, "/v1/orders/ord_1")).body
    assert (order["status"], order["captured"]) == ("paid", 2000)
    assert last.status == "paid"
    assert {line["outcome"] for line in order["timeline"] if line["version"]} == {"healed"}
    assert {line["event_id"] for line in order["timeline"]} < {event["id"] for event in await sim.events()}


async def test_event_that_came_is_not_missing(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, get: Any, sweeps: Any, counted: Any
) -> None:
    """Nor one that waits in Kafka while order-service has still to read it, or that could not be read."""
    intent = await sim.pays("ord_1")
    events = {event["type"]: event for event in await sim.events()}
    for kind in ("payment_intent.created", "payment_intent.succeeded"):
        value = events[kind] | {"created": "never"} if kind.endswith("created") else events[kind]
        headers = [("ce_id", events[kind]["id"].encode()), ("ce_type", kind.encode())]
        await kafka.tell(orjson.dumps(value), key=intent["id"].encode(), headers=headers)
    async with reconciling() as reconciler:
        await sweeps(reconciler, 3)
        assert await counted(reconciler, "order_service_reconciler_missing_events_total") == 0
    order = (await get(app, "/v1/orders/ord_1")).body
    assert sorted(line["outcome"] for line in order["timeline"]) == ["applied"]


async def test_same_sweep_twice_writes_nothing_new(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, pool: Any, sweeps: Any, counted: Any
) -> None:
    """Even by another leader, who begins from the first cursor again."""
    await sim.pays("ord_1")
    async with reconciling():
        await kafka.changes("ord_1", count=1)
    await pool.execute("DELETE FROM reconciler_cursors")
    async with reconciling() as another:
        await sweeps(another)
        assert await counted(another, "order_service_reconciler_listed_events_total") > 0
        assert await counted(another, HEALED) == 0
    assert await pool.fetchval("SELECT max(deliveries) FROM inbox") == 1


async def test_nothing_is_written_while_order_service_is_behind(
    sim: Sim, reconciling: Reconciling, kafka: Any, get: Any, until: Any, counted: Any, pool: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """What stands in Kafka unread is not missing, however long that takes."""
    monkeypatch.setattr("order_service.reconciler.missing.CATCH_UP_SECONDS", 0.3)
    await sim.pays("ord_1")
    await kafka.tell(orjson.dumps((await sim.events())[0]))
    async with reconciling() as reconciler:

        async def behind() -> bool:
            answer = await get(reconciler, "/readyz")
            return bool(answer.body["parts"]["order_service"] != "ok" and answer.status == 503)

        await until(behind)
        assert await counted(reconciler, HEALED) == 0
    assert await pool.fetchval("SELECT count(*) FROM reconciler_cursors") == 0


async def test_nothing_is_written_while_a_restored_database_takes_in_again_what_it_had(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, get: Any, until: Any, counted: Any, pool: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Kafka says of the group that it has read all of it; the database knows better."""
    monkeypatch.setattr("order_service.reconciler.missing.CATCH_UP_SECONDS", 0.3)
    await sim.pays("ord_1")
    await kafka.tell(orjson.dumps((await sim.events())[0]))
    await kafka.changes("ord_1", count=1)
    await pool.execute("DELETE FROM inbox")
    await pool.execute("UPDATE consumed SET next_offset = 0")
    async with reconciling() as reconciler:

        async def behind() -> bool:
            return bool((await get(reconciler, "/readyz")).body["parts"]["order_service"] != "ok")

        await until(behind)
        assert await counted(reconciler, HEALED) == 0


async def test_clock_of_our_own_that_is_wrong_hides_no_event(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, sweeps: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour ahead: what happens in that hour would be younger than the sweeps that have passed it."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(hours=1)

    monkeypatch.setattr("order_service.reconciler.running.datetime", Ahead)
    async with reconciling() as reconciler:
        await sweeps(reconciler)
        await sim.pays("ord_1")
        await kafka.changes("ord_1", count=1)


async def test_key_that_may_not_list_events_is_told_and_objects_are_asked_for_all_the_same(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, get: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("order_service.reconciler.listing.PAGE", 1_000)  # which Stripe refuses for good, too
    intent = await sim.pays("ord_1")
    [created] = [event for event in await sim.events() if event["type"] == "payment_intent.created"]
    await kafka.tell(orjson.dumps(created), key=intent["id"].encode())
    await kafka.changes("ord_1", count=1)
    async with reconciling(unsettled_after=0.3) as reconciler:
        [*_, last] = await kafka.changes("ord_1", count=2)
        assert last.status == "paid"
        ready = await get(reconciler, "/readyz")
    assert ready.status == 503
    assert ready.body["parts"]["events"] != "ok"
    assert ready.body["parts"]["role"] == "leading"


@pytest.mark.parametrize(
    ("kind", "outcome"), [("rate_limit", "rate_limited"), ("error_500", "failed"), ("api_connection_before", "failed")]
)
async def test_stripe_that_fails_is_asked_again(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, counted: Any, kind: str, outcome: str
) -> None:
    await sim.pays("ord_1")
    await sim.fails(kind, 2)
    async with reconciling() as reconciler:
        await kafka.changes("ord_1", count=1)
        calls = f'order_service_reconciler_stripe_calls_total{{outcome="{outcome}"}}'
        assert await counted(reconciler, calls) >= 1  # a connection that breaks is made anew by aiohttp once


async def test_stripe_that_is_too_slow_moves_no_cursor_and_all_is_healed_later(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, until: Any, counted: Any, pool: Any
) -> None:
    await sim.pays("ord_1")
    await sim.fails("slow", 1_000, seconds=5)
    async with reconciling(stripe_timeout=0.2, patience=0.6) as reconciler:

        async def failed() -> bool:
            return bool(await counted(reconciler, "order_service_reconciler_failed_sweeps_total"))

        await until(failed)
        assert await pool.fetchval("SELECT count(*) FROM reconciler_cursors") == 0
        await sim.ask("DELETE", "/sim/faults")
        await kafka.changes("ord_1", count=1)


async def test_kafka_that_is_away_moves_no_cursor(
    reconciling: Reconciling, sim: Sim, pool: Any, get: Any, until: Any
) -> None:
    await sim.pays("ord_1")
    async with reconciling(KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1", publish_timeout=1) as reconciler:

        async def away() -> bool:
            return bool((await get(reconciler, "/readyz")).body["parts"]["kafka"] != "ok")

        await until(away)
        assert (await get(reconciler, "/livez")).status == 200
    assert await pool.fetchval("SELECT count(*) FROM reconciler_cursors") == 0


async def test_order_that_stands_too_long_is_asked_for_and_healed(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, get: Any
) -> None:
    """Though no event tells of it; the refund that came meanwhile is found, too."""
    intent = await sim.pays("ord_1")
    await sim.ask("POST", "/v1/refunds", data={"payment_intent": intent["id"], "amount": "500"})
    [created] = [event for event in await sim.events() if event["type"] == "payment_intent.created"]
    await kafka.tell(orjson.dumps(created), key=intent["id"].encode())
    await kafka.changes("ord_1", count=1)
    async with reconciling(grace=3600, unsettled_after=0.3):
        [*_, last] = await kafka.changes("ord_1", count=2)
    assert (last.status, last.amounts.captured, last.amounts.refunded) == ("partially_refunded", 2000, 500)
    order = (await get(app, "/v1/orders/ord_1")).body
    assert [line["outcome"] for line in order["timeline"] if line["version"]][-1] == "healed"


async def test_order_that_has_not_moved_is_asked_for_again_and_told_once(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, counted: Any, until: Any
) -> None:
    form = {"amount": "2000", "currency": "eur", "metadata[order_id]": "ord_1"}
    intent = await sim.ask("POST", "/v1/payment_intents", data=form)
    [created] = await sim.events()
    await kafka.tell(orjson.dumps(created), key=intent["id"].encode())
    await kafka.changes("ord_1", count=1)
    async with reconciling(grace=3600, unsettled_after=0.5) as reconciler:

        async def looked_twice() -> bool:
            return bool(await counted(reconciler, "order_service_reconciler_looked_at_total") >= 2)

        await until(looked_twice)
        assert await counted(reconciler, REFETCHED) == 1


async def test_leader_that_loses_its_session_stops_and_leads_anew(
    sim: Sim, reconciling: Reconciling, pool: Any, until: Any, sweeps: Any
) -> None:
    async with reconciling() as reconciler:
        await until(lambda: pool.fetchval(LEADER))
        before = await pool.fetchval(LEADER)
        await pool.execute("SELECT pg_terminate_backend($1)", before)
        await until(lambda: _leads_another(pool, before))
        await sweeps(reconciler)


LEADER = f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = {LOCK % 2**32} AND granted"  # noqa: S608


async def _leads_another(pool: Any, before: int) -> bool:
    return await pool.fetchval(LEADER) not in (None, before)


@asynccontextmanager
async def process(given: dict[str, Any], log: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A reconciler as a process of its own, and where it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {f"ORDER_SERVICE_RECONCILER_{name}".upper(): str(value) for name, value in given.items() if name.islower()}
    told = {name: value for name, value in given.items() if name.isupper()}
    environment = {**os.environ, **told, **own, "ORDER_SERVICE_RECONCILER_PORT": str(port), "LOG_FORMAT": "json"}
    with log.open("wb") as written:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "order_service.reconciler", env=environment, stdout=written, stderr=written
        )
    try:
        yield running, f"http://127.0.0.1:{port}"
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        await running.wait()


async def role(url: str) -> str:
    """What a process says it does."""
    with suppress(aiohttp.ClientError):
        async with aiohttp.request("GET", f"{url}/readyz") as answer:
            return str((await answer.json())["parts"]["role"])
    return ""


async def test_when_the_leader_is_killed_the_other_takes_over(
    app: Any, given: dict[str, Any], sim: Sim, kafka: Any, until: Any, tmp_path: Path
) -> None:
    async with (
        process(given, tmp_path / "first") as (first, one),
        process(given, tmp_path / "other") as (second, other),
    ):

        async def one_leads() -> bool:
            return sorted([await role(one), await role(other)]) == ["leading", "standing by"]

        async def the_rest_leads() -> bool:
            return "leading" in (await role(one), await role(other))

        await until(one_leads, seconds=60)
        leader = first if await role(one) == "leading" else second
        leader.send_signal(signal.SIGKILL)
        await leader.wait()
        await until(the_rest_leads, seconds=60)
        await sim.pays("ord_1")
        await kafka.changes("ord_1", count=1)
    logs = (tmp_path / "first").read_text() + (tmp_path / "other").read_text()
    assert KEY not in logs
    assert '"event": "swept"' in logs
