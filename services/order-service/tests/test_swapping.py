"""`tillstream rebuild --swap` beside processes of order-service that take in and answer, and one that is cut off."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest

from devstack.ports import free_port

TILLSTREAM = "import sys; from order_service.command.app import main; sys.argv[0] = 'tillstream'; main()"
CUT_OFF = "import os, order_service.publisher as p; p.Publisher.publish = lambda *_: os._exit(9); " + TILLSTREAM
"""The process is gone between a commit and its publishing."""
DIES = CUT_OFF.replace(TILLSTREAM, "import runpy; runpy.run_module('order_service', run_name='__main__')")
KAFKA_AWAY = (
    "import order_service.publisher as p\nasync def publish(*_): raise p.NotPublished('away')\n"
    "p.Publisher.publish = publish; " + TILLSTREAM
)
LITTLE_ROOM = "import order_service.rebuilding.comparing as c; c.MOST_KEPT = 4; " + TILLSTREAM
BROKEN = "import order_service.rebuilding.schema as s; s.make = None; " + TILLSTREAM
SWAPS = "SELECT because FROM operator_actions WHERE action = 'swap' ORDER BY line"
SECRET_KEY = "sk_test_0123456789abcdef0123"
SECRETS = {"TILLSTREAM_SECRET_KEY": SECRET_KEY, "TILLSTREAM_TOKEN_SECRET": "a token secret that is long enough"}
Command = Callable[..., Any]

pytestmark = [pytest.mark.integration, pytest.mark.timeout(400)]


@pytest.fixture
def given(migrated: str, kafka_bootstrap: str, kafka_prefix: str) -> dict[str, str]:
    """The environment of the processes."""
    return {
        **os.environ,
        "ORDER_SERVICE_DATABASE_URL": migrated,
        "ORDER_SERVICE_CONSUMER_GROUP": kafka_prefix,
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "KAFKA_TOPIC_PREFIX": kafka_prefix,
    }


@pytest.fixture
def rebuild(given: dict[str, str]) -> Command:
    """Runs `tillstream rebuild`: its exit code, and what it answered."""

    async def rebuild(*words: str, program: str = TILLSTREAM) -> tuple[int, Any]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, "rebuild", *words, env=given, stdout=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(180):
            output, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, json.loads(output) if output else None

    return rebuild


@asynccontextmanager
async def _order_service(given: dict[str, str]) -> AsyncIterator[str]:
    """A process of its own, once it is ready; its address."""
    port = free_port()
    environment = {**given, **SECRETS, "ORDER_SERVICE_PORT": str(port)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "order_service", env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(60):
            while not await _is_ready(url):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        yield url
    finally:
        process.terminate()
        async with asyncio.timeout(60):
            await process.wait()


async def _is_ready(url: str) -> bool:
    with suppress(aiohttp.ClientError):
        async with aiohttp.request("GET", f"{url}/readyz") as answer:
            return answer.status == 200
    return False


async def _paid(kafka: Any, stripe: Any, placed: Any, count: int) -> None:
    """So many orders, each paid."""
    for number in range(count):
        order, pi = f"ord_{number}", f"pi_{number}"
        await kafka.place(placed(order, payment_intent_id=pi), key=order.encode())
        for at, happened in enumerate(("created", "succeeded")):
            await kafka.tell(stripe.payment(happened, at=at, pi=pi, order=order), key=pi.encode())
    for number in range(count):
        await _until_paid(kafka, f"ord_{number}")


async def _until_paid(kafka: Any, order_id: str) -> None:
    count = 1
    while not any(change.status == "paid" for change in await kafka.changes(order_id, count=count, seconds=60)):
        count += 1


async def test_swap_under_load_fails_no_read_and_doubles_nothing(
    given: dict[str, str], kafka: Any, stripe: Any, placed: Any, pool: Any, rebuild: Command
) -> None:
    """Two processes take events in and answer over HTTP; versions stay gap-free, and what was wrong is right."""
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(_order_service(given)) for _ in range(2)]
        http = await stack.enter_async_context(aiohttp.ClientSession(headers={"Authorization": f"Bearer {SECRET_KEY}"}))
        await _paid(kafka, stripe, placed, 40)
        await pool.execute("UPDATE payments SET captured = 1 WHERE payment_id = ANY(ARRAY['pi_3', 'pi_7'])")
        await pool.execute("UPDATE orders SET status = 'refunded' WHERE order_id = ANY(ARRAY['ord_5', 'ord_7'])")
        over, statuses, slowest, sent = asyncio.Event(), list[int](), 0.0, 0

        async def read(url: str) -> None:
            nonlocal slowest
            while not over.is_set():
                begun = time.monotonic()
                async with http.get(f"{url}/v1/orders/ord_5") as answer:
                    statuses.append(answer.status)
                slowest = max(slowest, time.monotonic() - begun)

        async def load() -> None:
            nonlocal sent
            while not over.is_set():
                pi, order = f"pi_load_{sent}", f"ord_load_{sent}"
                await kafka.tell(stripe.payment("succeeded", pi=pi, order=order), key=pi.encode())
                sent += 1
                await asyncio.sleep(0.005)

        async with asyncio.TaskGroup() as group:
            for url in urls:
                group.create_task(read(url))
            group.create_task(load())
            code, told = await rebuild("--swap", "--json")
            over.set()
        await kafka.orders_told(count=40 + sent)
        pause = told["mended"]["longest_pause_seconds"]
        print(f"{len(statuses)} reads, the slowest {slowest:.3f} s; {sent} events; pause {pause} s")  # noqa: T201
        assert (code, set(statuses)) == (0, {200}), told
        assert sorted(change["id"] for change in told["mended"]["changes"]) == ["ord_5", "ord_7"]
        assert pause < 5
        gaps = "SELECT order_id FROM order_changes GROUP BY 1 HAVING max(version) <> count(*)"
        assert await pool.fetch(gaps) == []
        whole = "SELECT count(*), sum(captured) FROM payments WHERE payment_id LIKE 'pi_load_%'"
        assert tuple(await pool.fetchrow(whole)) == (sent, sent * 1999)
        code, told = await rebuild("--dry-run", "--json")
        assert (code, told["differences"]) == (0, [])


async def test_swap_that_was_cut_off_is_finished_by_the_next(
    app: Any, kafka: Any, stripe: Any, placed: Any, pool: Any, rebuild: Command
) -> None:
    """What it had committed is published first; a dry run only says so, and leaves it to be done."""
    await _paid(kafka, stripe, placed, 3)
    await pool.execute("UPDATE orders SET status = 'refunded' WHERE order_id = 'ord_1'")
    version = await pool.fetchval("SELECT version FROM orders WHERE order_id = 'ord_1'")
    code, _ = await rebuild("--swap", "--json", program=CUT_OFF)
    assert code == 9
    assert await pool.fetchval("SELECT version FROM orders WHERE order_id = 'ord_1'") == version + 1
    assert len(await kafka.changes("ord_1", count=version)) == version
    assert [because for [because] in await pool.fetch(SWAPS)] == ["begun"]
    code, told = await rebuild("--dry-run", "--json")
    assert (code, set(told), told["error"]["code"]) == (1, {"error"}, 1)
    code, told = await rebuild("--swap", "--json")
    assert (code, told["differences"]) == (0, [])
    last = (await kafka.versions("ord_1", count=version + 1))[-1]
    assert (last.version, last.status, last.cause.event_type) == (version + 1, "paid", "tillstream.rebuilt.v1")
    code, _ = await rebuild("--dry-run", "--json")
    assert code == 0


async def test_more_differences_than_are_kept_are_mended_each_order_at_once(
    app: Any, kafka: Any, stripe: Any, placed: Any, pool: Any, rebuild: Command
) -> None:
    """Round by round; no order is published with only some of its facts, and who did it is written down."""
    await _paid(kafka, stripe, placed, 10)
    versions = dict(await pool.fetch("SELECT order_id, version FROM orders"))
    for table in ("orders", "placements", "mentions", "payments"):
        await pool.execute(f"TRUNCATE {table}")
    code, told = await rebuild("--swap", "--json", program=LITTLE_ROOM)
    mended = told["mended"]
    assert (code, mended["published"], mended["left_alone"], mended["still_differ"]) == (0, 10, 0, 0), told
    assert len(told["differences"]) == 4
    for order_id, version in versions.items():
        last = (await kafka.versions(order_id, count=version + 1))[-1]
        assert (last.version, last.status) == (version + 1, "paid")
    assert [because for [because] in await pool.fetch(SWAPS)] == ["begun", f"done: {_in_words(mended)}"]
    code, told = await rebuild("--dry-run", "--json")
    assert (code, told["differences"]) == (0, [])


def _in_words(mended: Any) -> str:
    return f"{mended['rows']} rows mended, {mended['published']} changes published"


async def test_rebuild_that_has_an_error_says_so(rebuild: Command) -> None:
    """To a program, too: no command ends without a word."""
    code, told = await rebuild("--dry-run", "--json", program=BROKEN)
    assert (code, told["error"]["code"]) == (70, 70)
    assert "TypeError" in told["error"]["detail"]


async def test_parked_record_that_can_be_read_by_now_is_taken_in_by_a_swap(
    serving: Any, migrated: str, kafka: Any, stripe: Any, pool: Any, rebuild: Command
) -> None:
    """Replaying it afterwards changes nothing."""
    async with serving(max_record_bytes=2048) as app:
        assert app
        large = stripe.payment("succeeded", pi="pi_large", order="ord_large", description="x" * 4000)
        await kafka.tell(large, key=b"pi_large")
        await kafka.parked(count=1)
        await kafka.tell(stripe.payment("succeeded", pi="pi_1", order="ord_1"), key=b"pi_large")
        await kafka.changes("ord_1", count=1)
        code, told = await rebuild("--dry-run", "--json")
        assert (code, {one["missing"] for one in told["differences"]}) == (3, {"live"})
        code, told = await rebuild("--swap", "--json")
        assert code == 0
        [change] = await kafka.changes("ord_large", count=1)
        assert (change.status, change.version) == ("paid", 1)
    async with serving() as app:
        assert app
        await kafka.tell(large, key=b"pi_large")
        await kafka.tell(stripe.payment("succeeded", pi="pi_2", order="ord_2"), key=b"pi_large")
        await kafka.changes("ord_2", count=1)
        assert await pool.fetchval("SELECT version FROM orders WHERE order_id = 'ord_large'") == 1
    code, _ = await rebuild("--dry-run", "--json")
    assert code == 0


async def test_versions_that_a_dead_process_did_not_publish_come_before_those_of_a_swap(
    serving: Any,
    given: dict[str, str],
    kafka: Any,
    stripe: Any,
    placed: Any,
    pool: Any,
    rebuild: Command,
) -> None:
    """Readers drop what they have passed, so nobody would ever hear of the version in between."""
    async with serving(consumer_group=given["ORDER_SERVICE_CONSUMER_GROUP"]) as app:
        assert app
        await kafka.place(placed())
        await kafka.changes("ord_1", count=1)
    await kafka.tell(stripe.payment("processing"))
    dying = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DIES, env={**given, **SECRETS, "ORDER_SERVICE_PORT": "0"}
    )
    async with asyncio.timeout(60):
        assert await dying.wait() == 9
    assert await pool.fetchval("SELECT version FROM orders") == 2
    await pool.execute("UPDATE orders SET status = 'refunded'")
    code, _ = await rebuild("--swap", "--json")
    assert code == 0
    assert [change.version for change in await kafka.versions("ord_1", count=3)] == [1, 2, 3]


async def test_swap_that_could_not_publish_is_finished_by_the_next(
    app: Any, kafka: Any, stripe: Any, placed: Any, pool: Any, rebuild: Command
) -> None:
    """Kafka was away just then: what was committed is known to be owed, though the command ended in order."""
    await _paid(kafka, stripe, placed, 1)
    await pool.execute("UPDATE orders SET status = 'refunded'")
    version = await pool.fetchval("SELECT version FROM orders")
    code, told = await rebuild("--swap", "--json", program=KAFKA_AWAY)
    assert (code, set(told)) == (1, {"error"})
    assert await pool.fetchval("SELECT version FROM orders") == version + 1
    code, told = await rebuild("--swap", "--json")
    assert (code, told["differences"]) == (0, [])
    last = (await kafka.versions("ord_0", count=version + 1))[-1]
    assert (last.version, last.status) == (version + 1, "paid")
    assert await pool.fetchval("SELECT to_regclass('rebuild.unpublished') IS NULL")
