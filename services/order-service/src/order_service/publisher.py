"""Writing to Kafka: the changes of orders, and the records that are parked."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from tillstream_operations import leave

STOP_SECONDS = 2.0
LARGEST_REQUEST = 9 * 2**20


class NotPublished(Exception):
    """Kafka did not acknowledge in time: deliver the batch again. Some of it may have been written all the same."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to be written; `fallback` is written instead if Kafka finds it too large."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    fallback: "Outgoing | None" = None


class Publisher:
    """A producer that has until `timeout` for each batch.

    It is not an idempotent one: those wait for ever while Kafka is down, and do not recover from a lost sequence.
    What is written twice has the same id and version, and readers drop it. Per partition one request is in flight,
    so the order of records is kept.
    """

    def __init__(self, bootstrap_servers: str, *, timeout: timedelta) -> None:
        self._timeout = timeout.total_seconds()
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap_servers,
            acks="all",
            request_timeout_ms=int(self._timeout * 1000),
            max_request_size=LARGEST_REQUEST,
            client_id="order-service",
        )

    async def start(self) -> None:
        """Find Kafka. Raises KafkaError."""
        await self._producer.start()

    async def stop(self) -> None:
        """Close; what is not acknowledged by then was never promised to anybody."""
        await leave(self._producer.stop(), within=STOP_SECONDS)

    async def publish(self, records: Iterable[Outgoing]) -> None:
        """Write the records, each key's in this order, and wait until all are acknowledged. Raises NotPublished."""
        try:
            async with asyncio.timeout(self._timeout):
                sent = [(record, await self._send(record)) for record in records]
                answers = await asyncio.gather(*(future for _, future in sent), return_exceptions=True)
                await self._settle([(record, answer) for (record, _), answer in zip(sent, answers, strict=True)])
        except (KafkaError, OSError) as error:
            raise NotPublished(f"Kafka did not take the changes: {type(error).__name__}") from error

    async def _send(self, record: Outgoing) -> "asyncio.Future[object]":
        try:
            send: Awaitable[asyncio.Future[object]] = self._producer.send(
                record.topic, key=record.key, value=record.value, headers=list(record.headers)
            )
            return await send
        except MessageSizeTooLargeError:
            if record.fallback is None:
                raise
            return await self._send(record.fallback)

    async def _settle(self, answers: Sequence[tuple[Outgoing, object]]) -> None:
        """Raise the first failure, but where the broker only minds the size write the fallback."""
        for record, answer in answers:
            if isinstance(answer, MessageSizeTooLargeError) and record.fallback:
                await (await self._send(record.fallback))
            elif isinstance(answer, BaseException):
                raise answer
