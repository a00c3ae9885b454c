"""The processes that are compared, and what the operating system says that they took."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from devstack.keeper import STOP_SECONDS, keep
from devstack.readiness import http_ready
from devstack.trouble import Trouble, tail

READY_SECONDS = 60


@dataclass(frozen=True)
class Contestant:
    """One program under load: what starts it, and where it says that it is ready."""

    name: str
    command: Sequence[str]
    ready_url: str
    environment: Mapping[str, str] = field(default_factory=dict)


class Running:
    """A contestant's process."""

    def __init__(self, contestant: Contestant, process: psutil.Process) -> None:
        self.contestant, self._process = contestant, process

    def cpu_seconds(self) -> float:
        """What it has taken of all processors so far, in the kernel and outside."""
        taken = self._process.cpu_times()
        return float(taken.user + taken.system)

    def suspend(self) -> None:
        """Let it stand still, so that work can be made ready for it."""
        self._process.suspend()

    def resume(self) -> None:
        """Let it go on."""
        self._process.resume()

    def memory(self) -> int:
        """Bytes that are its own: what is shared with others counts in part."""
        return int(self._process.memory_full_info().pss)


@asynccontextmanager
async def running(contestant: Contestant, folder: Path) -> AsyncIterator[Running]:
    """Up and ready; ended with this, and with us should we be killed."""
    log = folder / f"{contestant.name.replace(' ', '-')}-{secrets.token_hex(3)}.log"
    environment = {**os.environ, **contestant.environment}
    keeper = keep(list(contestant.command), log=log, parent=os.getpid(), environment=environment)
    try:
        async with asyncio.timeout(READY_SECONDS):
            ready = False
            while not ready:
                if keeper.poll() is not None:
                    raise Trouble(f"{contestant.name} did not start. The end of its log:\n{tail(log)}")
                await asyncio.sleep(0.1)
                ready = await http_ready(contestant.ready_url)
        yield Running(contestant, psutil.Process(keeper.pid).children()[0])
    except TimeoutError:
        raise Trouble(f"{contestant.name} was not ready within {READY_SECONDS} s: see {log}.", log=log) from None
    finally:
        keeper.terminate()
        await asyncio.to_thread(keeper.wait, STOP_SECONDS + 5)


def cpu_of_all(processes: Sequence[Running]) -> Callable[[], float]:
    """What several have taken together, whenever it is asked."""
    return lambda: sum(process.cpu_seconds() for process in processes)
