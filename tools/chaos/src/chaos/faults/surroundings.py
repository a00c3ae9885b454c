"""What can happen around the processes: the network, the clocks, the secret that Stripe signs with."""

import asyncio
from collections.abc import Awaitable, Callable

from chaos.faults.outcome import LeftOut, Outcome
from chaos.stage import Stage
from chaos.stage.proxies import Toxic

LATE = Toxic("latency", {"latency": 250, "jitter": 200})
RESET = Toxic("reset_peer", {"timeout": 0})
HALF_OPEN = Toxic("timeout", {"timeout": 0})
"""Connections stay open, and nothing comes through."""


def poison(toxic: Toxic) -> Callable[[Stage, str, float], Awaitable[Outcome]]:
    """A fault that does this to all connections through a proxy."""

    async def act(stage: Stage, target: str, lasts: float) -> Outcome:
        async with stage.proxies.poisoned(target, toxic):
            await asyncio.sleep(lasts)
        return Outcome()

    return act


async def cut(stage: Stage, target: str, lasts: float) -> Outcome:
    """Connections break, and new ones are refused."""
    async with stage.proxies.cut(target):
        await asyncio.sleep(lasts)
    return Outcome()


def move_clock(seconds: int) -> Callable[[Stage, str, float], Awaitable[Outcome]]:
    """A fault that moves one process's clock, and back in the end."""

    async def act(stage: Stage, target: str, lasts: float) -> Outcome:
        if not stage.clocks.movable:
            raise LeftOut("libfaketime is missing")
        async with stage.clocks.moved(target, seconds):
            await asyncio.sleep(lasts)
        return Outcome(f"by {seconds} s")

    return act


async def roll_secret(stage: Stage, target: str, lasts: float) -> Outcome:  # noqa: ARG001 - there is one
    """Stripe signs with a new secret; the old one is good for so long."""
    async with stage.keys.rolled():
        await asyncio.sleep(lasts)
    return Outcome()
