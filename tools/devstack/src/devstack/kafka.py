"""Apache Kafka itself: one KRaft node, broker and controller in one process, on the loopback interface."""

import hashlib
import shutil
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devstack.commands import run_into
from devstack.java import java, java_home
from devstack.ports import LOOPBACK
from devstack.state import REPOSITORY, locked, state_folder
from devstack.trouble import Trouble, tail

POM = REPOSITORY / "tools" / "devstack" / "kafka" / "pom.xml"
DOWNLOAD_SECONDS = 600
FORMAT_SECONDS = 180
"""It takes one or two, on a machine that does nothing else."""
MEMORY = ("-Xmx384m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=4", "-Xshare:auto")
META, CHECKPOINT = "meta.properties", "bootstrap.checkpoint"
LOGGING = (
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "-Dorg.slf4j.simpleLogger.levelInBrackets=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
)
PROPERTIES = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.num.partitions": "4",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "log.segment.delete.delay.ms": "1000",
    "log.cleaner.dedupe.buffer.size": "16777216",
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "4",
}


@dataclass(frozen=True)
class Kafka:
    """One broker: its home folder and its ports."""

    home: Path
    port: int
    controller_port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    """Properties on top of the usual ones; what makes it one of several brokers stands here."""
    cluster: str | None = None
    """The id that all brokers of a cluster share; made up for one alone."""
    virtual_machine: tuple[str, ...] = ()
    """Options of Java on top of the usual ones."""

    @property
    def bootstrap(self) -> str:
        """Where clients connect first."""
        return f"{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """Write the settings, and format the data folder if that was never done."""
        self.home.mkdir(parents=True, exist_ok=True)
        data = self.home / "data"
        self._properties.write_text("".join(f"{name}={value}\n" for name, value in self._settings(data).items()))
        if not (data / META).exists():
            self._format(data)

    def command(self) -> list[str]:
        """The broker as a foreground process; ends cleanly on SIGTERM."""
        return [*_java(*self.virtual_machine), "kafka.Kafka", str(self._properties)]

    @property
    def _properties(self) -> Path:
        return self.home / "server.properties"

    def _settings(self, data: Path) -> Mapping[str, str]:
        controller = f"{LOOPBACK}:{self.controller_port}"
        alone = {
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "log.dirs": str(data),
        }
        return {**PROPERTIES, **alone, **self.settings}

    def _format(self, data: Path) -> None:
        """What `StorageTool format` does, but for starting Java again each time: only ids differ."""
        data.mkdir(exist_ok=True)
        shutil.copyfile(_formatted(self._properties), data / CHECKPOINT)
        ids = {
            "version": "1",
            "node.id": self._settings(data)["node.id"],
            "cluster.id": self.cluster or new_cluster(),
            "directory.id": _new_id(),
        }
        arriving = data / "meta.arriving"
        arriving.write_text("".join(f"{name}={value}\n" for name, value in ids.items()))
        arriving.replace(data / META)


def new_cluster() -> str:
    """An id for a cluster that is yet to be."""
    return _new_id()


def _new_id() -> str:
    return f"A{urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]}"  # a leading dash would be an option


def _formatted(properties: Path) -> Path:
    """The features that this Kafka begins with, as `StorageTool` writes them: done once for each version."""
    folder = jars().with_name(jars().name.replace("jars", "formatted"))
    checkpoint = folder / CHECKPOINT
    if not checkpoint.exists():
        with locked(state_folder() / "kafka" / "format.lock"):
            if not checkpoint.exists():
                _run_storage_tool(properties, folder)
    return checkpoint


def _run_storage_tool(properties: Path, folder: Path) -> None:
    arriving = folder.with_name("formatted-arriving")
    shutil.rmtree(arriving, ignore_errors=True)
    arriving.mkdir()
    own = arriving / properties.name
    own.write_text(f"{properties.read_text()}log.dirs={arriving}\n")  # of two the later one counts
    log = folder.with_name("format.log")
    command = [*_java(), "kafka.tools.StorageTool", "format", "-t", new_cluster(), "-c", str(own)]
    if not run_into(log, command, seconds=FORMAT_SECONDS):
        raise Trouble(f"Kafka could not format a folder: see {log}.", log=log)
    shutil.rmtree(folder, ignore_errors=True)
    arriving.rename(folder)


def _java(*more: str) -> list[str]:
    return [java(), *MEMORY, *more, *LOGGING, "-cp", f"{jars()}/*"]


def jars() -> Path:
    """The folder with Kafka's jars; downloaded by Maven when `pom.xml` is new."""
    version = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    folder = state_folder() / "kafka" / f"jars-{version}"
    if not folder.exists():
        with locked(state_folder() / "kafka" / "jars.lock"):
            if not folder.exists():
                _download(folder)
    return folder


def _download(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Trouble("Maven is missing: install it (Debian: apt install maven; macOS: brew install maven).")
    arriving = folder.with_name("jars-arriving")
    shutil.rmtree(arriving, ignore_errors=True)
    log = folder.with_name("download.log")
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={arriving}"]
    command = [maven, "-B", "--no-transfer-progress", "-Dstyle.color=never", "-f", str(POM), *goal]
    if not run_into(log, command, seconds=DOWNLOAD_SECONDS, more={"JAVA_HOME": str(java_home())}):
        raise Trouble(
            f"Maven could not download Kafka: {_first_error(log)} "
            f"Check the network (or the mirror in ~/.m2/settings.xml) and try again; all of it is in {log}."
        )
    arriving.rename(folder)


def _first_error(log: Path) -> str:
    errors = [line for line in tail(log, 1000).splitlines() if line.startswith("[ERROR] ")]
    return errors[0].removeprefix("[ERROR] ").split(" -> ")[0][:300] + "." if errors else ""
