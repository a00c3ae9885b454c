"""The schema changes under a service that goes on, first of the old code, then of the new: nobody waits for long."""

import asyncio
import io
import json
import os
import socket
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from alembic import command
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from order_service.migrate import Blocked, alembic_config, migrate
from order_service.migrations import HEAD
from order_service.reads import sqlalchemy_url

pytestmark = pytest.mark.integration

REPOSITORY = Path(__file__).parents[3]
STEPS = "services/order-service/src/order_service/migrations/versions"
STEPS_BACK = 3
ROWS = 60_000
LONGEST_WAIT = 2.0
PAUSE_SECONDS = 0.01
PATIENT = {"ORDER_SERVICE_PUBLISH_TIMEOUT": "60", "ORDER_SERVICE_DATABASE_TIMEOUT": "60"}
"""A busy machine may be slow; what fails here shall have failed for a reason of the schema's."""
TROUBLE = {"batch_will_come_again", "clients_given_up", "consumer_failed", "database_was_restored", "request_failed"}
SECRET_KEY = "sk_test_0123456789abcdef0123"
COPIES = (
    """
    INSERT INTO orders SELECT (jsonb_populate_record(one, jsonb_build_object('order_id', 'ord_copy_' || n))).*
    FROM orders one, generate_series(1, $1::int) n WHERE one.order_id = 'ord_1'
    """,
    """
    INSERT INTO payments SELECT (jsonb_populate_record(
        one, jsonb_build_object('payment_id', 'pi_copy_' || n, 'order_id', 'ord_copy_' || n)
    )).* FROM payments one, generate_series(1, $1::int) n WHERE one.payment_id = 'pi_1'
    """,
)
"""Each order has a payment of its own: one with all of them would be slow to read, and hold up every index."""
WAITS = """
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)), 0)::float8 FROM pg_locks
WHERE NOT granted AND waitstart IS NOT NULL
AND (database IS NULL OR database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


@dataclass
class Felt:
    """What those felt who went on meanwhile."""

    reads: int = 0
    failed_reads: list[str] = field(default_factory=list)
    longest_wait: float = 0.0
    written: int = 0


def old_code(folder: Path) -> dict[str, str]:
    """Where Python finds the code from before the newest steps; here, if this copy of the repository is too young."""
    [first] = (REPOSITORY / STEPS).glob(f"{int(HEAD) - STEPS_BACK + 1:04}_*.py")
    try:
        found = _git("log", "--diff-filter=A", "--format=%H", "--", f"{STEPS}/{first.name}").decode().split()
        packed = _git("archive", f"{found[-1]}^", "services/order-service/src", "libs")
    except (subprocess.CalledProcessError, IndexError):
        return {}
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    places = ("services/order-service/src", "libs/contracts/src", "libs/operations/src")
    return {"PYTHONPATH": os.pathsep.join(str(folder / place) for place in places)}


def _git(*command: str) -> bytes:
    return subprocess.run(["git", *command], cwd=REPOSITORY, capture_output=True, check=True).stdout  # noqa: S603, S607


@asynccontextmanager
async def process(environment: dict[str, str], log: Path) -> AsyncIterator[str]:
    """order-service as a process, ready; gives its URL. It ends in order."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "order_service"), env={**environment, "ORDER_SERVICE_PORT": str(port)}, stdout=out
        )
    try:
        await _until_ready(url)
        yield url
        running.terminate()
        async with asyncio.timeout(25):
            assert await running.wait() == 0
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        await running.wait()


async def _until_ready(url: str) -> None:
    async with asyncio.timeout(60):
        while True:
            with suppress(aiohttp.ClientError):
                async with aiohttp.request("GET", f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)


@asynccontextmanager
async def going_on(url: str, database_url: str, kafka: Any, stripe: Any, felt: Felt) -> AsyncIterator[None]:
    """Payments come in and orders are read, inside the block."""
    tasks = [
        asyncio.create_task(_write(kafka, stripe, felt)),
        asyncio.create_task(_read(url, felt)),
        asyncio.create_task(_look_at_locks(database_url, felt)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends


async def _write(kafka: Any, stripe: Any, felt: Felt) -> None:
    while True:
        pi = f"pi_load_{felt.written}"
        await kafka.tell(stripe.payment("succeeded", pi=pi, order=f"ord_load_{felt.written}"), key=pi.encode())
        felt.written += 1
        await asyncio.sleep(PAUSE_SECONDS)  # a steady load, not a test of strength


async def _read(url: str, felt: Felt) -> None:
    headers = {"Authorization": f"Bearer {SECRET_KEY}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        while True:
            for path in ("/v1/orders/ord_1", "/v1/orders?limit=20"):
                async with session.get(url + path) as answer:
                    felt.reads += 1
                    if answer.status != 200:
                        felt.failed_reads.append(f"{path}: {answer.status}")
                await asyncio.sleep(PAUSE_SECONDS)


async def _look_at_locks(database_url: str, felt: Felt) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        while True:
            felt.longest_wait = max(felt.longest_wait, await connection.fetchval(WAITS))
            await asyncio.sleep(0.02)
    finally:
        await connection.close()


async def _bring_to(database_url: str, step: str) -> None:
    engine = create_async_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), step))
    await engine.dispose()


