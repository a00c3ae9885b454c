"""The whole house, up once for all stories, on ports and in a state folder of its own."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from dotenv import dotenv_values

from devstack.addresses import DEFAULTS
from devstack.kafka import jars
from devstack.ports import free_port
from devstack.readiness import http_ready
from devstack.state import REPOSITORY, state_folder
from devstack.supervision import MARK

UP_SECONDS = 240
DOWN_SECONDS = 60
QUICKER = {"STRIPE_SIM_PROCESSING_SECONDS": "1", "STRIPE_SIM_WEBHOOK_RETRY_SECONDS": "0.1", "LOG_FORMAT": "json"}
"""What takes its time in real life, and a log to read afterwards."""
THIN_SECRET = "whsec_thinEventsOfTheStories"
FOREIGN = ("STRIPE_", "TILLSTREAM_", "INTENT_API_", "WEBHOOK_INGEST_", "ORDER_SERVICE_", "NOTIFIER_", "KAFKA_")


@dataclass(frozen=True)
class RunningHouse:
    """Where everything listens, and the keys to it."""

    ports: Mapping[str, int]
    state: Path
    keys: Mapping[str, str]

    def url(self, program: str, path: str = "") -> str:
        """An address as browsers write it: `url("intent-api", "/v1/catalog")`."""
        return f"http://localhost:{self.ports[_setting(program)]}{path}"

    @property
    def kafka(self) -> str:
        """The broker's `host:port`."""
        return f"127.0.0.1:{self.ports['KAFKA_PORT']}"

    @property
    def webhook_secrets(self) -> Path:
        """The file by which webhook-ingest learns of further endpoints while it runs."""
        return _webhook_secrets(self.state)

    async def restart(self, program: str) -> None:
        """End a program as a deployment does; its supervisor has brought it up again when this is done."""
        running = self.process(program)
        running.terminate()
        await self._comes_up_again(program, running)

    async def kill(self, program: str) -> None:
        """End a program as a machine does that fails, in the middle of whatever it does; it is up again after this."""
        running = self.process(program)
        running.kill()
        await self._comes_up_again(program, running)

    @contextmanager
    def down(self, program: str) -> Iterator[None]:
        """The program answers nobody for as long as this lasts, and has forgotten whoever asked when it comes up."""
        running = self.process(program)
        running.suspend()
        try:
            yield
        finally:
            running.kill()
            running.wait(DOWN_SECONDS)

    async def _comes_up_again(self, program: str, ended: psutil.Process) -> None:
        """Wait for it: the next story must not meet a program that is still on its way up."""
        await asyncio.to_thread(ended.wait, DOWN_SECONDS)
        async with asyncio.timeout(UP_SECONDS):
            ready = False
            while not ready:
                await asyncio.sleep(0.1)
                ready = await http_ready(self.url(program, "/readyz"))

    def process(self, program: str) -> psutil.Process:
        """The process that runs now."""
        command = [sys.executable, "-m", program.replace("-", "_")]
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.cmdline() == command and process.environ().get(MARK) == str(self.state):
                    return process
        raise LookupError(f"{program} is not running")


@contextmanager
def running_house(**changes: str) -> Iterator[RunningHouse]:
    """The house, up, with other settings if these are given; everything of it is gone afterwards."""
    with TemporaryDirectory(prefix="tillstream-stories-") as folder:
        state = Path(folder)
        _share_downloads(state)
        _webhook_secrets(state).touch()
        ports = _free_ports()
        environment = {**_environment(state, ports), **changes}
        try:
            _devstack("up", environment, UP_SECONDS)
            yield RunningHouse(ports, state, _keys(state))
        finally:
            _devstack("down", environment, DOWN_SECONDS)


def _share_downloads(state: Path) -> None:
    """Kafka's jars and the built storefront are the repository's: take them instead of fetching them again."""
    (state / "kafka").mkdir()
    (state / "kafka" / jars().name).symlink_to(jars())
    (state_folder() / "web").mkdir(exist_ok=True)
    (state / "web").symlink_to(state_folder() / "web")


def _free_ports() -> dict[str, int]:
    ports: dict[str, int] = {}
    for setting in DEFAULTS:
        while (port := free_port()) in ports.values():
            pass
        ports[setting] = port
    return ports


def _environment(state: Path, ports: Mapping[str, int]) -> dict[str, str]:
    """What the user has set for their own house, in the environment or in `.env`, is not for this one."""
    foreign = {name: "" for name in (*os.environ, *dotenv_values(REPOSITORY / ".env")) if name.startswith(FOREIGN)}
    chosen = {setting: str(port) for setting, port in ports.items()}
    stripes = _told_in_both_forms(state, ports["WEBHOOK_INGEST_PORT"])
    return {**os.environ, **foreign, **chosen, **QUICKER, **stripes, "TILLSTREAM_STATE": str(state)}


def _told_in_both_forms(state: Path, port: int) -> dict[str, str]:
    """Every story hears of each occurrence twice, in a snapshot event and in a thin one, and never in a sweep."""
    return {
        "STRIPE_SIM_THIN_WEBHOOK_URL": f"http://127.0.0.1:{port}/webhooks/stripe/thin",
        "STRIPE_SIM_THIN_WEBHOOK_SECRET": THIN_SECRET,
        "WEBHOOK_INGEST_ENDPOINTS": f"thin={THIN_SECRET}",
        "WEBHOOK_INGEST_SECRETS_FILE": str(_webhook_secrets(state)),
        "WEBHOOK_INGEST_SECRETS_EVERY": "0.2",
        "ORDER_SERVICE_RESOLVER_RATE": "500",
        "ORDER_SERVICE_RECONCILER_SWEEP_EVERY": "86400",
    }


def _webhook_secrets(state: Path) -> Path:
    return state / "webhook-secrets"


def _devstack(command: str, environment: Mapping[str, str], seconds: float) -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "devstack", command],
        env=environment,
        timeout=seconds,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The house would not go {command}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


def _keys(state: Path) -> dict[str, str]:
    return {name: value for name, value in dotenv_values(state / "secrets.env").items() if value}


def _setting(program: str) -> str:
    return f"{program.upper().replace('-', '_')}_PORT"
