"""`python -m order_service.migrate`: bring the schema up to date, as an explicit step before the service starts."""

import asyncio
import sys

from alembic import command
from alembic.config import Config
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from order_service.migrations import HEAD
from order_service.reads import sqlalchemy_url
from order_service.settings import DatabaseUrl
from tillstream_operations import read_settings

ONE_AT_A_TIME = 7_203_114_519
"""The advisory lock that two migrations started at once take turns on."""
TURN_SECONDS = 0.2


class Settings(BaseSettings):
    """All that a migration needs to know."""

    model_config = SettingsConfigDict(env_prefix="ORDER_SERVICE_", frozen=True)

    database_url: DatabaseUrl


async def migrate(database_url: str) -> None:
    """Apply the steps that are missing, each wholly; should one fail, those before it stay."""
    engine = create_async_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    try:
        async with engine.connect() as turn:
            await _take(await turn.execution_options(isolation_level="AUTOCOMMIT"))
            async with engine.connect() as connection:
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


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
    asyncio.run(migrate(read_settings(Settings).database_url.get_secret_value()))
    sys.stdout.write(f"The schema is at {HEAD}.\n")


if __name__ == "__main__":
    main()
