"""order-service's database and its tables, each by an explicit step."""

import sys
from collections.abc import Mapping

import asyncpg

from devstack.commands import run_into
from devstack.state import state_folder
from devstack.trouble import Trouble

MIGRATE_SECONDS = 120


async def ensure_database(server_url: str, name: str) -> None:
    """Make the database unless it is there."""
    connection = await asyncpg.connect(server_url, timeout=10)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()


def migrate(settings: Mapping[str, str]) -> None:
    """Bring order-service's tables to the form that its code expects."""
    log = state_folder() / "logs" / "migrate.log"
    log.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "order_service.migrate"]
    if not run_into(log, command, seconds=MIGRATE_SECONDS, more=settings):
        raise Trouble("order-service's migrations failed.", log=log)
