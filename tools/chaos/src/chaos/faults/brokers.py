"""What can happen to the cluster of brokers as a whole."""

import asyncio
from contextlib import AsyncExitStack

from aiokafka.errors import KafkaError

from chaos.faults.outcome import Outcome
from chaos.faults.processes import kill
from chaos.stage import Stage

ACKNOWLEDGING_SECONDS = 4.0
"""How long the leader is left alone with what producers send."""


async def kill_leader(stage: Stage, target: str, lasts: float) -> Outcome:  # noqa: ARG001 - the leader of now
    """`kill -9` for the broker that leads most partitions of Stripe's events."""
    leader = await _leader(stage)
    outcome = await kill(stage, leader, lasts)
    return Outcome(f"{leader}, {outcome.note}", outcome.kills)


async def kill_both(stage: Stage, target: str, lasts: float) -> Outcome:
    """`kill -9` for two brokers at once: one is left, and nothing can be acknowledged."""
    outcomes = await asyncio.gather(*(kill(stage, broker, lasts) for broker in target.split("+")))
    return Outcome(", ".join(outcome.note for outcome in outcomes), sum(outcome.kills for outcome in outcomes))


async def freeze_followers_and_kill_leader(stage: Stage, target: str, lasts: float) -> Outcome:  # noqa: ARG001
    """What the leader takes while its followers stand still is gone when it dies and they go on without it.

    Only a producer that waits for all in-sync replicas has not called that acknowledged.
    """
    leader = await _leader(stage)
    followers = [stage.processes[name] for name in stage.cluster.names if name != leader]
    async with AsyncExitStack() as until_they_lead:
        for follower in followers:
            until_they_lead.callback(follower.resume)
            follower.freeze()
        await asyncio.sleep(ACKNOWLEDGING_SECONDS)
        await until_they_lead.enter_async_context(stage.processes[leader].held_down())
        pid = stage.processes[leader].pid
        stage.processes[leader].kill()
        for follower in followers:
            follower.resume()
        await asyncio.sleep(lasts)
    return Outcome(f"{leader}, process {pid}", kills=1 if pid else 0)


async def _leader(stage: Stage) -> str:
    try:
        return await stage.cluster.leader()
    except (KafkaError, OSError, TimeoutError):
        return stage.cluster.names[0]  # another fault keeps the cluster from saying who leads
