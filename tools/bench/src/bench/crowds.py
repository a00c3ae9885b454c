"""Browsers in their thousands: the load generator's, that stay connected from one sample to the next."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bench.builds import load_binary
from bench.contestants import Running
from devstack.trouble import Trouble

LONGEST_SECONDS = 60
"""For all of them to connect, and for each spell."""


@dataclass(frozen=True)
class Spell:
    """What came of a while: the generator's result, and what the server took."""

    result: dict[str, Any]
    cpu_seconds: float
    memory: int
    """Bytes that the server had more at its end than before anybody came."""


class Crowd:
    """A generator that is connected to a server."""

    def __init__(self, process: Process, server: Running, alone: int) -> None:
        self._process, self._server, self._alone = process, server, alone

    async def spell(self, rate: float, warmup: float, seconds: float) -> Spell:
        """Let it send so much a second for a while, and look what the server takes for that."""
        if self._process.stdin is None:
            raise TypeError("it was asked for as a pipe")
        self._process.stdin.write(f"{rate} {warmup} {seconds}\n".encode())
        await self.hear("measuring")
        began = self._server.cpu_seconds()
        await self.hear("measured")
        taken, memory = self._server.cpu_seconds() - began, self._server.memory()
        return Spell(json.loads(await self.hear("{")), taken, memory - self._alone)

    async def hear(self, beginning: str) -> str:
        """Its next line, which has to begin like that."""
        out, errors = self._process.stdout, self._process.stderr
        if out is None or errors is None:
            raise TypeError("both were asked for as pipes")
        async with asyncio.timeout(LONGEST_SECONDS):
            line = (await out.readline()).decode().strip()
            if not line.startswith(beginning):
                raise Trouble(f"The load generator failed: {line or (await errors.read()).decode()[-1000:]}")
        return line


@asynccontextmanager
async def crowd(command: str, options: Mapping[str, object], server: Running) -> AsyncIterator[Crowd]:
    """Everybody connected to the server; gone at the end."""
    alone = server.memory()
    named = [f"-{name}={value}" for name, value in options.items()]
    process = await asyncio.create_subprocess_exec(
        str(load_binary()), command, *named, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    try:
        connected = Crowd(process, server, alone)
        await connected.hear("connected")
        yield connected
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
