"""A process that is started again whenever it ends, as an orchestrator would do it, and that can be hurt."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

RESTART_SECONDS = 0.5
"""From a process's end to its next start."""
STOP_SECONDS = 12.0
LOOK_SECONDS = 0.1
MARK = "TILLSTREAM_STAGE"
"""In the environment of every process of a stage: its folder. By it they are found should this process be killed."""
Ready = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Program:
    """What is run: its name, its command with settings, and whether it can do its work now."""

    name: str
    command: Sequence[str]
    ready: Ready
    environment: Mapping[str, str] = field(default_factory=dict)
    stop: signal.Signals = signal.SIGTERM
    """Asks for an orderly end."""


class Supervised:
    """One program's processes, one after the other. Their output is appended to a file of the program's name."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.program = program
        self.log = folder / "logs" / f"{program.name}.log"
        self.starts = 0
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._holders = 0
        self._free = asyncio.Event()
        self._free.set()
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Have it run from now on."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._keeping = asyncio.create_task(self._keep(), name=self.program.name)

    async def stop(self) -> None:
        """End it for good: in order, or by force where that takes too long."""
        if self._keeping:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
        if self._process is None:
            return
        self.send(self.program.stop)
        self.resume()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()

    @property
    def pid(self) -> int | None:
        """The process that runs now."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def ready(self) -> bool:
        """Whether it runs and can do its work."""
        return self.pid is not None and await self.program.ready()

    async def until_ready(self) -> None:
        """Return once it can do its work."""
        ready = False
        while not ready:
            await asyncio.sleep(LOOK_SECONDS)
            ready = await self.ready()

    def kill(self) -> None:
        """End it without notice, frozen or not."""
        self.send(signal.SIGKILL)

    def freeze(self) -> None:
        """Let nothing of it go on, while its connections stay open."""
        self.send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `freeze`."""
        self.send(signal.SIGCONT)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)  # subprocess's own would reap a child for which asyncio waits

    @asynccontextmanager
    async def held_down(self) -> AsyncIterator[None]:
        """What ends meanwhile stays down until this is left."""
        self._holders += 1
        self._free.clear()
        try:
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                self._free.set()

    async def _keep(self) -> None:
        while True:
            with self.log.open("ab") as out:
                self._process = await asyncio.create_subprocess_exec(
                    *self.program.command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    env={**os.environ, **self.program.environment, MARK: str(self._folder)},
                    cwd="/",
                    start_new_session=True,  # a terminal's Ctrl-C is for the campaign, which then takes this down
                )
            self.starts += 1
            await self._process.wait()
            await asyncio.sleep(RESTART_SECONDS)
            await self._free.wait()
