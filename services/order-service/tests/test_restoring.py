"""A database restored from a backup: the consumer goes on from there by itself, and no version has two bodies."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import CommitFailedError, KafkaError

from devstack.postgres import binaries
from order_service import restoring
from order_service.commits import Committed
from order_service.consumed import Reached
from order_service.migrate import migrate
from order_service.published import Version, highest_published, is_forgotten, last_published, partitions_of
from order_service.restoring import Kept, notice_restore, standing
from tillstream_contracts import ORDERS_STATUS, STRIPE_EVENTS, OrderStatusChanged

FACTS = ("orders", "payments", "placements", "mentions")
LEFT_OUT = {"version", "previous_status", "created_at", "updated_at", "first_seen_at"}


def test_database_that_says_less_than_kafka_is_behind_until_it_is_noticed() -> None:
    """After that it is on its way."""
    now: Any = None
    told = Committed(9, is_noted=True)
    assert Kept(3, 0, now).is_behind(told)
    assert not Kept(3, 9, now).is_behind(told)
    assert not Kept(9, 0, now).is_behind(told)
    assert not Kept(0, 0, now).is_behind(None)


def test_database_that_an_older_build_writes_to_is_surpassed_and_not_behind() -> None:
    """Else each upgrade would look like a restore; but where records come again, they have to come to their end."""
    now: Any = None
    told = Committed(9, is_noted=False)
    assert not Kept(3, 0, now).is_behind(told)
    assert Kept(3, 0, now).is_surpassed(told)
    assert Kept(3, 3, now).is_surpassed(told)
    assert not Kept(9, 0, now).is_surpassed(told)
    assert not Kept(3, 0, now).is_surpassed(Committed(9, is_noted=True))
    assert not Kept(3, 7, now).is_surpassed(told)
    assert Kept(3, 7, now).is_behind(told)


def test_consumer_remembers_how_far_it_has_written() -> None:
    """So that it finds out if the database no longer knows."""

    class At:
        topic, partition, offset = "t", 0, 7

    reached = Reached()
    first = reached.by([At])  # type: ignore[list-item]
    assert [tuple(one) for one in first] == [("t", 0, 0, 8)]
    reached.note(first)
    assert reached.by([At])[0].since == 8  # type: ignore[list-item]


@dataclass(frozen=True)
class Way:
    """How a database comes to know less than was published."""

    has_backup: bool = True
    is_killed: bool = True
    is_told: bool = True
    """Whether Kafka knows of what the group did after the backup."""


WAYS = {
    "a backup": Way(),
    "a backup, below the running process": Way(is_killed=False),
    "a backup, and nothing done since was told to Kafka": Way(is_told=False),
    "an empty one, as there was no backup": Way(has_backup=False),
}


@pytest.mark.integration
@pytest.mark.timeout(400)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_restored_database_ends_as_if_nothing_had_happened(
    way: Way,
    migrated: str,
    database_server: str,
    kafka_bootstrap: str,
    kafka_prefix: str,
    kafka: Any,
    stripe: Any,
    placed: Any,
    tmp_path: Path,
) -> None:
    """Load, a backup meanwhile, more load, kill -9, restore, start: what it lacks comes again by itself.

    No version of an order is published with two bodies, and who drops what it has passed ends on what is right.
    """
    process = await _start(migrated, kafka_bootstrap, kafka_prefix)
    try:
        await _orders(kafka, stripe, placed, range(10), ("created", "processing"))
        for number in range(10):
            await kafka.changes(f"ord_{number}", count=1, seconds=60)
        told = await _until_committed(migrated, kafka_bootstrap, kafka_prefix)
        async with asyncio.TaskGroup() as both:
            both.create_task(asyncio.to_thread(_backup, migrated, tmp_path / "backup"))
            if way.is_told:
                both.create_task(_orders(kafka, stripe, placed, range(10, 20), ("created",)))
        await _orders(kafka, stripe, placed, range(30), ("processing", "succeeded"))
        await _until_paid(kafka, 30)
        await _until_committed(migrated, kafka_bootstrap, kafka_prefix)
        before = await _state(migrated)
        if way.is_killed:
            process.kill()
            await process.wait()
        if not way.is_told:
            await _tell(kafka_bootstrap, kafka_prefix, told)
        await asyncio.to_thread(_restore, database_server, migrated, tmp_path / "backup" if way.has_backup else None)
        if not way.has_backup:
            await migrate(migrated)
        if way.is_killed:
            assert await _state(migrated) != before
            process = await _start(migrated, kafka_bootstrap, kafka_prefix)
        await _until_same(migrated, before)
        await _until_committed(migrated, kafka_bootstrap, kafka_prefix)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    await _drain(kafka)
    bodies: dict[tuple[str, int], set[bytes]] = {}
    seen: dict[str, OrderStatusChanged] = {}
    for record in [record for record in kafka.records if "orders.status" in record.topic]:
        change = OrderStatusChanged.model_validate_json(record.value)
        bodies.setdefault((change.order_id, change.version), set()).add(record.value)
        if change.order_id not in seen or change.version > seen[change.order_id].version:
            seen[change.order_id] = change
    assert [key for key, texts in bodies.items() if len(texts) > 1] == []
    assert {order_id: (one.version, one.status) for order_id, one in seen.items()} == await _ends(migrated)
    assert {one.status for one in seen.values()} == {"paid"}


@pytest.mark.integration
@pytest.mark.timeout(400)
@pytest.mark.parametrize("are_gone", [False, True])
async def test_versions_that_retention_removed_may_have_been_higher(
    are_gone: bool, kafka: Any, kafka_bootstrap: str, kafka_prefix: str
) -> None:
    """The highest one that is left is then no limit, and the reader of it says so."""
    topic = ORDERS_STATUS.under(kafka_prefix)
    for version in (7, 3):
        headers = [("ce_id", f"osc_ord_1.v{version}".encode())]
        await kafka.tell(b"{}", key=b"ord_1", topic=topic, headers=headers)
    async with AIOKafkaConsumer(bootstrap_servers=kafka_bootstrap) as reader:
        partitions = await partitions_of(reader, [topic])
        ends = await reader.end_offsets(partitions)
        if are_gone:
            await _remove(kafka_bootstrap, {one: end - 1 for one, end in ends.items() if end})
        found = await highest_published(reader, [topic], datetime.fromtimestamp(0, UTC))
        assert (found.version, found.is_cut_off) == ((3, True) if are_gone else (7, False))
        assert await last_published(reader, [topic]) >= {("ord_1", 3)}


@pytest.mark.integration
async def test_published_version_that_the_database_does_not_know_tells_that_it_was_restored(pool: Any) -> None:
    """Below the number that an earlier restore set, that is known already."""
    async with pool.acquire() as connection:
        assert not await is_forgotten(connection, [])
        assert await is_forgotten(connection, [Version("ord_1", 3)])
        await connection.execute("INSERT INTO order_changes VALUES ('ord_1', 3, 'evt_1', now(), '{}')")
        await connection.execute("INSERT INTO subscription_changes VALUES ('subs_1', 2, 'evt_1', now(), '{}')")
        assert not await is_forgotten(connection, [Version("ord_1", 3), Version("subs_1", 2)])
        assert await is_forgotten(connection, [Version("ord_1", 3), Version("subs_1", 3)])
        await connection.execute("INSERT INTO consumed VALUES ('t', 0, 9, now(), 9, 3)")
        assert not await is_forgotten(connection, [Version("ord_1", 3), Version("subs_1", 3)])


async def _tell(bootstrap: str, group: str, offsets: Mapping[TopicPartition, int]) -> None:
    """Let Kafka believe that the group has come as far as this, once nobody is in the group."""

    async def told() -> bool:
        async with AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group) as member:
            member.assign(list(offsets))
            try:
                await member.commit(dict(offsets))
            except CommitFailedError:
                return False
            return True

    await _until(told, 60)


async def _remove(bootstrap: str, before: Mapping[TopicPartition, int]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.delete_records({partition: RecordsToDelete(offset) for partition, offset in before.items()})
    await admin.close()


async def _drain(kafka: Any) -> None:
    """Read all that was published."""
    ends = await kafka.consumer.end_offsets(list(kafka.consumer.assignment()))
    for partition, end in ends.items():
        while await kafka.consumer.position(partition) < end:
            for records in (await kafka.consumer.getmany(timeout_ms=200)).values():
                kafka.records += records


async def _ends(database_url: str) -> dict[str, tuple[int, str]]:
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch("SELECT order_id, version, status FROM orders")
    await connection.close()
    return {row["order_id"]: (row["version"], row["status"]) for row in rows}


async def _start(database_url: str, bootstrap: str, prefix: str) -> asyncio.subprocess.Process:
    environment = {
        **os.environ,
        "ORDER_SERVICE_DATABASE_URL": database_url,
        "ORDER_SERVICE_PORT": "0",
        "ORDER_SERVICE_CONSUMER_GROUP": prefix,
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "KAFKA_TOPIC_PREFIX": prefix,
        "TILLSTREAM_SECRET_KEY": "sk_test_0123456789abcdef0123",
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


async def _until_committed(database_url: str, bootstrap: str, group: str) -> dict[TopicPartition, int]:
    """Wait until all that was written is taken in, and Kafka knows of the group what the database knows; give that."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    connection = await asyncpg.connect(database_url)
    ends = await _ends_of_all(bootstrap, [row["topic"] for row in await connection.fetch("SELECT topic FROM consumed")])
    known: dict[TopicPartition, int] = {}

    async def same() -> bool:
        told = await admin.list_consumer_group_offsets(group)
        rows = await connection.fetch("SELECT topic, partition, next_offset FROM consumed WHERE next_offset > 0")
        known.update({TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows})
        return known == ends and all(one in told and told[one].offset == offset for one, offset in known.items())

    await _until(same, 60)
    await connection.close()
    await admin.close()
    return known


