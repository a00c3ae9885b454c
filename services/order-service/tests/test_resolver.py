"""The resolver on a real Kafka, with a Stripe that does as the test says."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio
from aiohttp import ClientError, ClientSession, web
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from asgi_lifespan import LifespanManager
from starlette.types import ASGIApp

from order_service.resolver.app import create_resolver
from order_service.resolver.settings import ResolverSettings
from tillstream_contracts import STRIPE_EVENTS

pytestmark = pytest.mark.integration

Resolving = Callable[..., AbstractAsyncContextManager[ASGIApp]]
KEY = "sk_test_of_the_resolver"
GROUP = "order-service-resolver"
DIE_AT = """
import os, signal
from order_service.resolver import __main__, running
async def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
running._commit = die
__main__.main()
"""


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


async def test_a_thin_event_becomes_a_paid_order(
    app: Any, account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any
) -> None:
    """The object as Stripe has it goes the way of every event; the thin event itself does nothing."""
    account.has_paid("pi_1")
    trace = ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    async with resolving():
        await kafka.tell(stripe.thin("payment_intent.succeeded"), headers=[trace, ("ce_stripeendpoint", b"thin")])
        [change] = await kafka.changes("ord_1", count=1)
    assert (change.status, change.cause.event_id) == ("paid", "evt_test_1.resolved")
    [record] = await topic.resolved(count=1)
    headers = dict(record.headers)
    assert (record.key, headers["ce_id"], headers["ce_type"]) == (
        b"pi_1", b"evt_test_1.resolved", b"payment_intent.succeeded"
    )  # fmt: skip
    assert (headers["traceparent"], headers["ce_stripeendpoint"]) == (trace[1], b"thin")
    assert json.loads(record.value)["data"]["object"] == account.objects["/v1/payment_intents/pi_1"]


async def test_both_forms_of_one_occurrence_count_as_one(
    app: Any, account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any, pool: Any, until: Any
) -> None:
    """Whichever comes first, the snapshot that Stripe sent or the one that was resolved."""
    account.has_paid("pi_1", "pi_2")

    async def seen_twice() -> bool:
        return bool(await pool.fetchval("SELECT count(*) = 2 FROM inbox WHERE deliveries = 2"))

    async with resolving():
        await kafka.tell(stripe.payment("succeeded", pi="pi_1", order="ord_1", id="evt_1"))
        await kafka.changes("ord_1", count=1)
        await kafka.tell(stripe.thin("payment_intent.succeeded", id="evt_test_1", snapshot_event="evt_1"))
        second = stripe.thin(
            "payment_intent.succeeded", "/v1/payment_intents/pi_2", id="evt_test_2", snapshot_event="evt_2"
        )
        await kafka.tell(second, key=b"pi_2")
        await kafka.changes("ord_2", count=1)
        await kafka.tell(stripe.payment("succeeded", pi="pi_2", order="ord_2", id="evt_2"), key=b"pi_2")
        await until(seen_twice)
    assert {json.loads(record.value)["id"] for record in await topic.resolved(count=2)} == {"evt_1", "evt_2"}
    assert await pool.fetchval("SELECT count(*) FROM order_changes") == 2


async def test_events_about_one_object_are_answered_by_one_call_and_each_by_its_own_event(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any
) -> None:
    account.has_paid("pi_1")
    for number in range(30):
        await kafka.tell(stripe.thin("payment_intent.succeeded", id=f"evt_test_{number}"))
    async with resolving():
        resolved = await topic.resolved(count=30)
    ids = [dict(record.headers)["ce_id"].decode() for record in resolved]
    assert ids == [f"evt_test_{number}.resolved" for number in range(30)]
    assert len(account.calls) == 1


async def test_stripe_is_asked_with_key_version_context_and_cause(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any
) -> None:
    account.has_paid("pi_1")
    async with resolving():
        await kafka.tell(stripe.thin("payment_intent.succeeded", context="acct_1"))
        [record] = await topic.resolved(count=1)
    [(path, headers)] = account.calls
    sent = {name: headers[name] for name in ("Authorization", "Stripe-Version", "Stripe-Context")}
    assert path == "/v1/payment_intents/pi_1"
    assert sent == {
        "Authorization": f"Bearer {KEY}", "Stripe-Version": "2026-10-28.endive", "Stripe-Context": "acct_1"
    }  # fmt: skip
    assert headers["Stripe-Request-Trigger"] == "event=evt_test_1"
    assert json.loads(record.value)["account"] == "acct_1"


@pytest.mark.parametrize("batch_seconds", [10, 0.4])
async def test_calls_stay_within_the_budget(
    account: Account,
    resolving: Resolving,
    kafka: Any,
    topic: Topic,
    stripe: Any,
    monkeypatch: pytest.MonkeyPatch,
    batch_seconds: float,
) -> None:
    """Fifteen objects at five a second, in one batch or cut into batches of two: each is asked for once."""
    monkeypatch.setattr("order_service.resolver.running.BATCH_SECONDS", batch_seconds)
    ids = [f"pi_{number}" for number in range(15)]
    account.has_paid(*ids)
    for one in ids:
        thin = stripe.thin("payment_intent.succeeded", f"/v1/payment_intents/{one}", id=f"evt_test_{one}")
        await kafka.tell(thin, key=one.encode())
    async with resolving(rate=5):
        assert len(await topic.resolved(count=15)) == 15
    assert sorted(path.rpartition("/")[2] for path, _ in account.calls) == sorted(ids)
    for first in range(15):
        for last in range(first, 15):
            assert last - first + 1 <= (account.times[last] - account.times[first] + 0.1) * 5 + 5


async def test_an_outage_of_stripe_loses_nothing_and_ends_by_itself(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any, get: Any, until: Any, committed: Any
) -> None:
    """Also one that outlasts the patience with a batch, and with a key that is not yet right."""
    account.has_paid("pi_1")
    account.status = 503
    async with resolving(patience=timedelta(seconds=1)) as resolver:
        await kafka.tell(stripe.thin("payment_intent.succeeded"))
        await until(lambda: len(account.calls) > 6)

        async def tells_of_it() -> bool:
            answer = await get(resolver, "/readyz")
            return bool(answer.status == 503 and "503" in answer.body["parts"]["stripe"])

        await until(tells_of_it)
        assert (await get(resolver, "/livez")).status == 200
        assert (topic.found(), await committed()) == ([], 0)
        account.status = 401
        await until(lambda: len(account.calls) > 10)
        account.status = 200
        [record] = await topic.resolved(count=1)
        await until(committed)
        await until(lambda: _is_ready(get, resolver))
    assert json.loads(record.value)["id"] == "evt_test_1.resolved"


async def _is_ready(get: Any, resolver: ASGIApp) -> bool:
    return bool((await get(resolver, "/readyz")).status == 200)


@pytest.mark.parametrize("status", [404, 403])
async def test_an_object_that_stripe_does_not_give_is_parked_and_the_next_goes_on(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any, status: int
) -> None:
    account.has_paid("pi_1")
    account.failing["/v1/payment_intents/pi_gone"] = status
    gone = stripe.thin("payment_intent.succeeded", "/v1/payment_intents/pi_gone", id="evt_test_gone")
    async with resolving():
        await kafka.tell(gone)
        await kafka.tell(stripe.thin("payment_intent.succeeded"))
        [record] = await topic.resolved(count=1)
        [parked] = await kafka.parked(count=1)
    assert (dict(record.headers)["ce_id"], parked.value) == (b"evt_test_1.resolved", gone)
    reason = dict(parked.headers)["parked_reason"].decode()
    assert str(status) in reason
    assert "a@b.example" not in reason


async def test_too_many_refusals_stop_it_before_the_topic_is_emptied(
    account: Account, resolving: Resolving, kafka: Any, stripe: Any, get: Any, until: Any, committed: Any
) -> None:
    """A key of another account would else park every event."""
    for number in range(5):
        await kafka.tell(stripe.thin("payment_intent.succeeded", f"/v1/payment_intents/pi_{number}"))
    async with resolving(parked_a_minute=3) as resolver:

        async def stopped() -> bool:
            answer = await get(resolver, "/readyz")
            return bool(answer.status == 503 and answer.body["parts"]["events"].startswith("stopped"))

        await until(stopped)
        assert await committed() == 0


async def test_an_object_that_alone_is_never_answered_is_parked_and_holds_up_nobody(
    account: Account,
    resolving: Resolving,
    kafka: Any,
    topic: Topic,
    stripe: Any,
    until: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Others go on at once, those behind it after a few rounds: while others are answered, it is its own fault."""
    monkeypatch.setattr("order_service.resolver.running.BATCH_SECONDS", 1)
    account.has_paid("pi_1", "pi_behind")
    account.failing["/v1/payment_intents/pi_bad"] = 500
    bad = stripe.thin("payment_intent.succeeded", "/v1/payment_intents/pi_bad", id="evt_test_bad")
    await kafka.tell(bad, key=b"pi_bad")
    await kafka.tell(stripe.thin("payment_intent.succeeded", "/v1/payment_intents/pi_behind"), key=b"pi_bad")
    other = stripe.thin("payment_intent.succeeded", id="evt_test_other")

    async def parked_while_others_come() -> bool:
        await kafka.tell(other)
        for records in (await kafka.consumer.getmany(timeout_ms=100)).values():
            kafka.records += records
        return bool(kafka.records)

    async with resolving(patience=timedelta(seconds=1)):
        await until(parked_while_others_come, seconds=60)
        [parked] = await kafka.parked(count=1)
        resolved = await topic.resolved(count=3)
    assert {record.key for record in resolved} == {b"pi_1", b"pi_behind"}
    assert (parked.value, dict(parked.headers)["parked_reason"]) == (bad, b"Stripe answers, but never for its object.")


