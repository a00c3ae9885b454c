"""The pulse of the stream: one task for all sockets, where a task per socket would cost memory."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from notifier.frames import heartbeat
from notifier.settings import Settings
from notifier.sockets import Socket

SOCKETS_AT_ONCE: Final = 100


async def keep_beating(settings: Settings, sockets: Callable[[], Iterable[Socket]]) -> None:
    """Beat until cancelled; a socket that has not been heard of for an interval and a timeout is dropped."""
    interval = settings.heartbeat_interval.total_seconds()
    longest_silence = interval + settings.heartbeat_timeout.total_seconds()
    frame = heartbeat(next_within_seconds=interval)
    while True:
        await asyncio.sleep(interval)
        for number, socket in enumerate(tuple(sockets())):
            beat(socket, frame, longest_silence=longest_silence, interval=interval)
            if number % SOCKETS_AT_ONCE == 0:
                await asyncio.sleep(0)


def beat(socket: Socket, frame: bytes, *, longest_silence: float, interval: float) -> None:
    """One beat for one socket; a socket younger than an interval has just been heard of anyway."""
    now = socket.loop.time()
    if now - socket.heard_at > longest_silence:
        socket.drop("silent")
    elif now - socket.opened_at >= interval:
        socket.push(frame)
