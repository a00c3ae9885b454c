"""Carrying a plan out."""

import asyncio
from collections.abc import Iterable

from chaos.faults.kinds import KINDS
from chaos.faults.outcome import LeftOut
from chaos.faults.plan import Planned
from chaos.stage import Stage
from chaos.timeline import Timeline


async def act(stage: Stage, plan: Iterable[Planned], timeline: Timeline) -> None:
    """Do what is planned, each at its time, and return when the last has ended."""
    async with asyncio.TaskGroup() as faults:
        for planned in plan:
            faults.create_task(_act(stage, planned, timeline))


async def _act(stage: Stage, planned: Planned, timeline: Timeline) -> None:
    await asyncio.sleep(planned.at)
    kind = KINDS[planned.kind]
    timeline.write(planned.kind, planned.target, "begun")
    try:
        outcome = await kind.act(stage, planned.target, planned.lasts)
    except LeftOut as lacking:
        timeline.write(planned.kind, planned.target, "failed", f"left out: {lacking}")
    except Exception as error:  # noqa: BLE001 - a fault that cannot be made is a line, not the end of the run
        timeline.write(planned.kind, planned.target, "failed", f"{type(error).__name__}: {error}")
    else:
        timeline.write(planned.kind, planned.target, "ended", outcome.note, kills=outcome.kills)