@pytest.mark.timeout(300)
async def test_migrating_fails_nobody_and_lets_nobody_wait(
    database_url: str, kafka_bootstrap: str, kafka_prefix: str, kafka: Any, stripe: Any, tmp_path: Path
) -> None:
    """The code from before the newest steps goes on through them, beside the new code after them, until it ends."""
    older = old_code(tmp_path)
    await _bring_to(database_url, f"{int(HEAD) - STEPS_BACK:04}" if older else "head")
    environment = {
        **os.environ,
        **PATIENT,
        "ORDER_SERVICE_DATABASE_URL": database_url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "KAFKA_TOPIC_PREFIX": kafka_prefix,
        "TILLSTREAM_SECRET_KEY": SECRET_KEY,
        "TILLSTREAM_TOKEN_SECRET": "a token secret that is long enough, for tests only",
        "LOG_FORMAT": "json",
    }
    felt, logs = Felt(), [tmp_path / name for name in ("old.log", "new.log")]
    connection = await asyncpg.connect(database_url)
    async with process({**environment, **older}, logs[0]) as old:
        await kafka.tell(stripe.payment("succeeded"))
        await kafka.changes("ord_1", count=1)
        for copying in COPIES:
            await connection.execute(copying, ROWS)
        if not older:  # the same steps once more, as each can be done again
            await connection.execute("UPDATE alembic_version SET version_num = $1", f"{int(HEAD) - STEPS_BACK:04}")
        async with going_on(old, database_url, kafka, stripe, felt):
            await migrate(database_url)
            async with process(environment, logs[1]) as new, going_on(new, database_url, kafka, stripe, Felt()):
                await asyncio.sleep(1)  # side by side for a while: there is nothing to wait for
    async with process(environment, logs[1].with_suffix(".last")):
        await _until_all_taken_in(connection, felt.written)
    await connection.close()
    print(felt, bool(older))  # noqa: T201  # the figures, for whoever runs it with -s
    assert felt.failed_reads == []
    assert felt.reads > 0
    assert felt.longest_wait < LONGEST_WAIT
    said = [json.loads(line)["event"] for log in logs for line in log.read_text().splitlines() if line.startswith("{")]
    assert not TROUBLE & set(said)


async def _until_all_taken_in(connection: Any, count: int) -> None:
    query = "SELECT count(*) FROM orders WHERE order_id LIKE 'ord\\_load\\_%'"
    async with asyncio.timeout(60):
        while await connection.fetchval(query) < count:  # noqa: ASYNC110  # asked of PostgreSQL
            await asyncio.sleep(0.2)


async def test_migration_that_cannot_have_its_lock_steps_back_for_those_behind(migrated: str) -> None:
    """A step that needs a whole table waits for a long transaction in short turns, and is done once that ends."""
    long, other = [await asyncpg.connect(migrated) for _ in range(2)]
    await other.execute("ALTER TABLE payments DROP COLUMN named_merchant_id")
    await other.execute("UPDATE alembic_version SET version_num = '0008'")
    longest, begun = 0.0, asyncio.get_running_loop().time
    async with asyncio.TaskGroup() as group, long.transaction():
        await long.execute("LOCK TABLE payments IN ROW EXCLUSIVE MODE")
        migrating = group.create_task(migrate(migrated))
        until = begun() + 5
        while begun() < until:
            at = begun()
            await other.execute("UPDATE payments SET amount = amount WHERE payment_id = 'pi_1'")
            longest = max(longest, begun() - at)
        assert not migrating.done()
    assert 0.2 < longest < LONGEST_WAIT + 1  # it did wait, as the step asked for its lock meanwhile
    assert await other.fetchval("SELECT max(version_num) FROM alembic_version") == HEAD
    await asyncio.gather(long.close(), other.close())


async def test_migration_that_never_gets_its_lock_says_where_to_look(migrated: str) -> None:
    """And leaves the schema at the step before."""
    long = await asyncpg.connect(migrated)
    await long.execute("ALTER TABLE payments DROP COLUMN named_merchant_id")
    await long.execute("UPDATE alembic_version SET version_num = '0008'")
    async with long.transaction():
        await long.execute("LOCK TABLE payments IN ROW EXCLUSIVE MODE")
        with pytest.raises(Blocked, match="pg_stat_activity"):
            await migrate(migrated, patience=0)
    assert await long.fetchval("SELECT max(version_num) FROM alembic_version") == "0008"
    await migrate(migrated)
    await long.close()
