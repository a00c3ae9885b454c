"""What can happen to one process, be it a service's or a broker's."""

import asyncio
import time

from chaos.faults.outcome import Outcome
from chaos.stage import Stage
from chaos.stage.supervised import Supervised

PATIENCE_SECONDS = 30.0
"""How long an orchestrator waits after SIGTERM before it kills."""
READY_SECONDS = 60.0
"""How long it waits for the new one before it gives the restart up: other faults may keep it from being ready."""
LOOK_SECONDS = 0.05


async def kill(stage: Stage, target: str, lasts: float) -> Outcome:
    """`kill -9`; for so long nobody starts it again."""
    process = stage.processes[target]
    async with process.held_down():
        pid = process.pid
        process.kill()
        await asyncio.sleep(lasts)
    return Outcome(f"process {pid}", kills=1) if pid else Outcome("was down already")


async def freeze(stage: Stage, target: str, lasts: float) -> Outcome:
    """SIGSTOP, and SIGCONT in the end: its connections stay open, and it does not know that time has passed."""
    process = stage.processes[target]
    process.freeze()
    try:
        await asyncio.sleep(lasts)
    finally:
        process.resume()
    return Outcome(f"process {process.pid}")


async def terminate(stage: Stage, target: str, lasts: float) -> Outcome:  # noqa: ARG001 - it takes as long as it takes
    """SIGTERM."""
    return Outcome(await _ended_in_order(stage.processes[target]))


async def restart_one_by_one(stage: Stage, target: str, lasts: float) -> Outcome:  # noqa: ARG001
    """SIGTERM for each instance of a service, the next when the one before is ready again."""
    instances = [process for name, process in stage.processes.items() if name.rpartition("-")[0] == target]
    notes = []
    for process in instances:
        notes.append(await _ended_in_order(process))
        try:
            async with asyncio.timeout(READY_SECONDS):
                await process.until_ready()
        except TimeoutError:
            return Outcome(", ".join([*notes, f"which was not ready again in {READY_SECONDS:.0f} s: no others"]))
    return Outcome(", ".join(notes))


async def _ended_in_order(process: Supervised) -> str:
    pid, begun = process.pid, time.monotonic()
    process.send(process.program.stop)
    while pid is not None and process.pid == pid:
        if time.monotonic() - begun > PATIENCE_SECONDS:
            process.kill()
            return f"process {pid} did not end in {PATIENCE_SECONDS:.0f} s and was killed"
        await asyncio.sleep(LOOK_SECONDS)
    return f"process {pid} ended after {time.monotonic() - begun:.1f} s"
