"""Building the stage up and taking it down."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from chaos.options import Options
from chaos.stage.clocks import Clocks
from chaos.stage.cluster import Cluster
from chaos.stage.disk import Disk
from chaos.stage.keys import Keys
from chaos.stage.ports import Ports
from chaos.stage.proxies import Proxies
from chaos.stage.services import INSTANCES, House, instance_ports
from chaos.stage.stage import Stage
from chaos.stage.supervised import Program, Supervised
from chaos.stage.sweeper import DISK
from chaos.stage.sweeping import swept
from devstack.database import ensure_database, migrate
from devstack.ports import LOOPBACK
from devstack.postgres import Postgres
from devstack.readiness import database_answers
from devstack.state import make_runtime_folder
from devstack.trouble import Trouble

READY_SECONDS = 90
DATABASE = "tillstream"
DATABASE_SETTINGS = {"max_connections": "40", "max_wal_size": "128MB", "min_wal_size": "32MB", "commit_siblings": "0"}
"""Few connections, so that they can all be taken; a small log, for the small disk."""


@asynccontextmanager
async def open_stage(options: Options) -> AsyncIterator[Stage]:
    """Everything up, ready and whole; at the end, however it comes, nothing of it is left running."""
    folder = options.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    sockets = make_runtime_folder(f"chaos-{os.getpid()}")
    with swept(folder, sockets):
        async with AsyncExitStack() as running:
            yield await _built(options, folder, sockets, running)


async def _built(options: Options, folder: Path, sockets: Path, running: AsyncExitStack) -> Stage:
    ports = Ports()
    cluster, keys, clocks, disk = Cluster(folder, ports), Keys(folder), Clocks(folder), Disk(folder / DISK)
    postgres = _postgres(disk, sockets, keys, ports)
    listening = instance_ports(ports)
    proxies = Proxies({**cluster.upstreams, DISK: postgres.port or 0, **_proxied(listening)}, ports)
    brokers = cluster.brokers(proxies.ports)
    await asyncio.gather(*(asyncio.to_thread(prepare) for prepare in (postgres.prepare, *(b.prepare for b in brokers))))

    foundations = [proxies.program(), *cluster.programs(brokers), _program(postgres)]
    processes = await _started(foundations, folder, running)
    await proxies.furnish()
    house = House(
        ports=listening,
        proxies=proxies,
        keys=keys,
        clocks=clocks,
        kafka=",".join(f"{LOOPBACK}:{proxies.ports[name]}" for name in cluster.names),
        database_url=postgres.tcp_url(proxies.ports[DISK], DATABASE),
        stripe_api_port=ports.take(),
    )
    await ensure_database(postgres.url(), DATABASE)
    migrating = {**keys.values, "ORDER_SERVICE_DATABASE_URL": postgres.url(DATABASE)}
    await asyncio.gather(asyncio.to_thread(migrate, migrating), cluster.furnish())
    processes |= await _started(house.programs(options.mutant), folder, running)
    stage = Stage(
        ingest_urls=house.urls("webhook-ingest"),
        intent_urls=house.urls("intent-api"),
        order_urls=house.urls("order-service"),
        stream_urls=house.urls("notifier", scheme="ws", path="/v1/stream"),
        stripe_api_port=house.stripe_api_port,
        kafka_bootstrap=cluster.bootstrap,
        database_url=postgres.tcp_url(postgres.port or 0, DATABASE),
        token_secret=keys.values["TILLSTREAM_TOKEN_SECRET"],
        secret_key=keys.values["TILLSTREAM_SECRET_KEY"],
        publishable_key=keys.values["TILLSTREAM_PUBLISHABLE_KEY"],
        processes=processes,
        proxies=proxies,
        cluster=cluster,
        keys=keys,
        clocks=clocks,
        disk=disk,
    )
    await stage.whole(READY_SECONDS)
    return stage


async def _started(programs: Sequence[Program], folder: Path, running: AsyncExitStack) -> dict[str, Supervised]:
    """All of them at once, and all of them ended at once when `running` is."""
    processes = {program.name: Supervised(program, folder) for program in programs}
    running.push_async_callback(_stop, list(processes.values()))
    for process in processes.values():
        await process.start()
    await asyncio.gather(*(_ready(process) for process in processes.values()))
    return processes


async def _ready(process: Supervised) -> None:
    try:
        await asyncio.wait_for(process.until_ready(), READY_SECONDS)
    except TimeoutError:
        raise Trouble(f"{process.program.name} was not ready within {READY_SECONDS} s.", log=process.log) from None


async def _stop(processes: Sequence[Supervised]) -> None:
    await asyncio.gather(*(process.stop() for process in processes))


def _postgres(disk: Disk, sockets: Path, keys: Keys, ports: Ports) -> Postgres:
    return Postgres(
        disk.folder, sockets, keys.values["POSTGRES_PASSWORD"], port=ports.take(), settings=DATABASE_SETTINGS
    )


def _program(postgres: Postgres) -> Program:
    return Program(DISK, postgres.command(), lambda: database_answers(postgres.url()), stop=signal.SIGINT)


def _proxied(listening: dict[str, int]) -> dict[str, int]:
    return {name: port for name, port in listening.items() if INSTANCES[name].proxied}
