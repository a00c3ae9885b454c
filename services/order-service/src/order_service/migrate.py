"""`python -m order_service.migrate`: bring the schema up to date, as an explicit step before the service starts."""

import asyncio
import random
import sys
from time import monotonic

from alembic import command
from alembic.config import Config
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from order_service.migrations import HEAD
from order_service.reads import sqlalchemy_url
from order_service.settings import DatabaseUrl
from tillstream_operations import read_settings

ONE_AT_A_TIME = 7_203_114_519
"""The advisory lock that two migrations started at once take turns on."""
TURN_SECONDS = 0.2
LOCK_WAIT = "1500ms"
"""How long a step may wait for a lock: whoever wants the same table waits behind it for as long."""
PAUSES_SECONDS = (0.2, 1.0)
PATIENCE_SECONDS = 600.0
TRY_AGAIN = ("55P03", "40P01")
"""PostgreSQL's codes for a lock that was not to be had, and for a deadlock."""


class Blocked(Exception):
    """A lock was not to be had, again and again. Look in pg_stat_activity who holds it, then migrate again."""


class Settings(BaseSettings):
    """All that a migration needs to know."""

    model_config = SettingsConfigDict(env_prefix="ORDER_SERVICE_", frozen=True)

    database_url: DatabaseUrl


async def migrate(database_url: str, *, patience: float = PATIENCE_SECONDS) -> None:
    """Apply the steps that are missing, each wholly; should one fail, those before it stay. Raises Blocked."""
    session = {"server_settings": {"lock_timeout": LOCK_WAIT, "application_name": "order-service-migrate"}}
    engine = create_async_engine(sqlalchemy_url(database_url), poolclass=NullPool, connect_args=session)
    try:
        async with engine.connect() as turn:
            await _take(await turn.execution_options(isolation_level="AUTOCOMMIT"))
            async with engine.connect() as connection:
                await _insist(connection, until=monotonic() + patience)
    finally:
        await engine.dispose()


async def _insist(connection: AsyncConnection, *, until: float) -> None:
    """Step back where a lock is not to be had, so that those behind get through, and try again a moment later."""
    while True:
        try:
            await connection.run_sync(_upgrade)
        except DBAPIError as error:
            await connection.rollback()
            if getattr(error.orig, "sqlstate", None) not in TRY_AGAIN:
                raise
            if monotonic() > until:
                raise Blocked("A lock was not to be had: see pg_stat_activity for who holds it.") from error
            await asyncio.sleep(random.uniform(*PAUSES_SECONDS))  # noqa: S311  # jitter
        else:
            return


async def _take(turn: AsyncConnection) -> None:
    """Wait for the lock without a statement that waits: building an index beside it would wait for that in turn."""
    while not await turn.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ONE_AT_A_TIME}):  # noqa: ASYNC110
        await asyncio.sleep(TURN_SECONDS)


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration, which names the steps by package and so works from an installed one."""
    config = Config()
    config.set_main_option("script_location", "order_service:migrations")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")


def main() -> None:
    """Migrate the database that the environment names."""
    try:
        asyncio.run(migrate(read_settings(Settings).database_url.get_secret_value()))
    except Blocked as blocked:
        sys.exit(str(blocked))
    sys.stdout.write(f"The schema is at {HEAD}.\n")


if __name__ == "__main__":
    main()
