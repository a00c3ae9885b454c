"""A record that nobody can read, in the middle of a partition: those behind it are applied within ten seconds."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from devstack.foreign_records import CODECS, send_named_by_bytes

pytestmark = pytest.mark.integration

GOES_ON_SECONDS = 10
Headers = list[tuple[str, bytes | None]]

POISON: dict[str, tuple[bytes | None, bytes | None, Headers]] = {
    "rubbish": (b"pi_1", b"\x00\x01\xfe\xff", []),
    "huge": (b"pi_1", b'"' + b"x" * 1_020_000 + b'"', []),
    "headers that are not UTF-8": (b"pi_1", b"{", [("ce_id", b"\xff\xfe"), ("ce_id", b"\x80")]),
    "headers without a value": (b"pi_1", b"{", [("ce_id", None), ("", b"")]),
    "not UTF-8": (b"pi_1", b'{"id": "evt_\xff\xfe"}', []),
    "of a wrong shape": (b"pi_1", b'{"id": ["evt_1"], "type": "payment_intent.succeeded", "data": 7}', []),
    "deeply nested": (b"pi_1", b"[" * 100_000, []),
    "null value": (b"pi_1", None, []),
    "null key": (None, b"not json", []),
}


@asynccontextmanager
async def _process(database_url: str, bootstrap: str, prefix: str) -> AsyncIterator[int]:
    """A real order-service, and its port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    environment = {
        **os.environ,
        "ORDER_SERVICE_DATABASE_URL": database_url,
        "ORDER_SERVICE_PORT": str(port),
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "KAFKA_TOPIC_PREFIX": prefix,
        "TILLSTREAM_SECRET_KEY": "sk_test_0123456789abcdef0123",
        "TILLSTREAM_TOKEN_SECRET": "a token secret that is long enough, for tests only",
    }
    command = [sys.executable, "-m", "order_service"]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.terminate()
        async with asyncio.timeout(30):
            await process.wait()


async def test_partition_goes_on_within_ten_seconds_behind_each_kind_of_poison(
    migrated: str, kafka_bootstrap: str, kafka_prefix: str, kafka: Any, stripe: Any, pool: Any
) -> None:
    """Told one after another to a process that runs, all into one partition, each with a payment behind it."""
    took = dict[str, float]()
    async with (
        _process(migrated, kafka_bootstrap, kafka_prefix),
        AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all", max_request_size=2**21) as producer,
    ):
        await _pay(producer, kafka, stripe, "first")
        await kafka.changes("ord_first", count=1, seconds=60)
        for number, (name, (key, value, headers)) in enumerate(POISON.items()):
            await producer.send_and_wait(
                f"{kafka_prefix}stripe.events.v1", value, key=key, partition=0, headers=headers
            )
            begun = monotonic()
            await _pay(producer, kafka, stripe, str(number))
            await kafka.changes(f"ord_{number}", count=1, seconds=GOES_ON_SECONDS)
            took[name] = monotonic() - begun
        parked = await kafka.parked(count=len(POISON))
    assert max(took.values()) < GOES_ON_SECONDS
    print({name: f"{seconds * 1000:.0f} ms" for name, seconds in took.items()})  # noqa: T201  # for whoever measures
    assert {record.value for record in parked} == {value for _, value, _ in POISON.values()}
    assert await pool.fetchval("SELECT count(*) FROM parked_records") == len(POISON)


async def test_records_with_header_names_that_are_not_utf_8_are_taken_in_and_hide_none(
    migrated: str, serving: Any, kafka: Any, stripe: Any, kafka_bootstrap: str
) -> None:
    """What such a record says counts all the same, or it is parked; and of other partitions nothing is left out."""
    topic = f"{kafka.prefix}stripe.events.v1"
    paid = stripe.payment("succeeded", pi="pi_strange", order="ord_strange")
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all") as producer:
        for number in range(6):
            await _pay(producer, kafka, stripe, str(number), partition=number % 3)
        await send_named_by_bytes(producer, topic, paid, key=b"pi_1", name=b"\xff\xfe")
        await send_named_by_bytes(producer, topic, b"not json", key=b"pi_1", name=b"\x80")
        await _pay(producer, kafka, stripe, "last")
    async with serving():
        await kafka.orders_told(count=8)
        [parked] = await kafka.parked(count=1)
    assert parked.headers[0] == ("\\x80", b"x")


@pytest.mark.parametrize("codec", CODECS)
async def test_compressed_records_are_taken_in(
    codec: str, migrated: str, serving: Any, kafka: Any, stripe: Any, kafka_bootstrap: str
) -> None:
    """Another producer, or the topic's own `compression.type`, may compress in each way that Kafka knows."""
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all", compression_type=codec) as producer:
        await _pay(producer, kafka, stripe, "1")
    async with serving():
        await kafka.changes("ord_1", count=1)


async def _pay(producer: AIOKafkaProducer, kafka: Any, stripe: Any, number: str, *, partition: int = 0) -> None:
    paid: Callable[..., bytes] = stripe.payment
    value = paid("succeeded", pi=f"pi_{number}", order=f"ord_{number}")
    await producer.send_and_wait(f"{kafka.prefix}stripe.events.v1", value, key=b"pi_1", partition=partition)
