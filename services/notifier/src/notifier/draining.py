"""Sending sockets elsewhere, a few at a time."""

import asyncio
import random
from collections.abc import Iterable
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode

CLOSES_AT_ONCE: Final = 50


async def send_away(sockets: Iterable[ServerConnection], *, per_second: int) -> None:
    """Tell these sockets to connect elsewhere, in random order at that pace, and wait until each is closed."""
    shuffled = list(sockets)
    random.shuffle(shuffled)
    async with asyncio.TaskGroup() as closing:
        for begin in range(0, len(shuffled), CLOSES_AT_ONCE):
            if begin:
                await asyncio.sleep(CLOSES_AT_ONCE / per_second)
            for socket in shuffled[begin : begin + CLOSES_AT_ONCE]:
                closing.create_task(socket.close(CloseCode.SERVICE_RESTART, "service_restart"))
