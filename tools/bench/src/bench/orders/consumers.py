"""Those that take facts in: each finds a backlog in a topic of its own, and is done when its database has all of it."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.contestants import Running
from bench.orders.facts import Wave, wave
from chaos.stripe import Expected
from devstack.trouble import Trouble
from order_service.published import partitions_of

RECORDS_OF_A_LIFE: Final = 7
"""About."""
LOOK_EVERY: Final = 0.02
LONGEST_SECONDS: Final = 120
OURS_REACHED: Final = "SELECT coalesce(sum(next_offset), 0)::bigint FROM consumed WHERE topic = $1"
THEIRS_REACHED: Final = (
    "SELECT count(*) FROM inbox WHERE event_id BETWEEN 'evt_' || $1::text AND 'evt_' || $1::text || '~'"
)
OF_RUN: Final = "BETWEEN 'evt_S' || $1::text AND 'evt_S' || $1::text || '~'"
KEPT: Final = f"SELECT count(*) FROM inbox WHERE event_id {OF_RUN}"  # noqa: S608  # our own words, here and below
OUR_CHANGES: Final = f"""
    SELECT (SELECT count(*) FROM order_changes WHERE cause_event_id {OF_RUN})
        + (SELECT count(*) FROM subscription_changes WHERE cause_event_id {OF_RUN})"""  # noqa: S608
THEIR_CHANGES: Final = f"SELECT count(*) FROM changes WHERE event_id {OF_RUN}"  # noqa: S608


@dataclass
class Consumer:
    """A consumer that runs, its topics and its database."""

    process: Running
    kafka: str
    topic: str
    published: Sequence[str]
    """Where it says what became of orders."""
    database: str
    is_ours: bool
    run: str = field(default_factory=lambda: secrets.token_hex(3))
    """What the names of all that it is told have in common."""
    waves: int = 0
    written: int = 0
    events: int = 0
    expected: list[Expected] = field(default_factory=list)

    def some(self, records: int) -> Wave:
        """About so many that it was never told."""
        self.waves += 1
        return wave(max(1, records // RECORDS_OF_A_LIFE)).under(f"{self.run}w{self.waves}")

    async def take_in(self, told: Wave) -> Mapping[str, float]:
        """Let it find a wave waiting; what it takes until its database has all of it."""
        connection = await asyncpg.connect(self.database)
        try:
            self.process.suspend()
            await fill(self.kafka, self.topic, told)
            self._note(told)
            began, before = monotonic(), self.process.cpu_seconds()
            self.process.resume()
            await self._until_taken_in(connection, told)
        finally:
            await connection.close()
        seconds, taken = monotonic() - began, self.process.cpu_seconds() - before
        count = len(told.arrivals)
        return {"per_second": count / seconds, "per_cpu_second": count / taken if taken else 0.0}

    async def wrong(self) -> str:
        """What is missing of all it was told; nothing if all is well. How orders stand is looked at elsewhere."""
        connection = await asyncpg.connect(self.database)
        try:
            kept = self.events if self.is_ours else await connection.fetchval(KEPT, self.run)
            changed = await connection.fetchval(OUR_CHANGES if self.is_ours else THEIR_CHANGES, self.run)
        finally:
            await connection.close()
        told = await self._records_published()
        lost = [f"{kept} of {self.events} events are in the inbox"] if kept != self.events else []
        silent = [f"{told} of {changed} changes were published"] if told < changed else []
        return "; ".join([*lost, *silent])

    def _note(self, told: Wave) -> None:
        self.written += len(told.arrivals)
        self.events += len(told.facts)
        self.expected += told.expected

    async def _until_taken_in(self, connection: asyncpg.Connection, told: Wave) -> None:
        question, about = (OURS_REACHED, self.topic) if self.is_ours else (THEIRS_REACHED, told.tag)
        goal = self.written if self.is_ours else len(told.facts)
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                while await connection.fetchval(question, about) < goal:  # noqa: ASYNC110  # it happens in PostgreSQL
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            name = self.process.contestant.name
            raise Trouble(f"{name} did not take in its backlog within {LONGEST_SECONDS} s.") from None

    async def _records_published(self) -> int:
        kafka = AIOKafkaConsumer(bootstrap_servers=self.kafka)
        await kafka.start()
        try:
            return sum((await kafka.end_offsets(await partitions_of(kafka, self.published))).values())
        finally:
            await kafka.stop()


async def fill(kafka: str, topic: str, told: Wave) -> None:
    """Write a wave as webhook-ingest does."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", linger_ms=5, max_batch_size=2**18)
    await producer.start()
    try:
        for number in told.arrivals:
            fact = told.facts[number]
            await producer.send(topic, key=fact.key, value=fact.value, headers=fact.headers)
    finally:
        await producer.stop()
