"""The servers of one test run: started by whoever needs one first, shared by its workers, ended with it."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psutil

from devstack import containers
from devstack.kafka import Kafka
from devstack.keeper import STOP_SECONDS, keep
from devstack.ports import free_port
from devstack.postgres import Postgres
from devstack.readiness import database_answers, kafka_answers
from devstack.state import locked, make_runtime_folder, runtime_folder, state_folder
from devstack.trouble import Trouble, tail

READY_SECONDS = 60
Result = TypeVar("Result")


@dataclass(frozen=True)
class Server:
    """How to run one server in the foreground, how to end it, and where its clients find it."""

    url: str
    command: list[str]
    answers: Callable[[str], Coroutine[Any, Any, bool]]
    stop: signal.Signals = signal.SIGTERM


@dataclass(frozen=True)
class TestRun:
    """One run of pytest, known by the process id of its controller."""

    __test__ = False
    controller: int
    _kept: list[subprocess.Popen[bytes]] = field(default_factory=list)
    """The keepers that this process started: they outlive the test that came first."""

    @property
    def folder(self) -> Path:
        """What the run's servers write to; removed at the end."""
        return state_folder() / "tests" / str(self.controller)

    @property
    def sockets(self) -> Path:
        """Short enough for PostgreSQL's socket."""
        return runtime_folder(self._guest)

    @property
    def _guest(self) -> str:
        return f"test-{self.controller}"

    def kafka(self) -> str:
        """The address of the run's broker: given, or started now if nobody has yet."""
        return os.environ.get("TEST_KAFKA_BOOTSTRAP_SERVERS") or self._shared("kafka", self._kafka)

    def database(self) -> str:
        """The address of the run's PostgreSQL: given, or started now if nobody has yet."""
        return os.environ.get("TEST_DATABASE_URL") or self._shared("postgres", self._postgres)

    def end(self) -> None:
        """Stop every server of this run and remove its folder; also what runs that were killed left behind."""
        keepers = [psutil.Process(pid) for pid in self._keepers() if psutil.pid_exists(pid)]
        for keeper in keepers:
            keeper.terminate()
        psutil.wait_procs(keepers, timeout=STOP_SECONDS + 5)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)
        for left in (state_folder() / "tests").glob("[0-9]*"):
            if not psutil.pid_exists(int(left.name)):
                shutil.rmtree(left, ignore_errors=True)

    def _keepers(self) -> list[int]:
        return [json.loads(note.read_text())["keeper"] for note in self.folder.glob("*.json")]

    def _shared(self, name: str, make: Callable[[], Server]) -> str:
        note = self.folder / f"{name}.json"
        failure = self.folder / f"{name}.failed"
        with locked(self.folder / f"{name}.lock"):
            if failure.exists():
                raise Trouble(failure.read_text())
            if not note.exists():
                try:
                    self._start(name, make(), note)
                except Trouble as trouble:
                    failure.write_text(str(trouble))
                    raise
        return str(json.loads(note.read_text())["url"])

    def _start(self, name: str, server: Server, note: Path) -> None:
        log = self.folder / f"{name}.log"
        keeper = keep(server.command, log=log, parent=self.controller, stop=server.stop)
        self._kept.append(keeper)
        note.write_text(json.dumps({"url": server.url, "keeper": keeper.pid}))
        try:
            wait_until_it_answers(server, lambda: keeper.poll() is None, log)
        except Trouble:
            note.unlink()
            keeper.terminate()
            raise

    def _kafka(self) -> Server:
        if containers.at_hand(containers.KAFKA_IMAGE):
            port = free_port()
            return Server(f"127.0.0.1:{port}", containers.kafka_command(port), kafka_answers)
        return local_kafka(Kafka(self.folder / "kafka", free_port(), free_port()))

    def _postgres(self) -> Server:
        if containers.at_hand(containers.POSTGRES_IMAGE):
            port = free_port()
            return Server(containers.postgres_url(port), containers.postgres_command(port), database_answers)
        postgres = Postgres(
            self.folder / "postgres", make_runtime_folder(self._guest), "tillstream-tests", durable=False
        )
        postgres.prepare()
        return Server(postgres.url(), postgres.command(), database_answers, stop=signal.SIGINT)


def local_kafka(kafka: Kafka) -> Server:
    """The broker as a server, made ready to start."""
    kafka.prepare()
    return Server(kafka.bootstrap, kafka.command(), kafka_answers)


def wait_until_it_answers(server: Server, is_running: Callable[[], bool], log: Path) -> None:
    """Returns once clients are served. Raises Trouble with the end of the log if that does not come."""
    deadline = time.monotonic() + READY_SECONDS
    while not in_own_loop(server.answers(server.url)):
        if not is_running() or time.monotonic() > deadline:
            raise Trouble(f"{server.command[0]} did not come up. The end of its log:\n{tail(log)}")
        time.sleep(0.05)


def in_own_loop(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of `work`, run in a thread with its own event loop, as pytest-asyncio owns this thread's."""
    return in_own_thread(lambda: asyncio.run(work))


def in_own_thread(work: Callable[[], Result]) -> Result:
    """The result of `work`, which may not meet a running event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()
