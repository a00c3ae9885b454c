"""One leader at a time: who holds an advisory lock of PostgreSQL, on a session that does nothing but the leader's work.

Every statement of the leader goes over that session, so one that has lost it can do no more. PostgreSQL ends the
session of a leader that is gone, or stands still, and with it the lock.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from time import monotonic
from typing import Any, Final

import asyncpg

from order_service.schema import what_is_wrong_with_schema

LOCK: Final = 7_203_114_530
GOODBYE_SECONDS: Final = 2.0
SESSION: Final = {
    "application_name": "order-service-reconciler",
    "idle_session_timeout": "30s",  # a leader asks far more often, unless it was stopped
    "idle_in_transaction_session_timeout": "30s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "jit": "off",
}


class SchemaIsMissing(Exception):
    """The database is not ready for this build. Prints what to do."""


class Lead:
    """The leader's session, which takes one statement at a time."""

    def __init__(self, connection: Any) -> None:
        self._connection, self._turn = connection, asyncio.Lock()
        self.asked_at = monotonic()
        """When the leader's work last had an answer."""

    async def fetch(self, query: str, *values: object) -> list[Any]:
        """The rows. Raises asyncpg's errors, and OSError."""
        rows = await self._ask(query, *values)
        self.asked_at = monotonic()
        return rows

    async def hold(self, every: timedelta) -> None:
        """Never return; raise once the session is lost."""
        while True:
            await self._ask("SELECT 1")
            await asyncio.sleep(every.total_seconds())

    async def _ask(self, query: str, *values: object) -> list[Any]:
        async with self._turn:
            return list(await self._connection.fetch(query, *values))


@asynccontextmanager
async def leading(
    database_url: str, *, every: timedelta, longest: timedelta, stands_by: Callable[[], None]
) -> AsyncIterator[Lead]:
    """Wait until this is the leader; the lock is let go at the end. Raises SchemaIsMissing."""
    connection = await asyncpg.connect(
        database_url,
        timeout=longest.total_seconds(),
        command_timeout=longest.total_seconds(),
        server_settings=SESSION,
    )
    try:
        if problem := await what_is_wrong_with_schema(connection):
            raise SchemaIsMissing(problem)
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            stands_by()
            await asyncio.sleep(every.total_seconds())
        yield Lead(connection)
    finally:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close(timeout=GOODBYE_SECONDS)
