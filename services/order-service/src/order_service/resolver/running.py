"""Keeping the resolver running, whatever is down: connecting, taking records, committing, connecting anew."""

import asyncio
import math
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from order_service.failures import TooMuchParked, without_content
from order_service.parking_limit import ParkingLimit
from order_service.publisher import NotPublished, Publisher
from order_service.records import Record
from order_service.resolver.batch import Resolver, read_batch
from order_service.resolver.metrics import ResolverMetrics
from order_service.resolver.settings import ResolverSettings
from order_service.resolver.stripe import Stripe
from order_service.stripe_calls.client import StripeCalls
from tillstream_contracts import STRIPE_EVENTS
from tillstream_operations import Health, leave

MOST_RECORDS: Final = 500
BATCH_SECONDS: Final = 10
"""How long the budget may take for one batch: less than Kafka's patience with a member of the group by far."""
POLL_SECONDS: Final = 1.0
ASK_SECONDS: Final = 5.0
COMMIT_SECONDS: Final = 5.0
GOODBYE_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 1.0
TURN_SECONDS: Final = 300.0

log = structlog.get_logger(__name__)


class Stuck(Exception):
    """Records wait, and none arrives: make the consumer anew (aiokafka's issue 1154)."""


class ResolverRunning:
    """The resolver's life in this process, and what the probes say of it."""

    def __init__(self, settings: ResolverSettings, metrics: ResolverMetrics) -> None:
        self._settings, self._metrics = settings, metrics
        self._topic = STRIPE_EVENTS.under(settings.kafka_topic_prefix)
        self._limit = ParkingLimit(settings.parked_a_minute)
        self._calls = StripeCalls(settings, metrics.calls)
        self._stripe = Stripe(self._calls)
        self._most_objects = max(1, int(settings.rate * BATCH_SECONDS))
        self._kafka, self._trouble = "not connected yet", "ok"
        self._turned_at = self._moved_at = monotonic()

    async def run(self) -> None:
        """Resolve until cancelled; what is in hand then comes again, here or elsewhere."""
        async with self._calls.opened():
            while True:
                try:
                    async with self._clients() as (consumer, resolver):
                        while True:
                            await self._turn(consumer, resolver)
                except (KafkaError, OSError, NotPublished, Stuck) as error:
                    self._kafka = f"not reachable: {type(error).__name__}"
                    log.warning("kafka_not_reachable", because=type(error).__name__)
                except Exception as error:  # noqa: BLE001  # told in the log, and the records come again
                    self._kafka = f"failed: {type(error).__name__}"
                    log.error("resolver_failed", **without_content(error))  # noqa: TRY400  # a trace may quote a record
                self._turned_at = monotonic()
                await asyncio.sleep(PAUSE_SECONDS)

    async def ready(self) -> Health:
        """Whether thin events get resolved now."""
        return Health.of(kafka=self._kafka, stripe=self._calls.trouble or "ok", events=self._trouble)

    async def alive(self) -> Health:
        """It takes turns, even while Kafka or Stripe is away: a restart would not help then."""
        return Health.of(progress="ok" if monotonic() - self._turned_at < TURN_SECONDS else "no turn is ever done")

    @asynccontextmanager
    async def _clients(self) -> AsyncIterator[tuple[AIOKafkaConsumer, Resolver]]:
        """A producer and a consumer, new ones each time: neither recovers from everything by itself."""
        servers = self._settings.kafka_bootstrap_servers
        publisher = Publisher(servers, timeout=self._settings.publish_timeout)
        consumer = AIOKafkaConsumer(
            self._topic,
            bootstrap_servers=servers,
            client_id="order-service-resolver",
            group_id=self._settings.consumer_group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            metadata_max_age_ms=30_000,
        )
        try:
            await publisher.start()
            await consumer.start()
            self._kafka, self._moved_at = "ok", monotonic()
            yield consumer, self._resolver(publisher)
        finally:
            self._kafka = "leaving"
            await leave(consumer.stop(), within=GOODBYE_SECONDS)
            await publisher.stop()

    def _resolver(self, publisher: Publisher) -> Resolver:
        patience = BATCH_SECONDS + self._settings.patience.total_seconds()
        return Resolver(self._stripe, publisher, self._metrics, topic=self._topic, limit=self._limit, patience=patience)

    async def _turn(self, consumer: AIOKafkaConsumer, resolver: Resolver) -> None:
        """Take what is there, resolve it, and commit; what Stripe has no answer for comes again with another turn."""
        self._turned_at = monotonic()
        polled = await consumer.getmany(timeout_ms=int(POLL_SECONDS * 1000), max_records=MOST_RECORDS)
        records: list[Record] = [record for of_partition in polled.values() for record in of_partition]
        if not records:
            await self._idle(consumer)
            return
        self._moved_at = monotonic()
        batch = read_batch(records, most_objects=self._most_objects)
        try:
            undone = await resolver.resolve(batch)
            self._trouble = "ok"
        except TooMuchParked as error:
            undone, self._trouble = batch.records, f"stopped: {error}"
        _rewind(consumer, [*undone, *records[len(batch.records) :]])
        if done := _before(undone, batch.records):
            await _commit(consumer, done)
        await self._measure(consumer)
        if undone:
            log.warning("records_will_come_again", records=len(undone), stripe=self._calls.trouble)
            await asyncio.sleep(PAUSE_SECONDS * random.uniform(1, 2))  # noqa: S311  # jitter

    async def _idle(self, consumer: AIOKafkaConsumer) -> None:
        """Nothing came: make sure from time to time that nothing waits. Raises Stuck."""
        if monotonic() - self._moved_at < self._settings.stuck_after.total_seconds():
            return
        partitions = list(consumer.assignment())
        async with asyncio.timeout(ASK_SECONDS):
            ends = await consumer.end_offsets(partitions) if partitions else {}
        if any([end > await consumer.position(partition) for partition, end in ends.items()]):
            raise Stuck
        self._moved_at = monotonic()

    async def _measure(self, consumer: AIOKafkaConsumer) -> None:
        """How much waits, by what each partition's broker said last."""
        waiting = 0
        with suppress(IllegalStateError):  # one moved away meanwhile
            for partition in consumer.assignment():
                end = consumer.highwater(partition)
                waiting += max(0, end - await consumer.position(partition)) if end is not None else 0
        self._metrics.lag.set(waiting)


async def _commit(consumer: AIOKafkaConsumer, records: Iterable[Record]) -> None:
    offsets = {_place(record): record.offset + 1 for record in records}
    try:
        async with asyncio.timeout(COMMIT_SECONDS):
            await consumer.commit(offsets)
    except (KafkaError, TimeoutError) as error:
        log.warning("offsets_not_committed", because=type(error).__name__)


def _rewind(consumer: AIOKafkaConsumer, records: Iterable[Record]) -> None:
    """Let the next turn bring these records again, as far as their partitions are still ours."""
    for place, offset in _firsts(records).items():
        with suppress(IllegalStateError):
            consumer.seek(place, offset)


def _before(undone: Iterable[Record], records: Iterable[Record]) -> list[Record]:
    """Those that stand before all that is undone in their partitions."""
    firsts = _firsts(undone)
    return [record for record in records if record.offset < firsts.get(_place(record), math.inf)]


def _firsts(records: Iterable[Record]) -> dict[TopicPartition, int]:
    firsts: dict[TopicPartition, int] = {}
    for record in records:
        firsts.setdefault(_place(record), record.offset)
    return firsts


def _place(record: Record) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)
