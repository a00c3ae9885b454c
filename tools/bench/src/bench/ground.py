"""What everybody stands on: one Kafka and one PostgreSQL, durable as in production, on this machine."""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from devstack.kafka import Kafka
from devstack.keeper import STOP_SECONDS, keep
from devstack.ports import LOOPBACK, free_port
from devstack.postgres import Postgres
from devstack.readiness import database_answers
from devstack.shared_servers import Server, local_kafka, wait_until_it_answers
from devstack.state import make_runtime_folder, state_folder
from devstack.topics import create_topics, delete_topics

HEAP = ("-Xmx1g",)
POSTGRES = {"shared_buffers": "512MB", "max_wal_size": "4GB"}


@dataclass(frozen=True)
class Ground:
    """Where the servers are, and a folder for logs and results."""

    folder: Path
    kafka: str
    postgres: Postgres
    postgres_port: int

    @asynccontextmanager
    async def topics(self, partitions: int = 12) -> AsyncIterator[str]:
        """A prefix under which each topic of the contracts exists, empty."""
        prefix = f"bench-{secrets.token_hex(4)}-"
        names = await create_topics(self.kafka, prefix=prefix, partitions=partitions)
        yield prefix
        await delete_topics(self.kafka, names)

    @asynccontextmanager
    async def database(self, like: str = "template1") -> AsyncIterator[str]:
        """The URL of an empty database, or of a copy of another by its URL, reached over TCP as in production."""
        name = f"bench_{secrets.token_hex(4)}"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {like.rpartition('/')[2]} STRATEGY file_copy")
        yield self.postgres.tcp_url(self.postgres_port, name)
        await self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.postgres.url())
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@asynccontextmanager
async def open_ground() -> AsyncIterator[Ground]:
    """Both servers up, on free ports, with data of their own that is gone afterwards."""
    folder = state_folder() / "bench" / "ground"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sockets = make_runtime_folder(f"bench-{os.getpid()}")
    kafka = Kafka(folder / "kafka", free_port(), free_port(), virtual_machine=HEAP)
    port = free_port()
    postgres = Postgres(folder / "postgres", sockets, secrets.token_hex(8), port=port, settings=POSTGRES)
    postgres.prepare()
    servers = {
        "kafka": local_kafka(kafka),
        "postgres": Server(postgres.url(), postgres.command(), database_answers, stop=signal.SIGINT),
    }
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        for name, server in servers.items():
            await asyncio.to_thread(start, server, folder / f"{name}.log", stack)
        yield Ground(folder, kafka.bootstrap, postgres, port)


def start(server: Server, log: Path, stack: AsyncExitStack) -> None:
    """Up and answering; ended with the stack, and with us should we be killed."""
    keeper = keep(server.command, log=log, parent=os.getpid(), stop=server.stop)
    stack.callback(_stop, keeper)
    wait_until_it_answers(server, lambda: keeper.poll() is None, log)


def _stop(keeper: subprocess.Popen[bytes]) -> None:
    keeper.terminate()
    keeper.wait(STOP_SECONDS + 5)


def address(port: int, path: str = "") -> str:
    """On the loopback interface."""
    return f"http://{LOOPBACK}:{port}{path}"
