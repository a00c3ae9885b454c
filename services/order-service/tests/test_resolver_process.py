"""The resolver as a process of its own, on a real Kafka: killed, told to end, and looked at."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiohttp import ClientError, ClientSession

from own_process import own_process
from resolver_stage import GROUP, KEY, Account, Resolving, Topic

pytestmark = pytest.mark.integration
DIE_AT = """
import os, signal
from order_service.resolver import __main__, running
async def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
running._commit = die
__main__.main()
"""


@asynccontextmanager
async def process(
    command: list[str], account: Account, bootstrap: str, prefix: str, log: Path
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The resolver as a process of its own, and where it listens."""
    settings = {
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_API_BASE": account.url,
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "KAFKA_TOPIC_PREFIX": prefix,
        "ORDER_SERVICE_RESOLVER_CONSUMER_GROUP": f"{prefix}{GROUP}",
        "LOG_FORMAT": "json",
    }
    with log.open("wb") as written:
        async with own_process(
            *command, settings=settings, port="ORDER_SERVICE_RESOLVER_PORT", stdout=written, stderr=written
        ) as running:
            yield running


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
