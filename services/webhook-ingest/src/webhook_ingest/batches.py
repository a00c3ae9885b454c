"""Gathers the records that wait for a partition into one request, which doubles what one process can write.

A partition has at most one request in flight, so its records are written in the order in which they came.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextvars import Context
from typing import Final, NamedTuple, Protocol

import structlog

from tillstream_contracts.headers import KafkaHeaders

MAX_BATCH_BYTES: Final = 512 * 1024
RECORD_OVERHEAD: Final = 2_048  # the most that key and headers take, as keys.py bounds them

log = structlog.get_logger(__name__)


class NotStored(Exception):
    """Kafka has not acknowledged the record; it may still be written. Let the sender retry."""


class Record(NamedTuple):
    """A record as it will stand in Kafka."""

    key: bytes
    value: bytes
    headers: KafkaHeaders

    def size(self) -> int:
        """At least the bytes that it takes in a batch."""
        return len(self.value) + RECORD_OVERHEAD


class Writer(Protocol):
    """What takes batches: producer.py's Producer, or a test's fake."""

    async def ready(self) -> None:
        """Return as soon as a write can be tried."""

    def partition_of(self, key: bytes) -> int | None:
        """Where records of this key go; nothing while that is not known."""

    async def write(self, partition: int, records: Sequence[Record]) -> None:
        """Return once all in-sync replicas have the records, in this order. Raises if that is not known."""


class _Waiting(NamedTuple):
    record: Record
    written: asyncio.Future[None]
    until: float


class Batches:
    """Takes records one by one and writes them many at a time."""

    def __init__(self, writer: Writer, *, timeout: float) -> None:
        self._writer, self._timeout = writer, timeout
        self._gatherers: dict[int, _Gatherer] = {}

    def add(self, record: Record) -> "asyncio.Future[None] | None":
        """Queue a record; the future ends with its acknowledgement, or with NotStored after the timeout at the latest.

        Nothing while there is no connection to Kafka.
        """
        partition = self._writer.partition_of(record.key)
        return None if partition is None else self._gatherer(partition).add(record)

    async def append(self, record: Record) -> None:
        """Return once `record` is acknowledged. Raises NotStored after the timeout at the latest, connection or not."""
        try:
            async with asyncio.timeout(self._timeout):
                if (written := self.add(record)) is None:
                    await self._writer.ready()
                    written = self.add(record)
                if written is None:
                    raise NotStored("Kafka does not know the topic")
                await written
        except TimeoutError as error:
            raise NotStored("Kafka did not acknowledge in time") from error

    def _gatherer(self, partition: int) -> "_Gatherer":
        if partition not in self._gatherers:
            self._gatherers[partition] = _Gatherer(self._writer, partition, self._timeout)
        return self._gatherers[partition]


class _Gatherer:
    """One partition's queue. Its length is bounded by the requests that admission.py lets in."""

    def __init__(self, writer: Writer, partition: int, timeout: float) -> None:
        self._writer, self._partition, self._timeout = writer, partition, timeout
        self._loop = asyncio.get_running_loop()
        self._queue: deque[_Waiting] = deque()
        self._unsettled: deque[_Waiting] = deque()
        self._expiry: asyncio.TimerHandle | None = None
        self._work: asyncio.Task[None] | None = None

    def add(self, record: Record) -> "asyncio.Future[None]":
        """Queue a record. Who cancels the future takes the record back."""
        waiting = _Waiting(record, self._loop.create_future(), self._loop.time() + self._timeout)
        self._queue.append(waiting)
        self._unsettled.append(waiting)
        if self._expiry is None:  # one timer for all of them: the oldest is due first
            self._expiry = self._loop.call_at(waiting.until, self._expire)
        if self._work is None or self._work.done():
            self._work = self._loop.create_task(self._write_all(), context=Context())  # no one request's
        return waiting.written

    def _expire(self) -> None:
        self._forget_settled()
        now = self._loop.time()
        while self._unsettled and self._unsettled[0].until <= now:
            late = self._unsettled.popleft().written
            if not late.done():
                late.set_exception(NotStored("Kafka did not acknowledge in time"))
        self._expiry = self._loop.call_at(self._unsettled[0].until, self._expire) if self._unsettled else None

    def _forget_settled(self) -> None:
        while self._unsettled and self._unsettled[0].written.done():
            self._unsettled.popleft()

    async def _write_all(self) -> None:
        while self._queue:
            await self._writer.ready()
            batch = self._take()
            if batch:
                await self._write(batch)

    def _take(self) -> list[_Waiting]:
        """The next records that somebody still waits for, as many as fit into one batch."""
        batch: list[_Waiting] = []
        room = MAX_BATCH_BYTES
        while self._queue and (not batch or self._queue[0].record.size() <= room):
            waiting = self._queue.popleft()
            if not waiting.written.done():
                batch.append(waiting)
                room -= waiting.record.size()
        return batch

    async def _write(self, batch: list[_Waiting]) -> None:
        try:
            await self._writer.write(self._partition, [waiting.record for waiting in batch])
        except Exception as error:  # noqa: BLE001 whatever went wrong, those who wait must hear of it
            log.warning("batch_not_stored", partition=self._partition, records=len(batch), error=repr(error))
            for waiting in batch:
                if not waiting.written.done():
                    waiting.written.set_exception(NotStored("Kafka did not take the batch"))
        else:
            for waiting in batch:
                if not waiting.written.done():
                    waiting.written.set_result(None)
        self._forget_settled()