async def _ends_of_all(bootstrap: str, topics: list[str]) -> dict[TopicPartition, int]:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as reader:
        ends = await reader.end_offsets(await partitions_of(reader, sorted(set(topics))))
        return {partition: end for partition, end in ends.items() if end}


async def _until(holds: Any, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def _until_same(database_url: str, before: Any) -> None:
    """If that does not come, what differs is told."""

    async def same() -> bool:
        return bool(await _state(database_url) == before)

    with suppress(TimeoutError):
        await _until(same, 90)
    assert await _state(database_url) == before


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


def _restore(server: str, database_url: str, file: Path | None) -> None:
    """As an operator does; consumers may run meanwhile, and connect in between."""
    name = urlsplit(database_url).path.strip("/")
    postgres = urlunsplit(urlsplit(server)._replace(path="/postgres"))
    beside = urlunsplit(urlsplit(server)._replace(path=f"/{name}_restored"))
    _psql(postgres, f"CREATE DATABASE {name}_restored")
    if file:
        subprocess.run([binaries() / "pg_restore", "-d", beside, file], check=True, timeout=60)  # noqa: S603
    _psql(postgres, f"DROP DATABASE {name} WITH (FORCE)")
    _psql(postgres, f"ALTER DATABASE {name}_restored RENAME TO {name}")


def _psql(server: str, statement: str) -> None:
    subprocess.run([binaries() / "psql", "-q", "-c", statement, server], check=True, timeout=60)  # noqa: S603


@pytest.mark.integration
async def test_partition_that_another_process_reads_on_while_one_starts_is_left_as_it_is(
    pool: Any, settings: Any, kafka_bootstrap: str, kafka_prefix: str, kafka: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end that Kafka tells is of a moment before: it looked as if records were lost, and the database went back."""
    ours = settings(kafka_bootstrap_servers=kafka_bootstrap, kafka_topic_prefix=kafka_prefix)
    topics = [STRIPE_EVENTS.under(kafka_prefix)]
    while True:
        try:
            await notice_restore(pool, ours, topics)
            break
        except KafkaError:  # a broker that has just begun knows of no groups yet
            await asyncio.sleep(0.2)

    async def then_read_on(*asked: Any) -> Any:
        told = await standing(*asked)
        for number in range(20):
            await kafka.tell(b"{}", key=b"pi_%d" % number)
        for place, one in (await standing(*asked)).items():
            await pool.execute(
                "UPDATE consumed SET next_offset = $3 WHERE topic = $1 AND partition = $2", *place, one.end
            )
        return told

    monkeypatch.setattr(restoring, "standing", then_read_on)
    await notice_restore(pool, ours, topics)
    reached = await pool.fetch("SELECT next_offset, version_floor FROM consumed")
    assert sum(row["next_offset"] for row in reached) == 20
    assert {row["version_floor"] for row in reached} == {0}
