"""What can happen to PostgreSQL and to what it was asked to commit."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import asyncpg

from chaos.faults.outcome import LeftOut, Outcome
from chaos.stage import Stage
from chaos.stage.proxies import Toxic

CONNECT_SECONDS = 5
OWN_NAME = "chaos"
CLIENTS = f"FROM pg_stat_activity WHERE datname = current_database() AND application_name <> '{OWN_NAME}'"
"""The connections of the services."""
COMMITTING = f"SELECT count(*) {CLIENTS} AND state = 'active' AND query ILIKE 'commit%'"
END_CLIENTS = f"SELECT count(pg_terminate_backend(pid)) {CLIENTS}"
SLOW_COMMITS = "ALTER SYSTEM SET commit_delay = 100000"  # microseconds, the most that there is
USUAL_COMMITS = "ALTER SYSTEM RESET commit_delay"
COMMIT_SECONDS = 0.15
SOMEBODY_COMMITS_WITHIN = 25
"""Other faults may keep all from it for a while."""
RECONFIGURED_SECONDS = 30
AT_ONCE = 10
REPLY_LOST = Toxic("timeout", {"timeout": 1}, ("downstream",))
PAUSE_SECONDS = 0.3
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


async def stop_immediately(stage: Stage, target: str, lasts: float) -> Outcome:
    """What `pg_ctl stop -m immediate` does: as a crash, so that it has to recover when it is started again."""
    process = stage.processes[target]
    async with process.held_down():
        pid = process.pid
        process.send(signal.SIGQUIT)
        await asyncio.sleep(lasts)
    return Outcome(f"process {pid}", kills=1) if pid else Outcome("was down already")


async def kill_backend(stage: Stage, target: str, lasts: float) -> Outcome:  # noqa: ARG001 - it is over at once
    """`kill -9` for the process of one connection: PostgreSQL then ends all others, and recovers."""
    with suppress(*AWAY):  # also where it has just left
        async with _connection(stage) as database:
            pid = await database.fetchval(f"SELECT pid {CLIENTS} ORDER BY random() LIMIT 1")
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                return Outcome(f"process {pid}", kills=1)
    return Outcome("nobody was connected")


async def terminate_backends(stage: Stage, target: str, lasts: float) -> Outcome:  # noqa: ARG001 - there is one
    """`pg_terminate_backend` for all connections, again and again."""
    ended, deadline = 0, time.monotonic() + lasts
    while time.monotonic() < deadline:
        with suppress(*AWAY):
            async with _connection(stage) as database:
                ended += await database.fetchval(END_CLIENTS)
        await asyncio.sleep(PAUSE_SECONDS)
    return Outcome(f"{ended} connections ended")


async def take_all_connections(stage: Stage, target: str, lasts: float) -> Outcome:  # noqa: ARG001
    """Nobody gets a new connection, and those that there were are ended."""
    most, deadline = 0, time.monotonic() + lasts
    while time.monotonic() < deadline:
        with suppress(*AWAY):  # another fault ended the server: from the beginning, as soon as it is back
            most = max(most, await _hold_all(stage, deadline))
        await asyncio.sleep(PAUSE_SECONDS)
    return Outcome(f"{most} connections taken")


async def _hold_all(stage: Stage, deadline: float) -> int:
    """Take what there is and what becomes free until then; how many."""
    async with AsyncExitStack() as taken:
        first, count = await taken.enter_async_context(_connection(stage)), 1
        while time.monotonic() < deadline:
            got = await asyncio.gather(*(_taken(stage, taken) for _ in range(AT_ONCE)))
            count += sum(got)
            if not all(got):
                await first.execute(END_CLIENTS)
                await asyncio.sleep(0.01)
    return count


async def _taken(stage: Stage, taken: AsyncExitStack) -> bool:
    """Whether there was one more."""
    try:
        await taken.enter_async_context(_connection(stage))
    except AWAY:
        return False
    return True


async def lose_commit_replies(stage: Stage, target: str, lasts: float) -> Outcome:
    """Transactions are committed, and who asked for it never hears so: connections break while COMMIT is at work."""
    lost, begun = 0, time.monotonic()
    await _reconfigure(stage, SLOW_COMMITS)
    while time.monotonic() < begun + (lasts if lost else lasts + SOMEBODY_COMMITS_WITHIN):
        with suppress(*AWAY):
            async with _connection(stage) as database:
                await _until_somebody_commits(database, time.monotonic() + lasts)
                async with stage.proxies.poisoned(target, REPLY_LOST):
                    await asyncio.sleep(COMMIT_SECONDS)
                lost += 1
        await asyncio.sleep(PAUSE_SECONDS)
    await _reconfigure(stage, USUAL_COMMITS)
    return Outcome(f"{lost} times a COMMIT was not answered")


async def _until_somebody_commits(database: Any, deadline: float) -> None:
    """Raises TimeoutError if nobody does until then."""
    while not await database.fetchval(COMMITTING):
        if time.monotonic() > deadline:
            raise TimeoutError
        await asyncio.sleep(0.002)


async def fill_disk(stage: Stage, target: str, lasts: float) -> Outcome:  # noqa: ARG001
    """PostgreSQL cannot write one byte more than it has."""
    if not stage.disk.small:
        raise LeftOut("a small disk can only be mounted by root on Linux")
    async with stage.disk.full():
        await asyncio.sleep(lasts)
    return Outcome()


@asynccontextmanager
async def _connection(stage: Stage) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(
        stage.database_url, timeout=CONNECT_SECONDS, server_settings={"application_name": OWN_NAME}
    )
    try:
        yield connection
    finally:
        with suppress(*AWAY):
            await connection.close(timeout=CONNECT_SECONDS)


async def _reconfigure(stage: Stage, statement: str) -> None:
    """As soon as the server is there, if another fault ended it. Raises TimeoutError."""
    async with asyncio.timeout(RECONFIGURED_SECONDS):
        while True:
            with suppress(*AWAY):
                async with _connection(stage) as database:
                    await database.execute(statement)
                    await database.execute("SELECT pg_reload_conf()")
                return
            await asyncio.sleep(PAUSE_SECONDS)