async def test_objects_that_are_gone_do_not_stop_it(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any
) -> None:
    """That a deleted one is not found is no sign of a wrong key."""
    account.has_paid("pi_1")
    for number in range(5):
        await kafka.tell(stripe.thin("invoice.deleted", f"/v1/invoices/in_{number}", id=f"evt_test_in_{number}"))
    await kafka.tell(stripe.thin("payment_intent.succeeded"))
    async with resolving(parked_a_minute=2):
        await topic.resolved(count=1)
        assert len(await kafka.parked(count=5)) == 5


async def test_a_broken_thin_event_is_parked(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any
) -> None:
    account.has_paid("pi_1")
    async with resolving():
        for value in (b"{", stripe.thin("payment_intent.succeeded", created="yesterday")):
            await kafka.tell(value)
        await kafka.tell(stripe.thin("payment_intent.succeeded"))
        await topic.resolved(count=1)
        [parked] = await kafka.parked(count=1)
    assert dict(parked.headers)["parked_reason"] == b"When it happened is missing or malformed."


async def test_slow_stripe_never_delays_the_consumer_of_orders(
    app: Any, account: Account, resolving: Resolving, kafka: Any, stripe: Any, until: Any
) -> None:
    """Orders behind a thin event in the same partition are paid while Stripe has not answered yet."""
    account.has_paid("pi_9")
    account.open.clear()
    async with resolving():
        await kafka.tell(stripe.thin("payment_intent.succeeded", "/v1/payment_intents/pi_9"))
        await until(lambda: account.calls)
        for number in range(5):
            await kafka.tell(stripe.payment("succeeded", pi=f"pi_{number}", order=f"ord_{number}"))
            await kafka.changes(f"ord_{number}", count=1, seconds=5)
        assert len(account.calls) == 1
        account.open.set()
        await kafka.changes("ord_9", count=1)


