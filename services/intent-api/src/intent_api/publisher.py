"""Telling Kafka that an order was placed: confirmed by all replicas within a limit, or refused with "retry"."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from itertools import count
from time import monotonic
from typing import Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    BrokerResponseError,
    DuplicateSequenceNumber,
    InvalidProducerEpoch,
    KafkaError,
    OutOfOrderSequenceNumber,
)
from aiokafka.structs import RecordMetadata

from intent_api.metrics import Metrics
from tillstream_contracts import EventHeaders, OrderPlaced
from tillstream_operations import Efforts, Problem, leave

SOURCE: Final = "tillstream/intent-api"
CONNECT_PAUSE: Final = 0.5
CLOSE_TIMEOUT: Final = 4.0
PROBE_TIMEOUT: Final = 2.0
PING_EVERY: Final = 2.0
SILENT_AFTER: Final = 12.0
MOST_OF_A_BATCH: Final = 256 * 1024
"""Bytes for one partition in one request. With aiokafka's 16 KiB some twenty orders fit, and of a thousand at once the
last waited through five requests, each behind all else that the event loop had to do: up to the publish timeout."""
OURS: Final = (DuplicateSequenceNumber, InvalidProducerEpoch, OutOfOrderSequenceNumber)
"""What the brokers' answers have to do with this producer; all others a restart would not cure."""
log = structlog.get_logger(__name__)


