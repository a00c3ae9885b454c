"""Whether the consumer gets anywhere: what waits in Kafka, when a batch was last done, and why batches fail."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from order_service.failures import TooMuchParked, could_new_clients_help
from order_service.metrics import Metrics

ASK_SECONDS = 5.0
ASKS_BEFORE_STUCK = 4
FAILURES_TO_TELL = 3


class Progress:
    """Remembers the last sign of life, in seconds of its clock.

    A batch that is done is one; that it arrives is none, as it may fail and come again for ever. Having nothing to
    wait for is one, too, and so is a failure that no restart would cure: a database that is down, a stop because too
    much was parked.
    """

    def __init__(self, metrics: Metrics, *, stuck_after: timedelta, clock: Callable[[], float] = monotonic) -> None:
        self._metrics, self._stuck_after = metrics, stuck_after.total_seconds()
        self.clock = clock
        self._moved_at = clock()
        self.ask_seconds = min(ASK_SECONDS, self._stuck_after / ASKS_BEFORE_STUCK)
        self.kafka_answers = False
        """Whether it said how much waits when it was last asked: while it is away, standing still is no fault."""
        self._in_hand, self._failures = 0, 0
        self.trouble: str | None = None

    def batch_arrived(self) -> None:
        """A batch is in hand, and no longer waits in Kafka."""
        self._in_hand += 1

    def batch_done(self) -> None:
        """All that it asked for is done."""
        self._in_hand = max(0, self._in_hand - 1)
        self._move_freely()

    def batch_failed(self, error: Exception) -> None:
        """It will come again, as all behind it. A few failures in a row are trouble that the probes tell of."""
        self._in_hand = 0
        if isinstance(error, TooMuchParked):
            self.trouble = f"stopped: {error}"
            self._metrics.stopped.set(1)
        if not could_new_clients_help(error):
            self._moved_at = self.clock()
            return
        self._failures += 1
        if self._failures >= FAILURES_TO_TELL:
            self.trouble = f"batches fail: {type(error).__name__}"

    async def ask(self, consumer: AIOKafkaConsumer) -> None:
        """Measure how many records wait. Raises KafkaError, TimeoutError."""
        try:
            async with asyncio.timeout(self.ask_seconds):
                lag = await _lag(consumer)
        except (KafkaError, TimeoutError):
            self.kafka_answers = False
            raise
        self.kafka_answers = True
        self._metrics.lag.set(lag)
        if lag == 0 and not self._in_hand:
            self._move_freely()

    def is_stuck(self, *, since: float, times: int = 1) -> bool:
        """Whether nothing has moved for so many times the limit, counted from `since` on."""
        return self.clock() - max(self._moved_at, since) > times * self._stuck_after

    def _move_freely(self) -> None:
        self._moved_at, self._failures, self.trouble = self.clock(), 0, None
        self._metrics.stopped.set(0)


async def _lag(consumer: AIOKafkaConsumer) -> int:
    """How many records of this consumer's partitions have not arrived yet."""
    partitions: Any = consumer.assignment()
    if not partitions:
        return 0
    ends = await consumer.end_offsets(list(partitions))
    return sum([max(0, end - await consumer.position(partition)) for partition, end in ends.items()])
