"""Keeping the consumer running, whatever is down: waiting, starting, watching, starting anew."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from order_service import restoring
from order_service.batches import Batches
from order_service.consumed import Reached
from order_service.failures import FOR_NOW, without_content
from order_service.intake import Intake
from order_service.metrics import Metrics
from order_service.parking_limit import ParkingLimit
from order_service.progress import Progress
from order_service.publisher import NotPublished, Outgoing, Publisher
from order_service.reading import readers
from order_service.schema import what_is_wrong_with_schema
from order_service.settings import Settings
from tillstream_operations import Health, leave

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 1.0
PROBE_SECONDS = 2.0
START_SECONDS = 60.0
"""Joining the group waits for its other members, which have as long for a batch in hand."""


class Running:
    """The consumer's life in this process, and what the probes say of it."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings, self._metrics = settings, metrics
        self._pool: Any = None
        self._limit = ParkingLimit(settings.parked_a_minute, settings.unreadable_a_minute)
        self._progress = Progress(metrics, stuck_after=settings.stuck_after)
        self._kafka = "not connected yet"
        self._publisher: Publisher | None = None
        self._reachable_since: float | None = None
        self._stopping = False

    async def run(self, pool: Any) -> None:
        """Consume until cancelled, then finish the batch in hand."""
        self._pool = pool
        while True:
            try:
                await self._until_schema_is_right()
                async with self._consuming() as (intake, reached):
                    await self._until_given_up_or_stuck(intake, reached)
                await asyncio.sleep(PAUSE_SECONDS)
            except (KafkaError, OSError) as error:
                self._kafka, self._reachable_since = f"not reachable: {type(error).__name__}", None
                log.warning("kafka_not_reachable", because=type(error).__name__, problem=str(error))
                await asyncio.sleep(PAUSE_SECONDS)
            except Exception as error:  # noqa: BLE001  # told in the log, without a trace, which may quote a record
                self._kafka = f"failed: {type(error).__name__}"
                log.error("consumer_failed", **without_content(error))  # noqa: TRY400
                await asyncio.sleep(PAUSE_SECONDS)

    def stop(self) -> None:
        """No longer ready: whoever sends work here shall send it elsewhere."""
        self._stopping = True

    async def publish(self, records: Iterable[Outgoing]) -> None:
        """Write to Kafka for somebody other than the consumer. Raises NotPublished."""
        if self._publisher is None:
            raise NotPublished("Kafka is not reached.")
        await self._publisher.publish(records)

    async def ready(self) -> Health:
        """Whether orders can be read and events taken in."""
        return Health.of(
            shutdown="draining" if self._stopping else "ok",
            database=await self._what_is_wrong_with_database() or "ok",
            kafka=self._kafka,
            events=self._progress.trouble or "ok",
        )

    async def alive(self) -> Health:
        """Batches get done, or nothing waits, or Kafka or the database is away: then a restart would not help."""
        since = self._reachable_since
        stuck = since is not None and self._progress.kafka_answers and self._progress.is_stuck(since=since, times=2)
        return Health.of(progress="records wait, and none is taken in" if stuck else "ok")

    @asynccontextmanager
    async def _consuming(self) -> AsyncIterator[tuple[Intake, Reached]]:
        """A producer and a consumer, new ones each time: neither recovers from everything by itself."""
        publisher = Publisher(self._settings.kafka_bootstrap_servers, timeout=self._settings.publish_timeout)
        batches = self._batches(publisher)
        topics, starts = list(batches.readers), partial(restoring.starts, self._pool, self._settings)
        intake = Intake(self._settings, topics, batches.steps, self._progress, self._metrics, starts)
        try:
            await restoring.notice_restore(self._pool, self._settings, topics)
            async with asyncio.timeout(START_SECONDS):
                await publisher.start()
                self._publisher = publisher
                await intake.start()
            self._kafka, self._reachable_since = "ok", self._reachable_since or self._progress.clock()
            yield intake, batches.reached
        finally:
            self._kafka, self._publisher = "leaving", None
            await leave(intake.stop(), within=intake.stop_seconds)
            await publisher.stop()

    def _batches(self, publisher: Publisher) -> Batches:
        settings = self._settings
        return Batches(
            self._pool,
            publisher,
            self._metrics,
            readers=readers(topic_prefix=settings.kafka_topic_prefix, order_id_key=settings.order_id_key),
            topic_prefix=settings.kafka_topic_prefix,
            merchant_id=settings.merchant_id,
            max_record_bytes=settings.max_record_bytes,
            limit=self._limit,
        )

    async def _until_given_up_or_stuck(self, intake: Intake, reached: Reached) -> None:
        """Measure the lag from time to time; return if producer and consumer have to be made anew."""
        begun = self._progress.clock()
        while not self._progress.is_stuck(since=begun):
            with suppress(TimeoutError):
                async with asyncio.timeout(self._progress.ask_seconds):
                    await intake.given_up.wait()
                log.error("clients_given_up", because=self._progress.trouble)
                return
            if await self._is_forgotten(reached):
                log.error("database_went_back")
                return
            if intake.consumer is None:
                continue
            try:
                await self._progress.ask(intake.consumer)
            except (KafkaError, TimeoutError) as error:
                log.warning("lag_unknown", because=type(error).__name__)
        log.error("consumer_stuck", stuck_after=self._settings.stuck_after.total_seconds())

    async def _is_forgotten(self, reached: Reached) -> bool:
        """Whether the database was restored below a consumer that nothing comes to, which would find it out."""
        try:
            async with asyncio.timeout(PROBE_SECONDS), self._pool.acquire() as connection:
                return await reached.is_forgotten(connection)
        except FOR_NOW:
            return False

    async def _until_schema_is_right(self) -> None:
        told = None
        while problem := await self._what_is_wrong_with_database():
            if problem != told:
                log.warning("waiting_for_database", problem=problem)
                told = problem
            await asyncio.sleep(PAUSE_SECONDS)

    async def _what_is_wrong_with_database(self) -> str | None:
        if self._pool is None:
            return "not opened yet"
        try:
            async with asyncio.timeout(PROBE_SECONDS), self._pool.acquire() as connection:
                return await what_is_wrong_with_schema(connection)
        except FOR_NOW as error:
            return f"not reachable: {type(error).__name__}"
