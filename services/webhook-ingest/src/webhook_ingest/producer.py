"""The connection to Kafka: acks=all, a limit on every wait, and a new producer whenever a write has failed.

Not idempotent, on purpose. With one request in flight per partition a retry cannot change the order, and a record
written twice is what Stripe's own redelivery does anyway: the inbox of order-service knows it by its id. In return a
write that Kafka does not take expires, where aiokafka retries an idempotent one for ever and cannot be closed
meanwhile (its issue 1101), and no lost sequence number can stop the producer (its issue 1017).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    BrokerResponseError,
    CorruptRecordException,
    KafkaError,
    NotLeaderForPartitionError,
    RequestTimedOutError,
)
from aiokafka.partitioner import murmur2
from aiokafka.producer.message_accumulator import BatchBuilder

from tillstream_operations import Efforts, leave
from webhook_ingest.records import Heard, NotStored, Record

REQUEST_TIMEOUT: Final = 3.0
GIVE_UP_AFTER: Final = 4 * REQUEST_TIMEOUT  # aiokafka should long have said something by then
RETIRE_WITHIN: Final = 30.0
PING_EVERY: Final = 2.0
RECONNECT_AFTER: Final = 1.0
OURS: Final = (CorruptRecordException, NotLeaderForPartitionError, RequestTimedOutError)
"""What the brokers' answers may have to do with us; all others, such as too few replicas, a restart would not cure."""

log = structlog.get_logger(__name__)


