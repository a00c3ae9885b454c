"""A service as a process of its own, as a test looks at it from outside."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import aiohttp

from devstack.ports import LOOPBACK

READY_SECONDS: Final = 60
LOOK_AGAIN: Final = 0.05


@dataclass(frozen=True)
class ServiceProcess:
    """The process, and where it answers."""

    process: asyncio.subprocess.Process
    url: str

    async def status(self, path: str) -> int | None:
        """What it answers to a GET; None if it does not."""
        with suppress(aiohttp.ClientError):
            async with aiohttp.request("GET", f"{self.url}{path}") as answer:
                return answer.status
        return None

    async def until_ready(self, expected: bool = True, *, seconds: float = READY_SECONDS) -> None:
        """Return once `/readyz` says yes, or no."""
        async with asyncio.timeout(seconds):
            while (await self.status("/readyz") == 200) != expected:  # noqa: ASYNC110  # asked over HTTP
                await asyncio.sleep(LOOK_AGAIN)

    async def until_counted(self, name: str, least: float, *, seconds: float = READY_SECONDS) -> None:
        """Return once a metric, with whatever labels, has come to so much."""
        async with asyncio.timeout(seconds):
            while await self._counted(name) < least:  # noqa: ASYNC110  # asked over HTTP
                await asyncio.sleep(LOOK_AGAIN)

    async def _counted(self, name: str) -> float:
        with suppress(aiohttp.ClientError):
            async with aiohttp.request("GET", f"{self.url}/metrics") as answer:
                lines = [line.rpartition(" ") for line in (await answer.text()).splitlines()]
                return sum(float(value) for told, _, value in lines if told.partition("{")[0] == name)
        return 0.0

    async def stays(self, seconds: float) -> bool:
        """Whether it has not ended after so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.process.wait()
        return self.process.returncode is None

    async def output(self, *, seconds: float) -> str:
        """All that it said, once it has ended."""
        async with asyncio.timeout(seconds):
            told, _ = await self.process.communicate()
        return told.decode()


@asynccontextmanager
async def service_process(module: str, port: int, settings: Mapping[str, str]) -> AsyncIterator[ServiceProcess]:
    """`python -m module`, which is to listen on `port`; killed at the end if it is still there."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env={**os.environ, **settings}, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield ServiceProcess(process, f"http://{LOOPBACK}:{port}")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
