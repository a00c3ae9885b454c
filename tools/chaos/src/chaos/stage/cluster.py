"""Kafka as in production: three brokers, each topic on all of them, two needed for an acknowledgement."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chaos.stage.ports import Ports
from chaos.stage.supervised import Program, Ready
from devstack.kafka import Kafka, new_cluster
from devstack.ports import LOOPBACK, answers
from devstack.topics import create_topics
from tillstream_contracts import STRIPE_EVENTS, TOPICS

BROKERS = (1, 2, 3)
REQUEST_MS = 5_000
QUICK_START = ("-XX:TieredStopAtLevel=1",)
"""Brokers start all the time here, and are never busy for long: no time for the code that is fast in the end."""
REPLICATED = {
    "min.insync.replicas": "2",
    "default.replication.factor": "3",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "2",
    "listener.security.protocol.map": "DIRECT:PLAINTEXT,CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "DIRECT",
    "broker.session.timeout.ms": "4000",
}


class Cluster:
    """The brokers by name, each with a listener for other brokers and the judge, and one for clients behind a proxy."""

    def __init__(self, folder: Path, ports: Ports) -> None:
        self._direct, self._controllers, self._clients = ({node: ports.take() for node in BROKERS} for _ in range(3))
        self._folder, self._id = folder, new_cluster()

    @property
    def names(self) -> tuple[str, ...]:
        """`broker-1` and so on."""
        return tuple(map(name_of, BROKERS))

    @property
    def upstreams(self) -> Mapping[str, int]:
        """The port that each broker's proxy passes on to."""
        return {name_of(node): port for node, port in self._clients.items()}

    @property
    def bootstrap(self) -> str:
        """The brokers without proxies."""
        return ",".join(f"{LOOPBACK}:{port}" for port in self._direct.values())

    def brokers(self, proxies: Mapping[str, int]) -> list[Kafka]:
        """The brokers as they are to be run; clients are told to come through the proxies."""
        return [self._broker(node, proxies[name_of(node)]) for node in BROKERS]

    def programs(self, brokers: Sequence[Kafka]) -> list[Program]:
        """Their processes."""
        return [
            Program(name_of(node), broker.command(), _listening(self._direct[node]))
            for node, broker in zip(BROKERS, brokers, strict=True)
        ]

    async def furnish(self) -> None:
        """Have every topic on all brokers."""
        await create_topics(self.bootstrap, replicated=True)

    async def leader(self, topic: str = STRIPE_EVENTS.name) -> str:
        """The broker that leads most partitions of the topic. Raises KafkaError, or OSError where none answers."""
        leaders = [partition["leader"] for partition in (await self._described([topic]))[0]["partitions"]]
        return name_of(max(BROKERS, key=leaders.count))

    async def is_whole(self) -> bool:
        """Whether each partition has a leader and all replicas in sync."""
        try:
            topics = await self._described([topic.name for topic in TOPICS])
        except (KafkaError, OSError, TimeoutError):
            return False
        partitions = [partition for topic in topics for partition in topic["partitions"]]
        return bool(partitions) and all(
            partition["leader"] in BROKERS and len(partition["isr"]) == len(BROKERS) for partition in partitions
        )

    async def _described(self, topics: list[str]) -> list[dict[str, list[dict[str, Any]]]]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=REQUEST_MS)
        try:
            await admin.start()
            described: list[dict[str, list[dict[str, Any]]]] = await admin.describe_topics(topics)
        finally:
            await admin.close()
        return described

    def _broker(self, node: int, proxy: int) -> Kafka:
        direct, client = f"{LOOPBACK}:{self._direct[node]}", f"{LOOPBACK}:{self._clients[node]}"
        controller = f"{LOOPBACK}:{self._controllers[node]}"
        voters = ",".join(f"{other}@{LOOPBACK}:{port}" for other, port in self._controllers.items())
        settings = REPLICATED | {
            "node.id": str(node),
            "controller.quorum.voters": voters,
            "listeners": f"DIRECT://{direct},CLIENT://{client},CONTROLLER://{controller}",
            "advertised.listeners": f"DIRECT://{direct},CLIENT://{LOOPBACK}:{proxy}",
        }
        home = self._folder / name_of(node)
        return Kafka(home, self._direct[node], self._controllers[node], settings, self._id, QUICK_START)


def name_of(node: int) -> str:
    """Of a broker's process and of its proxy."""
    return f"broker-{node}"


def _listening(port: int) -> Ready:
    async def is_ready() -> bool:
        return answers(port)

    return is_ready
