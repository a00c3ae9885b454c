"""pytest fixtures on a real Kafka and a real PostgreSQL (see README.md).

Loaded by the conftest.py at the root. Servers start when the first test asks for one.
"""

import asyncio
import os
import secrets
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psutil
import pytest

from devstack.chromium import find_chromium
from devstack.kafka import Kafka
from devstack.kafka_line import KafkaLine
from devstack.keeper import STOP_SECONDS, keep
from devstack.ports import free_port
from devstack.shared_servers import TestRun, in_own_loop, in_own_thread, local_kafka, wait_until_it_answers
from devstack.stripe_mock import find_stripe_mock, running_stripe_mock
from devstack.topics import create_topics, delete_topics

PARTITIONS = 3
RUN = pytest.StashKey[TestRun]()


def pytest_configure(config: pytest.Config) -> None:
    """Know the run that this process belongs to: its own, or that of the xdist controller."""
    told: dict[str, Any] = getattr(config, "workerinput", {})
    config.stash[RUN] = TestRun(told.get("devstack_controller", os.getpid()))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker which run it belongs to."""
    node.workerinput["devstack_controller"] = os.getpid()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers with the run, however it ended."""
    run = config.stash[RUN]
    if run.controller == os.getpid():
        run.end()


@pytest.fixture(scope="session")
def kafka_bootstrap(pytestconfig: pytest.Config) -> str:
    """A real broker's `host:port`, shared by the whole run."""
    return pytestconfig.stash[RUN].kafka()


@pytest.fixture
def kafka_prefix(kafka_bootstrap: str) -> Iterator[str]:
    """A fresh topic prefix, under which every topic of the contracts exists with three partitions."""
    prefix = f"test-{secrets.token_hex(5)}-"
    names = in_own_loop(create_topics(kafka_bootstrap, prefix=prefix, partitions=PARTITIONS))
    yield prefix
    in_own_loop(delete_topics(kafka_bootstrap, names))


@pytest.fixture(scope="session")
def database_server(pytestconfig: pytest.Config) -> str:
    """A real PostgreSQL's URL, shared by the whole run; its user may make databases."""
    return pytestconfig.stash[RUN].database()


@pytest.fixture
def database_url(database_server: str) -> Iterator[str]:
    """A fresh, empty PostgreSQL database."""
    name = f"test_{secrets.token_hex(8)}"
    in_own_loop(_execute(database_server, f"CREATE DATABASE {name}"))
    yield urlunsplit(urlsplit(database_server)._replace(path=f"/{name}"))
    in_own_loop(_execute(database_server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=20)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium, for Playwright's `executable_path`. Without one the test is skipped, or fails where
    `REQUIRE_BROWSER` is set.
    """
    found = in_own_thread(find_chromium)
    if found is None:
        refuse = pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip
        refuse("no Chromium: install one (Debian: apt install chromium), or name it in TEST_CHROMIUM")
    return str(found)


def alone(home: Path) -> Kafka:
    """A broker on any ports."""
    return Kafka(home, free_port(), free_port())


class OwnKafka:
    """A broker that one test may kill, freeze and bring back; port and data stay the same."""

    def __init__(self, home: Path, make: Callable[[Path], Kafka] = alone) -> None:
        self._kafka = make(home)
        self._log = home / "kafka.log"
        self._keeper: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """Its `host:port`, the same after a restart."""
        return self._kafka.bootstrap

    def start(self) -> None:
        """Start it and wait until it answers."""
        server = local_kafka(self._kafka)
        keeper = self._keeper = keep(server.command, log=self._log, parent=os.getpid())
        wait_until_it_answers(server, lambda: keeper.poll() is None, self._log)

    def stop(self) -> None:
        """Kill it, as a crash would."""
        self._signal(signal.SIGKILL)
        if self._keeper:
            self._keeper.wait(STOP_SECONDS)
            self._keeper = None

    def pause(self) -> None:
        """Freeze it: connections stay open, nothing answers once this is done."""
        self._signal(signal.SIGSTOP)
        while not all(server.status() == psutil.STATUS_STOPPED for server in self._servers()):
            time.sleep(0.01)  # a busy machine takes a moment to stop all of its threads

    def resume(self) -> None:
        """Let it go on after `pause`."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        for server in self._servers():
            server.send_signal(number)

    def _servers(self) -> list[psutil.Process]:
        return psutil.Process(self._keeper.pid).children() if self._keeper else []


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[OwnKafka]:
    """A broker of the test's own, with the contracts' topics."""
    own = OwnKafka(tmp_path / "kafka")
    own.start()
    in_own_loop(create_topics(own.bootstrap, partitions=PARTITIONS))
    yield own
    own.stop()


@pytest.fixture
async def line_to_kafka(tmp_path: Path) -> AsyncIterator[KafkaLine]:
    """A line that the test may break, to a broker of its own with the contracts' topics."""
    line = KafkaLine()
    own = OwnKafka(tmp_path / "kafka", line.broker)
    await asyncio.to_thread(own.start)
    try:
        await create_topics(own.bootstrap, partitions=PARTITIONS)
        async with line.open():
            yield line
    finally:
        await asyncio.to_thread(own.stop)


@pytest.fixture(scope="session")
def stripe_mock_binary() -> Path:
    """The stripe-mock binary; without it the test is skipped, or fails where REQUIRE_STRIPE_MOCK=1."""
    if found := find_stripe_mock():
        return found
    missing = "stripe-mock is missing: scripts/stripe-mock builds it"
    if os.environ.get("REQUIRE_STRIPE_MOCK") == "1":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="module")
def stripe_mock(stripe_mock_binary: Path) -> Iterator[str]:
    """The URL of a running stripe-mock, on loopback alone."""
    with running_stripe_mock(stripe_mock_binary) as url:
        yield url
