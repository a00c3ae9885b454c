"""Everything that a stage is made of, each part at its address, before any of it runs."""

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path

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
from devstack.database import ensure_database, migrate
from devstack.ports import LOOPBACK
from devstack.postgres import Postgres
from devstack.readiness import database_answers

DATABASE = "tillstream"
DATABASE_SETTINGS = {"max_connections": "40", "max_wal_size": "128MB", "min_wal_size": "32MB", "commit_siblings": "0"}
"""Few connections, so that they can all be taken; a small log, for the small disk; commits that can be slowed down."""


class Site:
    """The parts; `prepare` and `furnish` are the steps around the start of the foundations."""

    def __init__(self, folder: Path, sockets: Path) -> None:
        ports = Ports()
        self.folder = folder
        self._cluster, self._keys, self._clocks = Cluster(folder, ports), Keys(folder), Clocks(folder)
        self._disk, self._database_port = Disk(folder / DISK), ports.take()
        password = self._keys.values["POSTGRES_PASSWORD"]
        self._postgres = Postgres(
            self._disk.folder, sockets, password, port=self._database_port, settings=DATABASE_SETTINGS
        )
        listening = instance_ports(ports)
        proxied = {name: port for name, port in listening.items() if INSTANCES[name].proxied}
        self._proxies = Proxies({**self._cluster.upstreams, DISK: self._database_port, **proxied}, ports)
        self._brokers = self._cluster.brokers(self._proxies.ports)
        self.house = House(
            ports=listening,
            proxies=self._proxies,
            keys=self._keys,
            clocks=self._clocks,
            kafka=",".join(f"{LOOPBACK}:{self._proxies.ports[name]}" for name in self._cluster.names),
            database_url=self._postgres.tcp_url(self._proxies.ports[DISK], DATABASE),
            stripe_api_port=ports.take(),
        )

    async def prepare(self) -> None:
        """Have all data folders."""
        steps = [self._postgres.prepare, *(broker.prepare for broker in self._brokers)]
        await asyncio.gather(*(asyncio.to_thread(step) for step in steps))

    def foundations(self) -> list[Program]:
        """What has to be up before there can be tables, topics and services."""
        postgres = self._postgres
        database = Program(DISK, postgres.command(), lambda: database_answers(postgres.url()), stop=signal.SIGINT)
        return [self._proxies.program(), *self._cluster.programs(self._brokers), database]

    async def furnish(self) -> None:
        """Have proxies, tables and topics."""
        await self._proxies.furnish()
        await ensure_database(self._postgres.url(), DATABASE)
        settings = {**self._keys.values, "ORDER_SERVICE_DATABASE_URL": self._postgres.url(DATABASE)}
        await asyncio.gather(asyncio.to_thread(migrate, settings), self._cluster.furnish())

    def stage(self, processes: Mapping[str, Supervised]) -> Stage:
        """What the others see of it."""
        return Stage(
            ingest_urls=self.house.urls("webhook-ingest"),
            intent_urls=self.house.urls("intent-api"),
            order_urls=self.house.urls("order-service"),
            stream_urls=self.house.urls("notifier", scheme="ws", path="/v1/stream"),
            stripe_api_port=self.house.stripe_api_port,
            kafka_bootstrap=self._cluster.bootstrap,
            database_url=self._postgres.tcp_url(self._database_port, DATABASE),
            token_secret=self._keys.values["TILLSTREAM_TOKEN_SECRET"],
            secret_key=self._keys.values["TILLSTREAM_SECRET_KEY"],
            publishable_key=self._keys.values["TILLSTREAM_PUBLISHABLE_KEY"],
            processes=processes,
            proxies=self._proxies,
            cluster=self._cluster,
            keys=self._keys,
            clocks=self._clocks,
            disk=self._disk,
        )
