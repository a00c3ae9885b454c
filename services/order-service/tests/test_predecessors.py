"""Versions are published in their order, also where two processes make them, or one dies before it has published."""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
import pytest_asyncio

from order_service.batches import Batches
from order_service.metrics import Metrics
from order_service.parking_limit import ParkingLimit
from order_service.predecessors import MOST_AGAIN, Predecessors
from order_service.publisher import NotPublished, Outgoing
from order_service.reading import readers
from order_service.store import Change
from tillstream_contracts.headers import texts

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture(autouse=True)
async def consumed(pool: Any) -> None:
    """Both topics' partitions are known, and nothing of them is taken in."""
    known = "INSERT INTO consumed (topic, partition, next_offset, reached_at) VALUES ($1, 0, 0, now())"
    await pool.executemany(known, [("orders.placed.v1",), ("stripe.events.v1",)])


class Kafka:
    """Keeps what it is given, or takes nothing while it is away."""

    def __init__(self) -> None:
        self.versions: list[int] = []
        self.traces: list[str | None] = []
        self.away = False

    async def publish(self, records: Iterable[Outgoing]) -> None:
        if self.away:
            raise NotPublished("away")
        for record in records:
            self.versions.append(orjson.loads(record.value or b"")["version"])
            self.traces.append(texts(record.headers).get("traceparent"))


class Process:
    """One order-service; each record that it is given is a batch."""

    def __init__(self, pool: Any) -> None:
        self.kafka = Kafka()
        publisher: Any = self.kafka
        self._batches = Batches(
            pool,
            publisher,
            Metrics(),
            readers=readers(topic_prefix="", order_id_key="order_id"),
            topic_prefix="",
            merchant_id="default",
            max_record_bytes=2**20,
            limit=ParkingLimit(10),
        )

    async def handle(self, topic: str, offset: int, *values: bytes) -> None:
        """Take in records of a partition, from this offset on."""
        headers = [("traceparent", f"of {topic}".encode())]
        records: Sequence[Any] = [
            SimpleNamespace(topic=topic, partition=0, offset=offset + count, key=b"k", value=value, headers=headers)
            for count, value in enumerate(values)
        ]
        await self._batches.handle(records)


async def test_what_a_dead_process_did_not_publish_comes_before_what_another_makes(
    pool: Any, stripe: Any, placed: Any
) -> None:
    dead, other = Process(pool), Process(pool)
    dead.kafka.away = True
    with pytest.raises(NotPublished):
        await dead.handle("orders.placed.v1", 0, placed())
    await other.handle("stripe.events.v1", 0, stripe.payment("processing"))
    assert other.kafka.versions == [1, 2]
    assert other.kafka.traces == [None, "of stripe.events.v1"], "no trace is better than another event's"


async def test_what_a_process_published_itself_does_not_come_again(pool: Any, stripe: Any, placed: Any) -> None:
    process = Process(pool)
    await process.handle("orders.placed.v1", 0, placed())
    await process.handle("stripe.events.v1", 0, stripe.payment("processing"))
    await process.handle("stripe.events.v1", 1, stripe.payment("succeeded", at=1))
    assert process.kafka.versions == [1, 2, 3]


async def test_what_could_not_be_published_is_not_taken_for_published(pool: Any, stripe: Any, placed: Any) -> None:
    process = Process(pool)
    process.kafka.away = True
    with pytest.raises(NotPublished):
        await process.handle("orders.placed.v1", 0, placed())
    process.kafka.away = False
    await process.handle("stripe.events.v1", 0, stripe.payment("succeeded"))
    assert process.kafka.versions == [1, 2]


async def test_of_a_long_history_only_the_newest_come_again(pool: Any) -> None:
    """Whatever is below has long been published: its records are long behind every consumer's offset."""
    versions = 3 * MOST_AGAIN
    await pool.execute(
        "INSERT INTO order_changes (order_id, version, cause_event_id, occurred_at, body)"
        " SELECT 'ord_1', number, 'evt_' || number, now(), '{}' FROM generate_series(1, $1) AS number",
        versions,
    )
    newest = Change(*await pool.fetchrow("SELECT * FROM order_changes ORDER BY version DESC LIMIT 1"))
    joined = await Predecessors(pool).joined([newest])
    assert [change.version for change in joined] == list(range(versions - MOST_AGAIN + 1, versions + 1))
