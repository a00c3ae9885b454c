"""Gathers the records that wait for a broker into one request, which more than doubles what one process can write.

A broker has at most one request in flight, and so has a partition; so its records are written in the order in which
they came. What comes meanwhile waits here and not in the client, where each record would be a batch of its own.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import Context
from functools import partial
from typing import Protocol

import structlog

from webhook_ingest.queues import Queue, Waiting
from webhook_ingest.records import Heard, NotStored, Record, Settled

log = structlog.get_logger(__name__)


class Writer(Protocol):
    """What takes batches: producer.py's Producer, or a test's fake."""

    async def ready(self) -> None:
        """Return as soon as a write can be tried."""

    def partition_of(self, key: bytes) -> int | None:
        """Where records of this key go; nothing while that is not known."""

    def broker_of(self, partition: int) -> int | None:
        """Who takes this partition's batches; nothing while that is not known."""

    async def write(self, batches: Mapping[int, Sequence[Record]], settled: Heard) -> None:
        """Write a batch to each of some partitions, in the order of its records, and return once all are settled.

        Each is settled as soon as all in-sync replicas have it, or it is not known whether they do.
        """


class Batches:
    """Takes records one by one and writes them many at a time."""

    def __init__(self, writer: Writer, *, timeout: float) -> None:
        self._writer, self._timeout = writer, timeout
        self._queues: dict[int, Queue] = {}
        self._wanting: dict[int, Queue] = {}
        """Those with records that are not being written, by partition; longest waiting first."""
        self._busy: set[int | None] = set()
        self._starting: asyncio.Task[None] | None = None
        self._rounds: set[asyncio.Task[None]] = set()

    def add(self, record: Record, settled: Settled) -> Waiting | None:
        """Queue a record; `settled` is called later on, after the timeout at the latest.

        Nothing while there is no connection to Kafka.
        """
        partition = self._writer.partition_of(record.key)
        if partition is None:
            return None
        queue = self._queues.get(partition)
        if queue is None:
            queue = self._queues[partition] = Queue(self._timeout)
        waiting = queue.add(record, settled)
        self._want(partition, queue)
        return waiting

    async def append(self, record: Record) -> None:
        """Return once `record` is acknowledged. Raises NotStored after the timeout at the latest, connection or not."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting: Waiting | None = None
        try:
            async with asyncio.timeout(self._timeout):
                if (waiting := self.add(record, partial(_tell, written))) is None:
                    await self._writer.ready()
                    waiting = self.add(record, partial(_tell, written))
                if waiting is None:
                    raise NotStored("Kafka does not know the topic")
                await written
        except TimeoutError as error:
            raise NotStored("Kafka did not acknowledge in time") from error
        finally:
            if waiting is not None:
                waiting.withdraw()

    def _want(self, partition: int, queue: Queue) -> None:
        if not queue.is_being_written:
            self._wanting[partition] = queue
            if self._starting is None and self._writer.broker_of(partition) not in self._busy:
                self._start()

    def _start(self) -> None:
        if self._starting is None and self._wanting:
            loop = asyncio.get_running_loop()
            self._starting = loop.create_task(self._start_rounds(), context=Context())  # no one request's

    async def _start_rounds(self) -> None:
        """A round for each broker that has nothing in flight, of all that waits for it."""
        await self._writer.ready()
        self._starting = None
        rounds: dict[int | None, dict[int, list[Waiting]]] = {}
        for partition, queue in list(self._wanting.items()):
            broker = self._writer.broker_of(partition)
            if broker not in self._busy:
                del self._wanting[partition]
                if batch := queue.take():
                    queue.is_being_written = True
                    rounds.setdefault(broker, {})[partition] = batch
        for broker, batches in rounds.items():
            self._busy.add(broker)
            task = asyncio.get_running_loop().create_task(self._write(broker, batches))
            self._rounds.add(task)
            task.add_done_callback(self._rounds.discard)

    async def _write(self, broker: int | None, batches: dict[int, list[Waiting]]) -> None:
        def settled(partition: int, error: BaseException | None) -> None:
            if batch := batches.pop(partition, None):
                self._settle(partition, batch, error)
                self._busy.discard(broker)
                self._start()

        records = {partition: [waiting.record for waiting in batch] for partition, batch in batches.items()}
        try:
            await self._writer.write(records, settled)
        except Exception as error:  # noqa: BLE001 whatever went wrong, those who wait must hear of it
            for partition in list(batches):
                settled(partition, error)

    def _settle(self, partition: int, batch: list[Waiting], error: BaseException | None) -> None:
        if error is not None:
            log.warning("batch_not_stored", partition=partition, records=len(batch), error=repr(error))
        outcome = None if error is None else NotStored("Kafka did not take the batch")
        for waiting in batch:
            waiting.settle(outcome)
        queue = self._queues[partition]
        queue.is_being_written = False
        queue.forget_settled()
        if len(queue):
            self._want(partition, queue)


def _tell(written: "asyncio.Future[None]", error: NotStored | None) -> None:
    if written.done():
        return
    if error is None:
        written.set_result(None)
    else:
        written.set_exception(error)
