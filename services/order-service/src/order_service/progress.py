"""Whether the consumer gets anywhere: what waits in Kafka, and when something last moved."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer

from order_service.metrics import Metrics

ASK_SECONDS = 5.0


class Progress:
    """Remembers the last sign of life, in seconds of its clock.

    A batch that arrives is one, even if it then fails: a database that is down is no reason to restart this
    process. Having nothing to wait for is one, too.
    """

    def __init__(self, metrics: Metrics, *, stuck_after: timedelta, clock: Callable[[], float] = monotonic) -> None:
        self._metrics, self._stuck_after = metrics, stuck_after.total_seconds()
        self.clock = clock
        self._moved_at = clock()

    def batch_arrived(self) -> None:
        """A batch is in hand."""
        self._moved_at = self.clock()

    async def ask(self, consumer: AIOKafkaConsumer) -> None:
        """Measure how many records wait. Raises KafkaError."""
        lag = await _lag(consumer)
        self._metrics.lag.set(lag)
        if lag == 0:
            self._moved_at = self.clock()

    def is_stuck(self, *, since: float, times: int = 1) -> bool:
        """Whether nothing has moved for so many times the limit, counted from `since` on."""
        return self.clock() - max(self._moved_at, since) > times * self._stuck_after


async def _lag(consumer: AIOKafkaConsumer) -> int:
    """How many records of this consumer's partitions have not arrived yet."""
    partitions: Any = consumer.assignment()
    if not partitions:
        return 0
    ends = await consumer.end_offsets(list(partitions))
    return sum([max(0, end - await consumer.position(partition)) for partition, end in ends.items()])
