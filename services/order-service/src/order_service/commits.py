"""Committing offsets beside the work: the next batch need not wait for Kafka to note where the last one ended."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from order_service.records import Record

COMMIT_SECONDS: Final = 5.0
IN_DATABASE: Final = "in the database"
"""Goes to Kafka with each offset. Builds from before the database knew how far it is taken in say nothing."""
log = structlog.get_logger(__name__)


class Committed(NamedTuple):
    """An offset as the group told it to Kafka; `is_noted` says that the database was told, too."""

    offset: int
    is_noted: bool


class Commits:
    """At most one commit is under way; what is noted meanwhile goes with the next.

    An offset that is never committed means that its records come again, here or elsewhere, and change nothing.
    """

    def __init__(self) -> None:
        self._noted: dict[TopicPartition, int] = {}
        self._work: asyncio.Task[None] | None = None

    def note(self, records: Sequence[Record], consumer: Any) -> None:
        """These records are done."""
        self._noted |= {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._commit_all(consumer))

    async def finish(self) -> None:
        """Return once all that was noted is committed, or Kafka did not take it."""
        if self._work is not None:
            await self._work

    async def _commit_all(self, consumer: Any) -> None:
        while self._noted:
            offsets, self._noted = self._noted, {}
            await _commit(offsets, consumer)


async def _commit(offsets: dict[TopicPartition, int], consumer: Any) -> None:
    told = {partition: (offset, IN_DATABASE) for partition, offset in offsets.items()}
    try:
        async with asyncio.timeout(COMMIT_SECONDS):
            await consumer.commit(told)
    except (KafkaError, TimeoutError) as error:
        log.warning("offsets_not_committed", because=type(error).__name__)
