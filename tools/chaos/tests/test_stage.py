"""The real stage: what a webhook brings about there, and what is left after everything was killed, and at the end."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import psutil
import pytest

from bench import webhooks
from chaos.options import Options
from chaos.stage import Stage, open_stage
from chaos.stage.disk import Disk
from chaos.stage.supervised import MARK, Program, Supervised
from chaos.stage.sweeping import swept

PATIENCE_SECONDS = 60


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.05)


async def pay(stage: Stage, http: aiohttp.ClientSession, order_id: str) -> None:
    """As Stripe does: again until it is acknowledged, and the order is paid soon after."""
    body = webhooks.paid(order_id, time.time())

    async def acknowledged() -> bool:
        signed = {"stripe-signature": webhooks.signature(body, stage.webhook_secrets()[0], time.time())}
        async with http.post(f"{stage.ingest_urls[0]}/webhooks/stripe", data=body, headers=signed) as answer:
            return answer.status == 200

    async def paid() -> bool:
        key = {"authorization": f"Bearer {stage.secret_key}"}
        async with http.get(f"{stage.order_urls[1]}/v1/orders/{order_id}", headers=key) as answer:
            return answer.status == 200 and bool((await answer.json())["status"] == "paid")

    await until(acknowledged)
    await until(paid)


@pytest.mark.integration
@pytest.mark.timeout(300)
async def test_stage_takes_a_webhook_before_and_after_everything_was_killed(tmp_path: Path) -> None:
    """And nothing of it is left at the end."""
    async with (
        open_stage(Options(seed=1, orders=1, seconds=1, folder=tmp_path)) as stage,
        aiohttp.ClientSession() as http,
    ):
        await pay(stage, http, "ord_before")
        for name, process in stage.processes.items():
            if name != "toxiproxy":  # its toxics are not kept, and it is no part of the house
                process.kill()
        await stage.whole(PATIENCE_SECONDS)
        await pay(stage, http, "ord_after")
    assert not [process for process in psutil.process_iter() if bears_mark(process, tmp_path)]
    assert not (tmp_path / "database").is_mount()


async def test_process_that_ends_is_started_again(tmp_path: Path) -> None:
    """But one that somebody holds down stays down, while another is long up again."""
    held, free = Supervised(sleeper("held"), tmp_path), Supervised(sleeper("free"), tmp_path)
    for process in (held, free):
        await process.start()
        await process.until_ready()
    async with held.held_down():
        held.kill()
        free.kill()
        await until(lambda: has_started(free, 2))
        free.kill()
        await until(lambda: has_started(free, 3))
        assert held.pid is None
    await until(lambda: has_started(held, 2))
    for process in (held, free):
        await process.stop()
        assert process.pid is None


async def test_stage_is_swept_up_when_its_process_is_killed(tmp_path: Path) -> None:
    """The sweeper notices by itself."""
    script = "import sys, time; from pathlib import Path; from chaos.stage.sweeping import swept\n"
    script += "with swept(Path(sys.argv[1]), Path(sys.argv[2])): print('there', flush=True); time.sleep(60)"
    command = [sys.executable, "-c", script, str(tmp_path), str(tmp_path / "sockets")]
    campaign = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: ASYNC220, S603 - ours, started once
    assert campaign.stdout
    campaign.stdout.readline()
    left = subprocess.Popen(["sleep", "60"], env={MARK: str(tmp_path), "PATH": "/usr/bin:/bin"})  # noqa: ASYNC220, S607
    campaign.send_signal(signal.SIGKILL)
    campaign.communicate()

    async def ended() -> bool:
        return left.poll() is not None

    await until(ended)


def test_nothing_is_swept_that_is_another_stages(tmp_path: Path) -> None:
    """Two campaigns may run side by side."""
    other = subprocess.Popen(["sleep", "60"], env={MARK: str(tmp_path / "other"), "PATH": "/usr/bin:/bin"})  # noqa: S607
    with swept(tmp_path / "mine", tmp_path / "sockets"):
        pass
    assert other.poll() is None
    other.kill()
    other.wait()


async def test_full_disk_takes_nothing_more_until_it_is_freed(tmp_path: Path) -> None:
    """On the small disk, where this machine lets us have one."""
    with swept(tmp_path, tmp_path / "sockets"):
        disk = Disk(tmp_path / "database")
        if not disk.small:
            pytest.skip("a disk can only be mounted by root on Linux")
        (disk.folder / "before").write_bytes(b"x" * 100_000)
        async with disk.full():
            with pytest.raises(OSError, match="No space left"):
                (disk.folder / "while").write_bytes(b"x" * 100_000)
        (disk.folder / "after").write_bytes(b"x" * 100_000)


def sleeper(name: str = "sleeper") -> Program:
    async def ready() -> bool:
        return True

    return Program(name, ["sleep", "60"], ready)


async def has_started(process: Supervised, times: int) -> bool:
    return process.starts == times and process.pid is not None


def bears_mark(process: psutil.Process, folder: Path) -> bool:
    try:
        return bool(process.environ().get(MARK) == str(folder))
    except (psutil.Error, OSError):
        return False
