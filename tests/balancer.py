"""A load balancer as services are used to: it follows `/readyz`, ten times a second, and sends work to who is ready."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from cluster import UP_SECONDS, Instance

LOOK_SECONDS = 0.1


class NobodyReady(Exception):
    """No instance may be sent work: what a load balancer answers by 503."""


class Balancer:
    """Knows which instances were ready when it last looked."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        self._instances, self._ready = instances, set[int]()

    def choose(self) -> Instance:
        """One that is ready. Raises NobodyReady."""
        if not self._ready:
            raise NobodyReady
        return random.choice([one for one in self._instances if one.port in self._ready])

    async def restart_in_turn(self) -> None:
        """Restart each instance, as a deployment does: the next one's turn comes when the last one is sent work."""
        for instance in self._instances:
            await instance.restart()
            async with asyncio.timeout(UP_SECONDS):
                while instance.port not in self._ready:  # noqa: ASYNC110  # it is looked at anyway
                    await asyncio.sleep(LOOK_SECONDS)

    @asynccontextmanager
    async def following(self) -> AsyncIterator["Balancer"]:
        """Look at each instance again and again, inside the block."""
        for instance in self._instances:
            await instance.until_ready()
            self._ready.add(instance.port)
        looking = [asyncio.create_task(self._follow(instance)) for instance in self._instances]
        try:
            yield self
        finally:
            for task in looking:
                task.cancel()

    async def _follow(self, instance: Instance) -> None:
        while True:
            (self._ready.add if await instance.is_ready() else self._ready.discard)(instance.port)
            await asyncio.sleep(LOOK_SECONDS)
