"""One container in the foreground, gone with its process: `python -m devstack.container kafka|postgres PORT`.

`python -m devstack.container pull IMAGE` fails fast where no engine answers. Apart from devstack.containers, so
that only who runs a container pays for the libraries.
"""

import signal
import sys
import threading

import docker
from docker.errors import ImageNotFound
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer

from devstack.containers import ACCOUNT, KAFKA_IMAGE, POSTGRES_IMAGE
from devstack.ports import LOOPBACK

ANSWER_SECONDS = 2
PULL_SECONDS = 60
KAFKA_ENVIRONMENT = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
}


def pull(image: str) -> None:
    """Have `image` on the engine. Raises DockerException where there is no engine or no such image."""
    docker.from_env(timeout=ANSWER_SECONDS).ping()
    client = docker.from_env(timeout=PULL_SECONDS)
    try:
        client.images.get(image)
    except ImageNotFound:
        client.images.pull(image)


def run(part: str, port: int) -> None:
    """Run `part` at `port` until SIGTERM."""
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    with _kafka(port) if part == "kafka" else _postgres(port):
        told.wait()


def _kafka(port: int) -> DockerContainer:
    environment = {**KAFKA_ENVIRONMENT, "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{LOOPBACK}:{port}"}
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(9092, port)
    for name, value in environment.items():
        container.with_env(name, value)
    return container


def _postgres(port: int) -> DockerContainer:
    database = PostgresContainer(POSTGRES_IMAGE, username=ACCOUNT, password=ACCOUNT, dbname="postgres")
    return database.with_bind_ports(5432, port)


if __name__ == "__main__":
    _, what, subject = sys.argv
    if what == "pull":
        pull(subject)
    else:
        run(what, int(subject))
