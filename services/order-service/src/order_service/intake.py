"""Consuming: FastStream brings batches, and each is handled, delivered again after a pause, or committed."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from time import monotonic
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from order_service.belt import Belt, Steps
from order_service.commits import Commits
from order_service.failures import could_new_clients_help, without_content
from order_service.metrics import Metrics
from order_service.progress import Progress
from order_service.records import Record
from order_service.settings import Settings

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0
FAILURES_TO_GIVE_UP = 3
LAST_COMMIT_SECONDS = 2.0
GOODBYE_SECONDS = 2.0
FETCH_BYTES = 8 * 2**20
PARTITION_FETCH_BYTES = 2**20
"""Bounds what is held of a backlog; of a larger record Kafka sends one at a time all the same."""

Starts = Callable[[Collection[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]
"""Says from where to read where that is not from the group's committed offset."""


class Intake:
    """One consumer of the group: subscribed to `topics`, each batch taken through its `steps`."""

    def __init__(
        self,
        settings: Settings,
        topics: Sequence[str],
        steps: Steps[Any, Any],
        progress: Progress,
        metrics: Metrics,
        starts: Starts | None = None,
    ) -> None:
        self._starts = starts
        self._steps, self._progress, self._metrics = steps, progress, metrics
        self._most = settings.batch_records
        self._failures = 0
        self._commits = Commits()
        self.stop_seconds = LAST_COMMIT_SECONDS + settings.drain_timeout.total_seconds() + GOODBYE_SECONDS
        self._stopping = asyncio.Event()
        self.given_up = asyncio.Event()
        self._broker = KafkaBroker(
            settings.kafka_bootstrap_servers.split(","),  # FastStream would take all of it for one
            client_id="order-service",
            consumer_only=True,
            allow_auto_create_topics=False,
            graceful_timeout=settings.drain_timeout.total_seconds(),
            apply_types=False,
            metadata_max_age_ms=30_000,
            logger=logging.getLogger("order_service.faststream"),
            log_level=logging.DEBUG,  # of its errors it tells as errors all the same
        )
        self._subscriber = self._broker.subscriber(
            *topics,
            batch=True,
            group_id=settings.consumer_group,
            max_records=settings.batch_records,
            fetch_max_bytes=FETCH_BYTES,
            max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
            batch_timeout_ms=max(1, round(settings.batch_wait.total_seconds() * 1000)),
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            parser=_parse,
            decoder=_decode,
            listener=_Assigned(self._place),
        )
        self._subscriber(self._on_batch)

    @property
    def consumer(self) -> AIOKafkaConsumer | None:
        """aiokafka's own, while started."""
        return self._subscriber.consumer

    async def start(self) -> None:
        """Join the group. Raises KafkaError."""
        await self._broker.start()

    async def stop(self) -> None:
        """Finish the batch in hand and leave the group, which `stop_seconds` are enough for.

        They are for the commit under way, the batch in hand with its own commit, and the goodbye to the group.
        """
        self._stopping.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_COMMIT_SECONDS):
                await self._commits.finish()
        await self._broker.stop()

    async def _place(self, assigned: set[TopicPartition]) -> None:
        """Read these partitions from where the database is, if that is not where Kafka says that the group is.

        Nothing is read meanwhile. If that cannot be told, producer and consumer are given up.
        """
        consumer = self.consumer
        if consumer is None or self._starts is None or not assigned:
            return
        consumer.pause(*assigned)
        try:
            starts = await self._starts(assigned)
        except Exception as error:  # noqa: BLE001  # told in the log; aiokafka would go on from anywhere
            log.warning("start_unknown", **without_content(error))
            self.given_up.set()
            return
        for partition, offset in starts.items():
            consumer.seek(partition, offset)
        consumer.resume(*assigned)

    async def _on_batch(self, message: KafkaMessage) -> None:
        """The records at hand, and as long as many wait those behind them, each done or brought again."""
        belt, consumer = Belt(self._steps), message.consumer
        try:
            await self._carry(belt, message.raw_message, consumer)
        except Exception as error:  # noqa: BLE001  # told in the log, and the records come again
            await belt.settle()
            await self._again(belt.records, consumer, error)
        finally:
            belt.cancel()

    async def _carry(self, belt: Belt[Any, Any], records: Sequence[Record], consumer: Any) -> None:
        while records:
            self._progress.batch_arrived()
            belt.begin(records)
            waits = len(records) * 2 > self._most and not self._stopping.is_set()
            if belt.is_full:
                await self._done(belt, consumer)
            records = await self._next(consumer) if waits else ()
        while belt:
            await self._done(belt, consumer)
        if self._stopping.is_set():
            await self._commits.finish()

    async def _done(self, belt: Belt[Any, Any], consumer: Any) -> None:
        batch = await belt.oldest()
        self._failures = 0
        self._progress.batch_done()
        self._metrics.batch_seconds.observe(monotonic() - batch.begun)
        self._commits.note(batch.records, consumer)

    async def _next(self, consumer: Any) -> Sequence[Record]:
        """What has been fetched meanwhile."""
        try:
            fetched = await consumer.getmany(timeout_ms=0, max_records=self._most)
        except KafkaError as error:
            log.warning("fetching_failed", because=type(error).__name__)
            return ()
        return tuple(chain(*fetched.values()))

    async def _again(self, records: Sequence[Record], consumer: Any, error: Exception) -> None:
        """Nothing is committed: after a pause, growing with each failure, the same records come again.

        If that goes on, perhaps because the producer failed for good, this consumer and its producer are given up.
        """
        self._failures += 1
        self._progress.batch_failed(error)
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures, 10)) * random.uniform(0.5, 1)  # noqa: S311  # jitter
        self._metrics.retries.labels(type(error).__name__).inc()
        log.warning("batch_will_come_again", records=len(records), pause=pause, **without_content(error))
        _rewind(records, consumer)
        if self._failures >= FAILURES_TO_GIVE_UP and could_new_clients_help(error):
            self.given_up.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._stopping.wait()


class _Assigned(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Lets partitions be placed before any of them is read."""

    def __init__(self, place: Callable[[set[TopicPartition]], Awaitable[None]]) -> None:
        self._place = place

    def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Nothing to do: what is in hand may be finished by two."""

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Called as soon as they are ours."""
        await self._place(assigned)


async def _parse(records: Any, parse: Callable[[Any], Awaitable[KafkaMessage]]) -> KafkaMessage:
    """FastStream's message, made without any header: its own parser raises on one that is not UTF-8, and the
    batch would be lost. Our handler takes headers from the records."""
    message = await parse((replace(records[0], headers=()),))
    message.raw_message = records
    return message


async def _decode(message: KafkaMessage) -> KafkaMessage:
    """The handler wants the message itself; each record is read by its topic's reader."""
    return message


def _rewind(records: Sequence[Record], consumer: Any) -> None:
    """Let the next poll bring these records again, as far as their partitions are still ours."""
    first = {TopicPartition(record.topic, record.partition): record.offset for record in reversed(records)}
    for partition, offset in first.items():
        try:
            consumer.seek(partition, offset)
        except IllegalStateError:
            log.info("partition_moved_away", topic=partition.topic, partition=partition.partition)
