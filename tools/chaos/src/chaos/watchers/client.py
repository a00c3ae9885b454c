"""One browser: it watches one order or subscription, and comes back whenever it is cut off."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from chaos.backoff import pauses
from chaos.watchers.frames import Frames

OPEN_SECONDS: Final = 6.0
PING_SECONDS: Final = 10.0
SILENCE_SECONDS: Final = 50.0
"""More than two of notifier's heartbeats: a browser takes the connection for dead."""


@dataclass
class Client:
    """A browser on this page. `leaves` are the seconds after which it leaves once and comes back, as people do."""

    name: str
    watched: str
    token: str
    urls: tuple[str, ...]
    frames: Frames
    dice: random.Random
    leaves: float | None = None
    informed: bool = field(default=False, init=False)
    """Whether it is connected and has its snapshot."""
    _version: int = field(default=0, init=False)
    _connection: int = field(default=0, init=False)

    async def watch(self) -> None:
        """Watch until cancelled."""
        self._note("joined")
        while True:
            for pause in pauses(self.dice):
                if await self._connected():
                    break
                await asyncio.sleep(pause)

    async def _connected(self) -> bool:
        """One connection, to any notifier, from its beginning to its end; whether it told anything."""
        self._connection += 1
        code: int | None = None
        with suppress(OSError, TimeoutError, WebSocketException):
            async with connect(
                self.dice.choice(self.urls),
                compression=None,
                open_timeout=OPEN_SECONDS,
                close_timeout=1.0,
                ping_interval=PING_SECONDS,
                ping_timeout=PING_SECONDS,
            ) as socket:
                self._note("opened")
                await self._follow(socket)
            code = socket.close_code
        told, self.informed = self.informed, False
        self._note("closed", code=code)
        return told

    async def _follow(self, socket: ClientConnection) -> None:
        """Until it is closed, falls silent, or the client leaves."""
        with suppress(TimeoutError, ConnectionClosed):
            await socket.send(self._subscribe(), text=True)
            async with asyncio.timeout(self._stay()):
                await self._listen(socket)

    def _stay(self) -> float | None:
        """How long it stays this time; for good if it does not leave any more."""
        seconds, self.leaves = self.leaves, None
        return seconds

    async def _listen(self, socket: ClientConnection) -> None:
        while True:
            async with asyncio.timeout(SILENCE_SECONDS):
                frame = orjson.loads(await socket.recv())
            self._take(frame)

    def _take(self, frame: dict[str, Any]) -> None:
        match frame:
            case {"type": "snapshot" | "status" as what, "version": int() as version, "status": status}:
                self.informed, self._version = True, max(self._version, version)
                self._note(what, version=version, status=status)
            case {"type": "error", "code": code}:
                self._note("error", code=code)
            case _:
                pass

    def _subscribe(self) -> bytes:
        return orjson.dumps({"type": "subscribe", "token": self.token, "after_version": self._version})

    def _note(self, what: str, **facts: Any) -> None:
        self.frames.note(self.name, self.watched, self._connection, what, **facts)