@asynccontextmanager
async def process(
    command: list[str], account: Account, bootstrap: str, prefix: str, log: Path
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The resolver as a process of its own, and where it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_API_BASE": account.url,
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "KAFKA_TOPIC_PREFIX": prefix,
        "ORDER_SERVICE_RESOLVER_CONSUMER_GROUP": f"{prefix}{GROUP}",
        "ORDER_SERVICE_RESOLVER_PORT": str(port),
        "LOG_FORMAT": "json",
    }
    with log.open("wb") as written:
        running = await asyncio.create_subprocess_exec(
            sys.executable, *command, env=environment, stdout=written, stderr=written
        )
    try:
        yield running, f"http://127.0.0.1:{port}"
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        await running.wait()


async def test_a_crash_between_write_and_commit_resolves_twice_under_one_id(
    app: Any, account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any, pool: Any,
    kafka_bootstrap: str, kafka_prefix: str, tmp_path: Path, until: Any,
) -> None:  # fmt: skip
    account.has_paid("pi_1")
    await kafka.tell(stripe.thin("payment_intent.succeeded", snapshot_event="evt_1"))
    async with process(["-c", DIE_AT], account, kafka_bootstrap, kafka_prefix, tmp_path / "log") as (dying, _):
        async with asyncio.timeout(30):
            assert await dying.wait() == -signal.SIGKILL
    async with resolving():
        resolved = await topic.resolved(count=2)
    assert [dict(record.headers)["ce_id"] for record in resolved] == [b"evt_1", b"evt_1"]
    [change] = await kafka.changes("ord_1", count=1)
    await until(lambda: pool.fetchval("SELECT deliveries = 2 FROM inbox WHERE event_id = 'evt_1'"))
    assert change.version == await pool.fetchval("SELECT max(version) FROM order_changes") == 1


