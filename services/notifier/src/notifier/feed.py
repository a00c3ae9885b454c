"""The reader of the topics of changes: every partition, in every instance, without a consumer group.

Positions are kept here and outlive the consumer, so whatever breaks is mended by building a new consumer that
reads on where the old one stopped.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from notifier.metrics import Metrics
from notifier.positions import Bounds, Standstill, lag, start
from notifier.records import Record
from notifier.settings import Settings
from tillstream_operations import Efforts, leave

POLL: Final = timedelta(seconds=1)
METADATA_MAX_AGE: Final = timedelta(seconds=10)
STOP_WITHIN: Final = timedelta(seconds=5)
RECORDS_AT_ONCE: Final = 100
FETCH_BYTES: Final = 8 * 2**20
PARTITION_FETCH_BYTES: Final = 2**20
MANY: Final = 4
REST: Final = 0.005
"""Seconds between many records and the next question to Kafka. One costs as much as ten records, and what comes
meanwhile comes in one answer: a third less CPU at 3,000 changes a second. Where few come nobody waits."""
log = structlog.get_logger(__name__)


class Stuck(Exception):
    """Kafka's end moves and our position does not: the consumer has to be built anew."""


class Silent(Exception):
    """Nobody answers: the consumer has to be built anew."""


class StatusFeed:
    """Hands every record to its topic's taker, each partition's in order.

    Says `on_gap` when some were gone before they were read.
    """

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        *,
        on_record: Mapping[str, Callable[[Record], None]],
        on_gap: Callable[[], None],
    ) -> None:
        self._settings, self._metrics = settings, metrics
        self._on_record, self._on_gap = on_record, on_gap
        self._positions: dict[TopicPartition, int] = {}
        self._ends: dict[TopicPartition, int] = {}
        self._checked_at = float("-inf")
        self._efforts = Efforts(settings.kafka_stuck_after.total_seconds())

    @property
    def positioned(self) -> bool:
        """Whether a change that happens from now on will be read."""
        return bool(self._positions)

    @property
    def fresh(self) -> bool:
        """Whether our position was compared with Kafka's end of late."""
        return time.monotonic() - self._checked_at < self._settings.kafka_stale_after.total_seconds()

    @property
    def in_vain(self) -> bool:
        """Whether one new consumer after the other found records and got none of them."""
        return self._efforts.in_vain

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            try:
                await self._read()
            except Stuck as error:
                self._efforts.failed()
                log.warning("feed_stuck", error=repr(error))
            except Silent as error:
                self._note_silence()
                log.warning("feed_interrupted", error=repr(error))
            except (KafkaError, OSError, TimeoutError) as error:
                self._efforts.succeeded()  # it is Kafka that is away
                log.warning("feed_interrupted", error=repr(error))
            except Exception:  # the task's edge: ten thousand sockets outlive a bug in one reader
                log.exception("feed_crashed")
            self._metrics.feed_restarts.inc()
            await asyncio.sleep(self._settings.kafka_retry.total_seconds() * random.uniform(0.5, 1.5))  # noqa: S311 jitter

    async def _read(self) -> None:
        consumer = self._consumer()
        try:
            await consumer.start()
            partitions = await self._take_up(consumer)
            await self._poll(consumer, partitions)
        finally:
            await _stop(consumer)

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._settings.kafka_bootstrap_servers,
            client_id="notifier",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_bytes=FETCH_BYTES,
            max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
            request_timeout_ms=_milliseconds(self._settings.kafka_timeout),
            metadata_max_age_ms=_milliseconds(METADATA_MAX_AGE),
            retry_backoff_ms=_milliseconds(self._settings.kafka_retry),
        )

    async def _take_up(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        """Assign every partition and go to where each is to be read on."""
        await consumer.end_offsets(
            [TopicPartition(topic, 0) for topic in self._on_record]
        )  # so it learns of the others
        partitions = self._partitions(consumer)
        firsts, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        begin = start(self._positions, {at: Bounds(firsts[at], ends[at]) for at in partitions})
        self._positions, self._ends = begin.positions, ends
        self._checked_at = time.monotonic()
        consumer.assign(partitions)
        for at in partitions:
            consumer.seek(at, begin.positions[at])
        log.info("feed_reading", topics=sorted(self._on_record), partitions=len(partitions), gap=begin.gap)
        if begin.gap:
            self._metrics.gaps.inc()
            self._on_gap()
        return partitions

    def _partitions(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        return [
            TopicPartition(topic, number)
            for topic in self._on_record
            for number in sorted(consumer.partitions_for_topic(topic))
        ]

    async def _poll(self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        """Pass records on until something is wrong or there are more partitions."""
        watch = asyncio.create_task(self._watch(consumer, partitions))
        try:
            while not watch.done():
                batches = await consumer.getmany(timeout_ms=_milliseconds(POLL), max_records=RECORDS_AT_ONCE)
                if batches:
                    self._efforts.succeeded()
                for at, records in batches.items():
                    take = self._on_record[at.topic]
                    for record in records:
                        self._positions[at] = record.offset + 1  # first: a record is never tried twice
                        take(record)
                if MANY <= sum(map(len, batches.values())) < RECORDS_AT_ONCE:
                    await asyncio.sleep(REST)
            watch.result()
        finally:
            watch.cancel()

    async def _watch(self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        """Compare our positions with Kafka's ends again and again. Returns when there are new partitions."""
        standstill = Standstill[TopicPartition](self._settings.kafka_stuck_after.total_seconds())
        while len(self._partitions(consumer)) == len(partitions):
            await asyncio.sleep(self._settings.kafka_check_interval.total_seconds())
            try:
                ends = await consumer.end_offsets(partitions)
            except KafkaError as error:
                log.warning("feed_unchecked", error=repr(error))
                self._give_up_on_silence()
                continue
            stuck = await self._compare(consumer, ends, standstill)
            if stuck:
                raise Stuck(f"no progress on partitions {sorted(stuck)}")

    def _note_silence(self) -> None:
        """Kafka told this reader of records and then nothing more; one that is away does not let the next one begin."""
        if lag(self._positions, self._ends):
            self._efforts.failed()
        else:
            self._efforts.succeeded()

    def _give_up_on_silence(self) -> None:
        """A new consumer asks the bootstrap servers anew; this one knows only the brokers that it once met."""
        silence = time.monotonic() - self._checked_at
        if silence >= self._settings.kafka_stuck_after.total_seconds():
            raise Silent(f"no answer for {silence:.0f} s")

    async def _compare(
        self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int], standstill: Standstill[TopicPartition]
    ) -> set[TopicPartition]:
        """Note how far we are. The consumer's positions also pass over what is no record, such as markers."""
        for at in ends:
            self._positions[at] = await consumer.position(at)
        self._checked_at, self._ends = time.monotonic(), ends
        self._metrics.lag.set(lag(self._positions, ends))
        return standstill.note(self._positions, ends, self._checked_at)


async def _stop(consumer: AIOKafkaConsumer) -> None:
    """Let the consumer go; one that does not go in time is left behind."""
    await leave(consumer.stop(), within=STOP_WITHIN.total_seconds())


def _milliseconds(span: timedelta) -> int:
    return int(span / timedelta(milliseconds=1))
