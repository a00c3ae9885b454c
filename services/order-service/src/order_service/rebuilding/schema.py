"""The schema that the topics are folded into, beside the live one: made by the same migrations."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
from alembic import command
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from order_service.migrate import alembic_config
from order_service.postgres import Connection
from order_service.reads import sqlalchemy_url
from order_service.rebuilding.topics import Place

REBUILD: Final = "rebuild"
ALONE: Final = 7_203_114_522
"""The advisory lock that one rebuild at a time has."""
FORGOTTEN: Final = ("forgotten", "forgotten_salt")
"""Live tables that count in a rebuild, too: whoever is forgotten stays so."""
BEGIN: Final = "INSERT INTO consumed (topic, partition, next_offset, reached_at) VALUES ($1, $2, 0, $3)"
GOODBYE_SECONDS: Final = 2.0


class Busy(Exception):
    """Another rebuild is under way in this database: wait for its end."""

    def __init__(self) -> None:
        super().__init__("Another rebuild is under way in this database: wait until it has ended.")


@asynccontextmanager
async def connected(database_url: str, seconds: float, **settings: str) -> AsyncIterator[Connection]:
    """A connection of the rebuild's own; `settings` are PostgreSQL's."""
    given = {"application_name": "tillstream-rebuild", "jit": "off", **settings}
    connection = await asyncpg.connect(database_url, timeout=seconds, command_timeout=seconds, server_settings=given)
    try:
        yield connection
    finally:
        await connection.close(timeout=GOODBYE_SECONDS)


@asynccontextmanager
async def alone(connection: Connection) -> AsyncIterator[None]:
    """Keep other rebuilds out. Raises Busy."""
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", ALONE):
        raise Busy
    try:
        yield
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", ALONE)


async def make(connection: Connection, database_url: str) -> str:
    """Make the schema anew and empty; the live one's name."""
    live: str = await connection.fetchval("SELECT current_schema()")
    await drop(connection)
    await connection.execute(f"CREATE SCHEMA {REBUILD}")
    await _migrate(database_url)
    for table in FORGOTTEN:
        await connection.execute(f"DROP TABLE {REBUILD}.{table}")
        await connection.execute(f"CREATE VIEW {REBUILD}.{table} AS SELECT * FROM {quoted(live)}.{table}")  # noqa: S608  # our own names
    return live


async def _migrate(database_url: str) -> None:
    """The same steps as the live schema's; `search_path` is what leads them here."""
    session = {"server_settings": {"search_path": REBUILD}}
    engine = create_async_engine(sqlalchemy_url(database_url), poolclass=NullPool, connect_args=session)
    try:
        async with engine.connect() as migrating:
            await migrating.run_sync(lambda one: command.upgrade(alembic_config(one), "head"))
    finally:
        await engine.dispose()


async def drop(connection: Connection) -> None:
    """Leave nothing of it."""
    await connection.execute(f"DROP SCHEMA IF EXISTS {REBUILD} CASCADE")


async def begin(connection: Connection, places: Iterable[Place]) -> None:
    """Let the schema know each partition, of which it has nothing yet."""
    now = datetime.now(UTC)
    await connection.executemany(BEGIN, [(*place, now) for place in sorted(places)])


def quoted(name: str) -> str:
    """A schema's name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


class Just:
    """A pool of one connection, for what asks for a pool."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        """The connection."""
        yield self._connection

    async def fetch(self, query: str, *given: Any) -> Any:
        """As a pool does."""
        return await self._connection.fetch(query, *given)
