"""Growth of order-service: more instances of one group before one PostgreSQL, and fewer partitions."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final

import asyncpg
import psutil

from bench.contestants import Contestant, Running, cpu_of_all, running
from bench.ground import Ground, address
from bench.load import load
from bench.model import Case, Figure, Scenario
from bench.scenarios.growth_ingest import CASES, INSTANCES
from devstack.ports import free_port
from order_service.migrate import migrate
from tillstream_contracts import STRIPE_EVENTS

EVENTS_A_SECOND: Final = 5_000
"""Of a sample's length: about what one instance takes in, so that a sample takes about as long as it should."""
WARM_UP: Final = 2_000
LONGEST_SECONDS: Final = 120
LOOK_EVERY: Final = 0.02
REACHED: Final = "SELECT coalesce(sum(next_offset), 0)::bigint FROM consumed WHERE topic = $1"
TAKEN: Final = """
    SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint, pg_database_size(current_database()), array_agg(pid)
    FROM pg_stat_activity WHERE (datname = current_database() AND backend_type = 'client backend')
        OR backend_type IN ('background writer', 'checkpointer', 'io worker', 'walwriter')"""
"""How long PostgreSQL's log is, how large this database, and which processes work for it; none of these ends soon."""
PAID: Final = "SELECT (SELECT count(*) FROM orders WHERE status = 'paid') = $1 AND (SELECT count(*) FROM inbox) = $1"
SETTINGS: Final = {
    "ORDER_SERVICE_BATCH_WAIT": "0.02",  # for a backlog nobody waits, and those who have no turn cost less
    "LOG_FORMAT": "json",
}


@dataclass(frozen=True)
class Accounts:
    """What has been taken so far: CPU seconds of the instances and of PostgreSQL, bytes of its log and of disk."""

    cpu: float
    database_cpu: float
    log: int
    disk: int


class Team:
    """Instances of order-service that share one group, one database and one set of topics."""

    def __init__(self, ground: Ground, topic: str, database: asyncpg.Connection, members: Sequence[Running]) -> None:
        self._ground, self._topic, self._database, self._members = ground, topic, database, members
        self._cpu = cpu_of_all(members)
        self._written = 0

    async def take_in(self, events: int) -> Mapping[str, float]:
        """Let them find so many events waiting; what it takes until the database has all of them."""
        for member in self._members:
            member.suspend()
        await self._fill(events)
        began, before = monotonic(), await self._accounts()
        for member in self._members:
            member.resume()
        await self._all_taken_in()
        seconds, after = monotonic() - began, await self._accounts()
        return {
            "per_second": events / seconds,
            "per_cpu_second": events / (after.cpu - before.cpu),
            "per_database_second": events / (after.database_cpu - before.database_cpu),
            "log": (after.log - before.log) / events / 1024,
            "disk": after.disk / self._written / 1024,
            "megabytes": sum(member.memory() for member in self._members) / len(self._members) / 2**20,
        }

    async def is_right(self) -> bool:
        """Whether each event took effect once: an order each, and all of them paid."""
        return bool(await self._database.fetchval(PAID, self._written))

    async def _fill(self, events: int) -> None:
        run = secrets.token_hex(6)
        options = {"bootstrap": self._ground.kafka, "topic": self._topic, "run": run, "count": events}
        await load("fill", [f"-{name}={value}" for name, value in options.items()])
        self._written += events

    async def _accounts(self) -> Accounts:
        log, disk, processes = await self._database.fetchrow(TAKEN)
        taken = [psutil.Process(process).cpu_times() for process in processes]
        return Accounts(self._cpu(), sum(one.user + one.system for one in taken), log, disk)

    async def _all_taken_in(self) -> None:
        async with asyncio.timeout(LONGEST_SECONDS):
            while await self._database.fetchval(REACHED, self._topic) < self._written:  # noqa: ASYNC110  # in PostgreSQL
                await asyncio.sleep(LOOK_EVERY)


class GrowthOrders:
    """A team for each number of instances and partitions."""

    def __init__(self, teams: Mapping[tuple[str, str], Team]) -> None:
        self._teams = teams

    async def sample(self, contestant: str, case: Case, seconds: float) -> Mapping[str, float]:
        """A backlog, until it is gone."""
        return await self._teams[case.name, contestant].take_in(int(seconds * EVENTS_A_SECOND))

    async def verify(self) -> Mapping[str, str]:
        """Every event of every backlog took effect, once."""
        wrong = [name for name, team in self._teams.items() if not await team.is_right()]
        return {f"{contestant}, {case}": "not every event took effect once" for case, contestant in wrong}


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[GrowthOrders]:
    """All teams up, and warm."""
    async with AsyncExitStack() as stack:
        teams = {}
        for case in CASES:
            for name in case.only or INSTANCES:
                partitions = int(case.options["partitions"])
                teams[case.name, name] = await stack.enter_async_context(_team(ground, partitions, INSTANCES[name]))
        for team in teams.values():
            await team.take_in(WARM_UP)
        yield GrowthOrders(teams)


@asynccontextmanager
async def _team(ground: Ground, partitions: int, instances: int) -> AsyncIterator[Team]:
    async with AsyncExitStack() as stack:
        prefix = await stack.enter_async_context(ground.topics(partitions))
        database = await stack.enter_async_context(ground.database())
        await migrate(database)
        where = {
            "KAFKA_BOOTSTRAP_SERVERS": ground.kafka,
            "KAFKA_TOPIC_PREFIX": prefix,
            "ORDER_SERVICE_DATABASE_URL": database,
            "ORDER_SERVICE_CONSUMER_GROUP": f"{prefix}order-service",
            "TILLSTREAM_SECRET_KEY": f"sk_{secrets.token_hex(16)}",
            "TILLSTREAM_TOKEN_SECRET": secrets.token_hex(32),
        }
        members = []
        for _ in range(instances):
            port = free_port()
            own = {"ORDER_SERVICE_PORT": str(port), **where, **SETTINGS}
            one = Contestant("order-service", [sys.executable, "-m", "order_service"], address(port, "/readyz"), own)
            members.append(await stack.enter_async_context(running(one, ground.folder)))
        connection = await asyncpg.connect(database)
        stack.push_async_callback(connection.close)
        yield Team(ground, STRIPE_EVENTS.under(prefix), connection, members)


GROWTH_ORDERS: Final = Scenario(
    name="growth-orders",
    title="order-service with more instances, and with fewer partitions",
    contestants=tuple(INSTANCES),
    figures=(
        Figure("per_second", "events/s", "more"),
        Figure("per_cpu_second", "events per CPU second of all instances", "more"),
        Figure("per_database_second", "events per CPU second of PostgreSQL", "more"),
        Figure("log", "KB of WAL an event", "less", 1),
        Figure("disk", "KB on disk an event", "less", 1),
        Figure("megabytes", "MB an instance, after a backlog", "less"),
    ),
    cases=CASES,
    musts=(),
    seconds=1.5,
    open=_open,
)
