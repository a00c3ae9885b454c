"""Batches in a row: one is read while the one before it is taken in, and the one before that is published.

PostgreSQL and Kafka work on some while Python works on others: with a backlog that takes in half as much again. Each of
the three steps has one batch at a time, in their sequence, so nothing overtakes anything; and a step that fails
fails for all batches behind it, too, while those before it go on to their end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

from order_service.records import Record

LONGEST = 3
"""So many batches are under way at the most, one for each step."""
R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Steps(Generic[R, T]):
    """What happens to each batch; whatever one of them raises makes it worth to deliver the batch again."""

    read: Callable[[Sequence[Record]], Awaitable[R]]
    take_in: Callable[[R], Awaitable[T]]
    publish: Callable[[T], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Batch:
    """One that is under way."""

    records: Sequence[Record]
    begun: float
    """In seconds of the monotonic clock."""
    taken: "asyncio.Task[object]"
    published: "asyncio.Task[None]"


class Belt(Generic[R, T]):
    """The batches that are under way, the oldest first."""

    def __init__(self, steps: Steps[R, T]) -> None:
        self._steps = steps
        self._batches: list[Batch] = []

    @property
    def is_full(self) -> bool:
        """Whether the oldest has to be done before the next may begin."""
        return len(self._batches) == LONGEST

    @property
    def records(self) -> list[Record]:
        """All that is under way, the oldest first."""
        return [record for batch in self._batches for record in batch.records]

    def __bool__(self) -> bool:
        return bool(self._batches)

    def begin(self, records: Sequence[Record]) -> None:
        """Let a batch follow the others."""
        before = self._batches[-1] if self._batches else None
        taken = asyncio.create_task(self._taken(records, before))
        self._batches.append(Batch(records, monotonic(), taken, asyncio.create_task(self._published(taken, before))))

    async def oldest(self) -> Batch:
        """The oldest batch, once all is done that it asks for; raises what one of its steps raised."""
        await self._batches[0].published
        return self._batches.pop(0)

    async def settle(self) -> None:
        """Wait for the end of all steps, whatever it is."""
        await asyncio.gather(*(batch.published for batch in self._batches), return_exceptions=True)

    def cancel(self) -> None:
        """End all steps where they are."""
        for batch in self._batches:
            batch.taken.cancel()
            batch.published.cancel()

    async def _taken(self, records: Sequence[Record], before: Batch | None) -> T:
        read = await self._steps.read(records)
        if before:
            await before.taken
        return await self._steps.take_in(read)

    async def _published(self, taken: "asyncio.Task[T]", before: Batch | None) -> None:
        result = await taken
        if before:
            await before.published
        await self._steps.publish(result)
