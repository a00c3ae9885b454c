"""Building the stage up and taking it down."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from chaos.options import Options
from chaos.stage.site import Site
from chaos.stage.stage import Stage
from chaos.stage.supervised import Program, Supervised
from chaos.stage.sweeping import swept
from devstack.state import make_runtime_folder
from devstack.trouble import Trouble

READY_SECONDS = 240
"""A machine that does other things besides takes its time to start three brokers and eight services."""


@asynccontextmanager
async def open_stage(options: Options) -> AsyncIterator[Stage]:
    """Everything up, ready and whole; at the end, however it comes, nothing of it is left running."""
    folder = options.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    sockets = make_runtime_folder(f"chaos-{os.getpid()}")
    with swept(folder, sockets):
        async with AsyncExitStack() as running:
            stage = await _built(Site(folder, sockets), options.mutant, running)
            await stage.whole(READY_SECONDS)
            yield stage


async def _built(site: Site, mutant: str | None, running: AsyncExitStack) -> Stage:
    await site.prepare()
    processes = await _started(site.foundations(), site.folder, running)
    await site.furnish()
    processes |= await _started(site.house.programs(mutant), site.folder, running)
    return site.stage(processes)


async def _started(programs: Sequence[Program], folder: Path, running: AsyncExitStack) -> dict[str, Supervised]:
    """All of them at once, and all of them ended at once when `running` is."""
    processes = {program.name: Supervised(program, folder) for program in programs}
    running.push_async_callback(_stop, list(processes.values()))
    for process in processes.values():
        await process.start()
    await asyncio.gather(*(_ready(process) for process in processes.values()))
    return processes


async def _ready(process: Supervised) -> None:
    try:
        async with asyncio.timeout(READY_SECONDS):
            await process.until_ready()
    except TimeoutError:
        raise Trouble(f"{process.program.name} was not ready within {READY_SECONDS} s.", log=process.log) from None


async def _stop(processes: Sequence[Supervised]) -> None:
    await asyncio.gather(*(process.stop() for process in processes))
