"""A database restored from a backup: the consumer goes on from there by itself, and no version has two bodies."""

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from devstack.postgres import binaries
from order_service.consumed import Reached
from order_service.restoring import Kept
from tillstream_contracts import OrderStatusChanged

FACTS = ("orders", "payments", "placements", "mentions")
LEFT_OUT = {"version", "previous_status", "created_at", "updated_at", "first_seen_at"}


def test_database_that_says_less_than_kafka_is_behind_until_it_is_noticed() -> None:
    """After that it is on its way."""
    now: Any = None
    assert Kept(3, 0, now).is_behind(9)
    assert not Kept(3, 9, now).is_behind(9)
    assert not Kept(9, 0, now).is_behind(9)
    assert not Kept(0, 0, now).is_behind(None)


def test_consumer_remembers_how_far_it_has_written() -> None:
    """So that it finds out if the database no longer knows."""

    class At:
        topic, partition, offset = "t", 0, 7

    reached = Reached()
    first = reached.by([At])  # type: ignore[list-item]
    assert [tuple(one) for one in first] == [("t", 0, 0, 8)]
    reached.note(first)
    assert reached.by([At])[0].since == 8  # type: ignore[list-item]


@pytest.mark.integration
@pytest.mark.timeout(400)
async def test_database_restored_from_a_backup_ends_as_if_nothing_had_happened(
    migrated: str,
    database_server: str,
    kafka_bootstrap: str,
    kafka_prefix: str,
    kafka: Any,
    stripe: Any,
    placed: Any,
    tmp_path: Path,
) -> None:
    """Load, backup, more load, kill -9, restore, start: Kafka's offsets are ahead, and all comes again by itself."""
    process = await _start(migrated, kafka_bootstrap, kafka_prefix)
    await _orders(kafka, stripe, placed, range(20), ("created",))
    for number in range(20):
        await kafka.changes(f"ord_{number}", count=1, seconds=60)
    await asyncio.to_thread(_backup, migrated, tmp_path / "backup")
    await _orders(kafka, stripe, placed, range(30), ("processing", "succeeded"))
    await _until_paid(kafka, 30)
    await _until_committed(migrated, kafka_bootstrap)
    before = await _state(migrated)
    process.kill()
    await process.wait()
    await asyncio.to_thread(_restore, database_server, migrated, tmp_path / "backup")
    assert await _state(migrated) != before
    process = await _start(migrated, kafka_bootstrap, kafka_prefix)
    try:
        await _until(lambda: _same(migrated, before), 90)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    await kafka.orders_told(count=30)
    changes = [OrderStatusChanged.model_validate_json(r.value) for r in kafka.records if "status" in r.topic]
    bodies: dict[tuple[str, int], set[bytes]] = {}
    for record in kafka.records:
        if "status" in record.topic:
            change = OrderStatusChanged.model_validate_json(record.value)
            bodies.setdefault((change.order_id, change.version), set()).add(record.value)
    assert [key for key, texts in bodies.items() if len(texts) > 1] == []
    last = {order_id: max(version for one, version in bodies if one == order_id) for order_id, _ in bodies}
    ends = {change.order_id: change.status for change in changes if change.version == last[change.order_id]}
    assert set(ends.values()) == {"paid"}


async def _start(database_url: str, bootstrap: str, prefix: str) -> asyncio.subprocess.Process:
    environment = {
        **os.environ,
        "ORDER_SERVICE_DATABASE_URL": database_url,
        "ORDER_SERVICE_PORT": "0",
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "KAFKA_TOPIC_PREFIX": prefix,
        "TILLSTREAM_SECRET_KEY": "sk_test",
        "TILLSTREAM_TOKEN_SECRET": "a token secret that is long enough, for tests only",
    }
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "order_service", env=environment)


async def _orders(kafka: Any, stripe: Any, placed: Any, numbers: range, happened: tuple[str, ...]) -> None:
    for number in numbers:
        order, pi = f"ord_{number}", f"pi_{number}"
        await kafka.place(placed(order, payment_intent_id=pi), key=order.encode())
        for one in happened:
            at = ("created", "processing", "succeeded").index(one)
            await kafka.tell(stripe.payment(one, at=at, pi=pi, order=order), key=pi.encode())


async def _until_paid(kafka: Any, count: int) -> None:
    paid: set[str] = set()
    while len(paid) < count:
        for records in (await kafka.consumer.getmany(timeout_ms=200)).values():
            kafka.records += records
        told = [OrderStatusChanged.model_validate_json(r.value) for r in kafka.records if "status" in r.topic]
        paid = {change.order_id for change in told if change.status == "paid"}


async def _until_committed(database_url: str, bootstrap: str) -> None:
    """Wait until Kafka knows of the group what the database knows."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    connection = await asyncpg.connect(database_url)

    async def same() -> bool:
        told = await admin.list_consumer_group_offsets("order-service")
        known = {(one.topic, one.partition): at.offset for one, at in told.items()}
        rows = await connection.fetch("SELECT topic, partition, next_offset FROM consumed WHERE next_offset > 0")
        return all(known.get((row["topic"], row["partition"])) == row["next_offset"] for row in rows)

    await _until(same, 60)
    await connection.close()
    await admin.close()


async def _until(holds: Any, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def _same(database_url: str, before: Any) -> bool:
    return bool(await _state(database_url) == before)


async def _state(database_url: str) -> dict[str, list[dict[str, Any]]]:
    connection = await asyncpg.connect(database_url)
    try:
        return {
            name: [
                {column: value for column, value in row.items() if column not in LEFT_OUT}
                for row in await connection.fetch(f"SELECT * FROM {name} ORDER BY 1")  # noqa: S608  # our own names
            ]
            for name in FACTS
        }
    finally:
        await connection.close()


def _backup(database_url: str, file: Path) -> None:
    subprocess.run([binaries() / "pg_dump", "-Fc", "-f", file, database_url], check=True, timeout=60)  # noqa: S603


def _restore(server: str, database_url: str, file: Path) -> None:
    name = urlsplit(database_url).path.strip("/")
    postgres = urlunsplit(urlsplit(server)._replace(path="/postgres"))
    for statement in (f"DROP DATABASE {name} WITH (FORCE)", f"CREATE DATABASE {name}"):
        subprocess.run([binaries() / "psql", "-q", "-c", statement, postgres], check=True, timeout=60)  # noqa: S603
    subprocess.run([binaries() / "pg_restore", "-d", database_url, file], check=True, timeout=60)  # noqa: S603