async def test_sigterm_ends_it_in_time_while_stripe_does_not_answer(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any, until: Any,
    kafka_bootstrap: str, kafka_prefix: str, tmp_path: Path, committed: Any,
) -> None:  # fmt: skip
    """What is in hand is not committed, and comes again."""
    account.has_paid("pi_1")
    account.open.clear()
    command = ["-m", "order_service.resolver"]
    async with process(command, account, kafka_bootstrap, kafka_prefix, tmp_path / "log") as (running, _):
        await kafka.tell(stripe.thin("payment_intent.succeeded"))
        await until(lambda: account.calls)
        running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            assert await running.wait() == 0
    assert await committed() == 0
    account.open.set()
    async with resolving():
        await topic.resolved(count=1)


async def test_the_process_is_small_and_tells_of_itself_without_secrets(
    account: Account, kafka: Any, topic: Topic, stripe: Any, until: Any,
    kafka_bootstrap: str, kafka_prefix: str, tmp_path: Path,
) -> None:  # fmt: skip
    account.has_paid("pi_1")
    command = ["-m", "order_service.resolver"]
    async with (
        process(command, account, kafka_bootstrap, kafka_prefix, tmp_path / "log") as (running, url),
        ClientSession() as session,
    ):
        await kafka.tell(stripe.thin("payment_intent.succeeded", "/v1/payment_intents/pi_gone"))
        await kafka.tell(stripe.thin("payment_intent.succeeded"))
        await topic.resolved(count=1)

        async def metrics() -> str:
            with suppress(ClientError):
                async with session.get(f"{url}/metrics") as answer:
                    return await answer.text()
            return ""

        async def counted() -> bool:
            return 'order_service_resolver_records_total{outcome="resolved"} 1.0' in await metrics()

        await until(counted)
        assert 'order_service_resolver_refused_objects_total{status="404"} 1.0' in await metrics()
        memory = psutil.Process(running.pid).memory_info().rss
        log = (tmp_path / "log").read_text()
    assert '"event": "record_parked"' in log
    assert not any(word in log for word in (KEY, "a@b.example"))
    assert memory < 90 * 2**20


async def test_only_what_is_committed_is_passed_over_after_a_restart(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any, until: Any, committed: Any
) -> None:
    account.has_paid("pi_1")
    async with resolving():
        await kafka.tell(stripe.thin("payment_intent.succeeded"))
        await topic.resolved(count=1)
        await until(committed)
    async with resolving():
        await kafka.tell(stripe.thin("payment_intent.succeeded", id="evt_test_2"))
        resolved = await topic.resolved(count=2)
    assert [dict(record.headers)["ce_id"] for record in resolved] == [b"evt_test_1.resolved", b"evt_test_2.resolved"]
    assert len(account.calls) == 2
