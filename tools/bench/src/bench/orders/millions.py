"""A database with 5,000,000 orders: a server of its own, whose data is kept for the next run."""

import asyncio
import os
import secrets
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from bench.ground import POSTGRES, start
from bench.orders.present import make_present
from devstack.ports import free_port
from devstack.postgres import Postgres
from devstack.readiness import database_answers
from devstack.shared_servers import Server
from devstack.state import make_runtime_folder, state_folder
from devstack.trouble import Trouble
from order_service.migrate import migrate
from order_service.migrations import HEAD

ORDERS: Final = 5_000_000
KIND: Final = f"{ORDERS} orders in the schema {HEAD}"
FREE_BYTES: Final = 30 * 10**9
"""Sorting for the indexes needs room, too."""
READ_BYTES: Final = 16 * 2**20
QUICKLY: Final = {"wal_level": "minimal", "max_wal_senders": "0", "maintenance_work_mem": "1GB"}


@asynccontextmanager
async def many_orders() -> AsyncIterator[str]:
    """Its URL. Made in some minutes where it is not there yet."""
    folder = state_folder() / "bench" / "millions"
    made = folder / "made"
    if not _says(made, KIND):
        _clear(folder)
        async with _server(folder, durable=False) as url:
            await migrate(url)
            await make_present(url, ORDERS)
        _say(made, KIND)
    await asyncio.to_thread(_warm, folder / "postgres")
    async with _server(folder, durable=True) as url:
        yield url


def _warm(folder: Path) -> None:
    """Let the system hold its files in memory, as it does those of a database that has run for a while."""
    for file in folder.rglob("base/*/*"):
        with file.open("rb") as opened:
            while opened.read(READ_BYTES):
                pass


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if shutil.disk_usage(folder).free < FREE_BYTES:
        raise Trouble(f"{ORDERS:,} orders need {FREE_BYTES // 10**9} GB in {folder}: make room, or leave out --big.")
    _say(folder / "password", secrets.token_hex(16))


def _says(file: Path, text: str) -> bool:
    return file.exists() and file.read_text() == text


def _say(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)


@asynccontextmanager
async def _server(folder: Path, *, durable: bool) -> AsyncIterator[str]:
    sockets, port = make_runtime_folder(f"bench-millions-{os.getpid()}"), free_port()
    settings = POSTGRES if durable else {**POSTGRES, **QUICKLY}
    password = (folder / "password").read_text()
    postgres = Postgres(folder / "postgres", sockets, password, durable=durable, port=port, settings=settings)
    postgres.prepare()
    server = Server(postgres.url(), postgres.command(), database_answers, stop=signal.SIGINT)
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        await asyncio.to_thread(start, server, folder / "postgres.log", stack)
        yield postgres.tcp_url(port)
