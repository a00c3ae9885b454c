"""The schema's history leads to what the models say, and the service knows whether it has been applied."""

import asyncio
import os
import sys
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from order_service.migrate import alembic_config, migrate
from order_service.migrations import HEAD
from order_service.reads import sqlalchemy_url
from order_service.schema import what_is_wrong_with_schema
from order_service.tables import Base


def _steps(connection: Connection) -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config(connection))


def _differences(connection: Connection) -> list[Any]:
    assert _steps(connection).get_heads() == [HEAD]
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [*compare_metadata(context, Base.metadata), *_missing_checks(connection)]


def _missing_checks(connection: Connection) -> list[str]:
    """Alembic does not compare CHECK constraints."""
    query = "SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    there = {name for (name,) in connection.exec_driver_sql(query)}
    wanted = {
        str(constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if type(constraint).__name__ == "CheckConstraint"
    }
    return sorted(there ^ wanted)


@pytest.mark.integration
async def test_models_and_migrations_agree(migrated: str) -> None:
    """Column by column, index by index, check by check."""
    engine = create_async_engine(sqlalchemy_url(migrated), poolclass=NullPool)
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await engine.dispose()


@pytest.mark.integration
async def test_schema_that_is_missing_is_named_with_what_to_do(database_url: str) -> None:
    """Before, and no longer after, migrating; doing it twice is well."""
    connection = await asyncpg.connect(database_url)
    wrong = await what_is_wrong_with_schema(connection)
    assert wrong == f"The database has no schema yet; run python -m order_service.migrate to bring it to {HEAD}."
    await migrate(database_url)
    await migrate(database_url)
    assert await what_is_wrong_with_schema(connection) is None
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert await what_is_wrong_with_schema(connection) is None
    await connection.close()


@pytest.mark.integration
async def test_migrating_is_one_command(database_url: str) -> None:
    """With nothing but the database's address."""
    environment = {**os.environ, "ORDER_SERVICE_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "order_service.migrate"]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert (process.returncode, output.decode()) == (0, f"The schema is at {HEAD}.\n")


@pytest.mark.integration
async def test_two_migrations_at_once_take_turns(database_url: str) -> None:
    """Neither waits for an index that the other waits to build."""
    async with asyncio.timeout(30):
        await asyncio.gather(migrate(database_url), migrate(database_url), migrate(database_url))
    connection = await asyncpg.connect(database_url)
    assert await what_is_wrong_with_schema(connection) is None
    await connection.close()


@pytest.mark.integration
async def test_index_that_was_left_half_built_is_made_anew(migrated: str) -> None:
    """A step that failed outside of a transaction can be tried again."""
    connection = await asyncpg.connect(migrated)
    await connection.execute("UPDATE alembic_version SET version_num = '0009'")
    await connection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_unsettled'::regclass")
    await migrate(migrated)
    query = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_unsettled'::regclass"
    assert await connection.fetchval(query) is True
    await connection.close()


@pytest.mark.integration
async def test_index_that_is_whole_is_not_built_twice(migrated: str) -> None:
    """A step that is tried again goes on where it stopped: on a big table each index takes minutes."""
    connection = await asyncpg.connect(migrated)
    await connection.execute("DROP INDEX parked_records_by_event; UPDATE alembic_version SET version_num = '0009'")
    built = "SELECT array_agg(oid ORDER BY relname) FROM pg_class WHERE relname ~ '_(unsettled|by_period_end)$'"
    before = await connection.fetchval(built)
    await migrate(migrated)
    assert await connection.fetchval(built) == before
    assert len(before) == 3
    assert await connection.fetchval("SELECT to_regclass('parked_records_by_event') IS NOT NULL")
    await connection.close()


@pytest.mark.integration
async def test_orders_are_written_while_their_index_is_built(migrated: str, until: Any) -> None:
    """Even where the building waits for a transaction that began before it: nobody waits behind it."""
    before, meanwhile = [await asyncpg.connect(migrated) for _ in range(2)]
    await before.execute("DROP INDEX orders_unsettled; UPDATE alembic_version SET version_num = '0009'")
    async with asyncio.TaskGroup() as group, before.transaction():
        await before.execute("LOCK TABLE orders IN ROW EXCLUSIVE MODE")
        migrating = group.create_task(migrate(migrated))
        await until(lambda: meanwhile.fetchval("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted"))
        await meanwhile.execute("SET lock_timeout = '500ms'; UPDATE orders SET version = version")
        assert not migrating.done()
    await asyncio.gather(before.close(), meanwhile.close())