def make_producer(bootstrap_servers: str) -> AIOKafkaProducer:
    """An aiokafka producer as this service needs it. Linger 0: requests wait for the answer, so waiting costs."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers,
        client_id="webhook-ingest",
        acks="all",
        linger_ms=0,
        max_batch_size=1024 * 1024,
        request_timeout_ms=int(REQUEST_TIMEOUT * 1000),
        retry_backoff_ms=50,
    )


class Producer:
    """Writes batches to one topic, and stays or becomes connected by itself."""

    def __init__(
        self, topic: str, make: Callable[[], AIOKafkaProducer], *, close_timeout: float, stuck_after: float
    ) -> None:
        self._topic, self._make, self._close_timeout = topic, make, close_timeout
        self._efforts = Efforts(stuck_after)
        self._current: AIOKafkaProducer | None = None
        self._connected, self._failed = asyncio.Event(), asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._retired: set[asyncio.Task[bool]] = set()
        self._unexplained = False
        self._partitions = 0
        self.answering = False

    @property
    def stuck(self) -> bool:
        """Whether Kafka answers each new producer and yet takes nothing from it, one after the other."""
        return self._efforts.in_vain

    async def start(self) -> None:
        """Begin to connect; Kafka need not be there yet."""
        self._keeper = asyncio.create_task(self._keep_connected())

    async def stop(self) -> None:
        """Send what is left and disconnect, within the close timeout."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        if self._current is not None:
            self._retire(self._current)
        if self._retired:
            _, open_still = await asyncio.wait(self._retired, timeout=self._close_timeout)
            if open_still:
                log.warning("kafka_producer_not_closed", producers=len(open_still))

    async def ready(self) -> None:
        """Return as soon as there is a connection."""
        await self._connected.wait()

    def partition_of(self, key: bytes) -> int | None:
        """As every Kafka client's default partitioner says; nothing while there is no connection."""
        if self._current is None or not self._partitions:
            return None
        return int((murmur2(key) & 0x7FFFFFFF) % self._partitions)

    def broker_of(self, partition: int) -> int | None:
        """Who leads this partition, as far as is known."""
        if self._current is None:
            return None
        leader: int | None = self._current.client.cluster.leader_for_partition(TopicPartition(self._topic, partition))
        return leader

    async def write(self, batches: Mapping[int, Sequence[Record]], settled: Heard) -> None:
        """Settle each partition's batch once all in-sync replicas have it. If Kafka fails, connects anew."""
        producer = await self._producer()
        deliveries: list[asyncio.Future[Any]] = []
        try:
            async with asyncio.timeout(GIVE_UP_AFTER):
                for partition, records in batches.items():
                    if (batch := _packed(producer, records)) is None:
                        settled(partition, NotStored(f"{len(records)} records do not fit into one request"))
                        continue
                    delivery = await producer.send_batch(batch, self._topic, partition=partition)
                    delivery.add_done_callback(partial(self._hear, producer, partition, settled))
                    deliveries.append(delivery)
                if deliveries:
                    await asyncio.wait(deliveries)
        except Exception as error:
            self._fail(producer, error)
            for delivery in deliveries:
                delivery.cancel()
            raise

    def _hear(
        self,
        producer: AIOKafkaProducer,
        partition: int,
        settled: Heard,
        delivery: "asyncio.Future[Any]",
    ) -> None:
        error = asyncio.CancelledError() if delivery.cancelled() else delivery.exception()
        if error is None:
            self._efforts.succeeded()
            settled(partition, None)
        else:
            self._fail(producer, error)
            settled(partition, NotStored(repr(error)))

    def _fail(self, producer: AIOKafkaProducer, error: BaseException) -> None:
        self._note(error)
        self._give_up(producer)

    def _note(self, error: BaseException) -> None:
        if isinstance(error, BrokerResponseError) and not isinstance(error, OURS):
            self._efforts.succeeded()  # as a write it failed, but it got through to who refused it
        else:
            self._unexplained = True  # until it is known whether Kafka is there

    async def _producer(self) -> AIOKafkaProducer:
        while self._current is None:
            await self._connected.wait()
        return self._current

    async def _keep_connected(self) -> None:
        while True:
            self._current = await self._connect()
            if self._unexplained:
                self._unexplained = False
                self._efforts.failed()
            self._failed.clear()
            self._connected.set()
            log.info("kafka_connected", topic=self._topic)
            await self._watch(self._current)

    async def _connect(self) -> AIOKafkaProducer:
        attempt = 0
        while True:
            producer = self._make()
            try:
                async with asyncio.timeout(GIVE_UP_AFTER):
                    await producer.start()
                    self._partitions = len(await producer.partitions_for(self._topic))
            except (KafkaError, TimeoutError, OSError) as error:
                attempt += 1
                if attempt == 1:
                    log.warning("kafka_unreachable", topic=self._topic, error=repr(error))
                self._unexplained = False  # it is Kafka that is away
                self._efforts.succeeded()
                self._retire(producer)
                await asyncio.sleep(RECONNECT_AFTER)
            else:
                return producer

    async def _watch(self, producer: AIOKafkaProducer) -> None:
        """Ask Kafka now and then whether it is there, until a write has failed.

        A connection that nothing comes back on is left: aiokafka keeps one that is only asked for metadata.
        """
        answered_at = monotonic()
        while not self._failed.is_set():
            answers = await self._answers(producer)
            self.answering = answers and producer is self._current
            answered_at = monotonic() if answers else answered_at
            if monotonic() - answered_at >= GIVE_UP_AFTER:
                self._give_up(producer)
            with suppress(TimeoutError):
                async with asyncio.timeout(PING_EVERY):
                    await self._failed.wait()

    async def _answers(self, producer: AIOKafkaProducer) -> bool:
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT):  # `wait_for` loses a cancellation that comes as it ends
                answers = bool(await producer.client.force_metadata_update())
                self._partitions = len(producer.client.cluster.partitions_for_topic(self._topic) or ())
                return answers
        except (KafkaError, TimeoutError):
            return False

    def _give_up(self, producer: AIOKafkaProducer) -> None:
        """Write nothing more with a producer; the keeper then connects a new one."""
        if self._current is producer:
            self._current = None
            self.answering = False
            self._connected.clear()
            self._failed.set()
            self._retire(producer)

    def _retire(self, producer: AIOKafkaProducer) -> None:
        """Close a producer beside all else: what it has in flight may take until it expires."""
        task = asyncio.create_task(leave(producer.stop(), within=RETIRE_WITHIN))
        self._retired.add(task)
        task.add_done_callback(self._retired.discard)


def _packed(producer: AIOKafkaProducer, records: Sequence[Record]) -> BatchBuilder | None:
    batch = producer.create_batch()
    for record in records:
        if batch.append(timestamp=None, key=record.key, value=record.value, headers=record.headers) is None:
            return None
    batch.close()
    return batch
