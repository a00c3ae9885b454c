"""Defects of order-service, each made of the right code that it replaces."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

Async = Callable[..., Coroutine[Any, Any, Any]]
NO_TRACE = SimpleNamespace(headers=())


def offset_first(intake: Any) -> Any:
    """The offset is committed when a batch arrives, and trusted at the next start: at most once."""

    class OffsetFirst(intake):  # type: ignore[misc]  # whatever stands there
        async def _place(self, assigned: Any) -> None:
            """Read on from where Kafka says, whatever the database has."""

        async def _on_batch(self, message: Any) -> None:
            self._commits.note(message.raw_message, message.consumer)
            await self._commits.finish()
            await super()._on_batch(message)

    return OffsetFirst


def no_deduplication(first_sight: Async) -> Async:
    """The inbox notes events, and takes each for a new one."""

    async def all_new(connection: Any, heard: Any, now: Any) -> dict[str, Any]:
        await first_sight(connection, heard, now)
        return {one.told.event_id: one.told for one in reversed(heard)}

    return all_new


def publish_first(take_in: Async) -> Async:
    """Changes go out inside of the transaction, before it is committed."""

    async def transaction(self: Any, *given: Any) -> Any:
        async with self._pool.acquire() as connection, connection.transaction():
            inside = copy(self)
            inside._pool = Lent(connection)  # noqa: SLF001  # the transaction within becomes a part of this one
            written = await take_in(inside, *given)
            changes = [*written.changes, *written.subscriptions.changes]
            await self._publisher.publish([self._announcement(change, NO_TRACE) for change in changes])
        return replace(written, changes=[], subscriptions=replace(written.subscriptions, changes=()))

    return transaction


@dataclass
class Lent:
    """A pool of one connection that somebody else holds."""

    connection: Any

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        """The connection."""
        yield self.connection


def nothing_again(_: Async) -> Async:
    """What a repeated event once changed is not published again: a crash after the commit has swallowed it."""

    async def none(*_: Any) -> list[Any]:
        return []

    return none


def errors_swallowed(_: Async) -> Async:
    """A batch that fails is logged and passed over, as many consumers do."""

    async def passed_over(self: Any, records: Any, consumer: Any, error: Exception) -> None:
        self._progress.batch_failed(error)
        self._progress.batch_done()
        self._commits.note(records, consumer)

    return passed_over
