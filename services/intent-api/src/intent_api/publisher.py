"""Telling Kafka that an order was placed: confirmed by all replicas within a limit, or refused with "retry"."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from intent_api.metrics import Metrics
from tillstream_contracts import EventHeaders, OrderPlaced
from tillstream_operations import Problem

SOURCE: Final = "tillstream/intent-api"
CONNECT_PAUSE: Final = 0.5
CLOSE_TIMEOUT: Final = 5.0
PROBE_TIMEOUT: Final = 2.0
log = structlog.get_logger(__name__)


class Publisher:
    """A producer that is connected in the background, and replaced when it can no longer be trusted."""

    def __init__(self, bootstrap_servers: str, topic: str, *, timeout: timedelta, metrics: Metrics) -> None:
        self._bootstrap_servers, self._topic = bootstrap_servers, topic
        self._timeout, self._metrics = timeout.total_seconds(), metrics
        self._producer: AIOKafkaProducer | None = None
        self._connected = asyncio.Event()
        self._connecting: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to connect; Kafka need not be there yet."""
        self._connecting = asyncio.create_task(self._connect())

    async def close(self) -> None:
        """Finish what is under way, as far as Kafka lets us in time."""
        if self._connecting:
            self._connecting.cancel()
            with suppress(asyncio.CancelledError):
                await self._connecting
        await self._drop()

    async def publish(self, event: OrderPlaced, *, traceparent: str | None) -> None:
        """Return when all replicas have the event. Raises Problem 503 if that is not known in time."""
        try:
            with self._metrics.publish_seconds.time():
                async with asyncio.timeout(self._timeout):
                    await self._connected.wait()
                    await self._send(event, traceparent)
        except TimeoutError as error:
            raise self._unavailable(event, "timeout") from error
        except KafkaError as error:
            if not error.retriable:
                self._replace()
            raise self._unavailable(event, type(error).__name__) from error

    async def is_connected(self) -> bool:
        """Whether Kafka answers right now."""
        if self._producer is None or not self._connected.is_set():
            return False
        with suppress(TimeoutError, KafkaError):
            async with asyncio.timeout(PROBE_TIMEOUT):
                return bool(await self._producer.client.force_metadata_update())
        return False

    async def _send(self, event: OrderPlaced, traceparent: str | None) -> None:
        if self._producer is None:
            raise AssertionError("connected without a producer")
        headers = EventHeaders(
            id=event.event_id,
            source=SOURCE,
            type=OrderPlaced.TYPE,
            time=event.occurred_at,
            partition_key=event.order_id,
            traceparent=traceparent,
        ).to_kafka()
        value, key = event.model_dump_json().encode(), event.order_id.encode()
        confirmed = await self._producer.send(self._topic, value, key=key, headers=headers)
        await asyncio.shield(confirmed)  # after a timeout the record stays under way; a second copy does no harm

    async def _connect(self) -> None:
        while True:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap_servers,
                client_id="intent-api",
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
            )
            try:
                await producer.start()
            except KafkaError as error:
                log.warning("kafka_not_reached", reason=str(error), bootstrap_servers=self._bootstrap_servers)
                await _stop(producer)
                await asyncio.sleep(CONNECT_PAUSE)
                continue
            except BaseException:
                await _stop(producer)
                raise
            self._producer = producer
            self._connected.set()
            log.info("kafka_connected", topic=self._topic)
            return

    def _replace(self) -> None:
        """An idempotent producer does not recover from some errors (a gap in its sequence): start a new one."""
        if not self._connected.is_set():
            return
        self._connected.clear()
        log.error("kafka_producer_replaced", topic=self._topic)
        self._connecting = asyncio.create_task(self._reconnect())

    async def _reconnect(self) -> None:
        await self._drop()
        await self._connect()

    async def _drop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)

    def _unavailable(self, event: OrderPlaced, reason: str) -> Problem:
        self._metrics.publish_failures.labels(reason).inc()
        log.error("order_not_published", order_id=event.order_id, reason=reason)
        detail = "The order could not be stored. Retry with the same Idempotency-Key and body; nothing is done twice."
        return Problem(503, "broker_unavailable", detail, headers={"Retry-After": "2"})


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop the producer, however long Kafka stays silent."""
    with suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await producer.stop()