class Publisher:
    """A producer that is connected in the background, and replaced when it can no longer be trusted."""

    def __init__(
        self,
        bootstrap_servers: str,
        topic: str,
        *,
        timeout: timedelta,
        metrics: Metrics,
        stuck_after: timedelta = timedelta(seconds=30),
    ) -> None:
        self._bootstrap_servers, self._topic = bootstrap_servers, topic
        self._timeout, self._metrics = timeout.total_seconds(), metrics
        self._efforts = Efforts(stuck_after.total_seconds())
        self._producer: asyncio.Task[AIOKafkaProducer]
        self._keeper: asyncio.Task[None] | None = None
        self._stuck = False

    async def open(self) -> None:
        """Begin to connect; Kafka need not be there yet."""
        self._producer = asyncio.create_task(self._connected())
        self._keeper = asyncio.create_task(self._keep_answered())

    async def close(self) -> None:
        """Finish what is under way, as far as Kafka lets us in time."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        await _discard(self._producer)

    async def publish(self, event: OrderPlaced, *, traceparent: str | None) -> None:
        """Return when all replicas have the event. Raises Problem 503 if that is not known in time."""
        connected = self._producer
        try:
            with self._metrics.publish_seconds.time():
                async with asyncio.timeout(self._timeout):
                    await self._send(await asyncio.shield(connected), event, traceparent)
            self._efforts.succeeded()
        except TimeoutError as error:
            self._efforts.failed()
            raise self._unavailable(event, "timeout") from error
        except Exception as error:
            self._note(error)
            if not getattr(error, "retriable", False):  # a sender that died raises whatever killed it
                self._replace(connected)
            raise self._unavailable(event, type(error).__name__) from error

    async def is_connected(self) -> bool:
        """Whether Kafka answers right now."""
        if not self._producer.done():
            return False
        with suppress(TimeoutError, KafkaError):
            async with asyncio.timeout(PROBE_TIMEOUT):
                return bool(await self._producer.result().client.force_metadata_update())
        return False

    @property
    def is_stuck(self) -> bool:
        """Whether Kafka is there with all its replicas, and yet no order can be written."""
        return self._stuck or (self._keeper is not None and self._keeper.done())

    async def _keep_answered(self) -> None:
        """Leave a connection that nothing comes back on: aiokafka keeps one that is only asked for metadata."""
        answered_at = monotonic()
        while True:
            await asyncio.sleep(PING_EVERY)
            asked = self._producer
            if not asked.done() or await self.is_connected():
                answered_at = monotonic()
            elif monotonic() - answered_at >= SILENT_AFTER:
                self._replace(asked)
            self._stuck = self._efforts.in_vain and await self._is_kafka_whole()

    async def _is_kafka_whole(self) -> bool:
        """Whether each partition has a leader and all its replicas; too few of them are no fault of ours.

        Asked over a connection of its own: on the producer's, what waits for an answer may stand before the question.
        """
        client = AIOKafkaClient(bootstrap_servers=self._bootstrap_servers, client_id="intent-api")
        try:
            async with asyncio.timeout(PROBE_TIMEOUT):
                await client.bootstrap()
                await client.set_topics([self._topic])
        except (KafkaError, OSError, TimeoutError):
            self._efforts.succeeded()  # it is Kafka that is ill
            return False
        finally:
            await client.close()
        known = client.cluster._partitions.get(self._topic, {})  # noqa: SLF001  # no other way
        whole = all(there.leader != -1 and len(there.isr) == len(there.replicas) for there in known.values())
        if not whole:
            self._efforts.succeeded()
        return whole

    def _note(self, error: Exception) -> None:
        if isinstance(error, BrokerResponseError) and not isinstance(error, OURS):
            self._efforts.succeeded()  # as a write it failed, but it got through to who refused it
        else:
            self._efforts.failed()

    async def _send(self, producer: AIOKafkaProducer, event: OrderPlaced, traceparent: str | None) -> None:
        headers = EventHeaders(
            id=event.event_id,
            source=SOURCE,
            type=OrderPlaced.TYPE,
            time=event.occurred_at,
            partition_key=event.order_id,
            traceparent=traceparent,
        ).to_kafka()
        value, key = event.model_dump_json().encode(), event.order_id.encode()
        confirmed = await producer.send(self._topic, value, key=key, headers=headers)
        confirmed.add_done_callback(_see)
        await asyncio.shield(confirmed)  # after a timeout the record stays under way; a second copy does no harm

    async def _connected(self) -> AIOKafkaProducer:
        """A producer that has reached Kafka, however long that takes."""
        for tries in count():
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap_servers,
                client_id="intent-api",
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                max_batch_size=MOST_OF_A_BATCH,
            )
            try:
                await producer.start()
            except KafkaError as error:
                if tries == 0:
                    log.warning("kafka_not_reached", reason=str(error))
                await _stop(producer)
            except BaseException:
                await _stop(producer)
                raise
            else:
                log.info("kafka_connected", topic=self._topic)
                return producer
            await asyncio.sleep(CONNECT_PAUSE)
        raise AssertionError("count never ends")

    def _replace(self, failed: asyncio.Task[AIOKafkaProducer]) -> None:
        """Connect anew: an idempotent producer does not recover from some errors, such as a gap in its sequence."""
        if self._producer is failed:
            log.error("kafka_producer_replaced", topic=self._topic)
            self._producer = asyncio.create_task(self._connected_instead_of(failed))

    async def _connected_instead_of(self, failed: asyncio.Task[AIOKafkaProducer]) -> AIOKafkaProducer:
        await _discard(failed)
        return await self._connected()

    def _unavailable(self, event: OrderPlaced, reason: str) -> Problem:
        self._metrics.publish_failures.labels(reason).inc()
        log.error("order_not_published", order_id=event.order_id, reason=reason)
        detail = "The order could not be stored. Retry with the same Idempotency-Key and body; nothing is done twice."
        return Problem(503, "broker_unavailable", detail, headers={"Retry-After": "2"})


async def _discard(connecting: asyncio.Task[AIOKafkaProducer]) -> None:
    """Stop the producer, or the search for Kafka."""
    connecting.cancel()
    await asyncio.wait([connecting])
    if not connecting.cancelled() and connecting.exception() is None:
        await _stop(connecting.result())


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop the producer, however long Kafka stays silent."""
    await leave(producer.stop(), within=CLOSE_TIMEOUT)


def _see(confirmed: "asyncio.Future[RecordMetadata]") -> None:
    """Look at a late failure whose caller was told to retry long ago, lest asyncio call it forgotten."""
    if not confirmed.cancelled():
        confirmed.exception()
