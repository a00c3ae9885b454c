"""An order or a subscription over the WebSocket, as a browser gets it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

PATIENCE_SECONDS = 20


class OrderStream:
    """The frames of one stream, in the order they came."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.frames: list[dict[str, Any]] = []

    async def until(self, status: str) -> dict[str, Any]:
        """The first frame that tells this status."""
        return await self.until_it(lambda frame: bool(frame["status"] == status))

    async def until_it(self, shows: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first frame that shows that; the one heard last may be it."""
        if self.frames and shows(self.frames[-1]):
            return self.frames[-1]
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not shows(frame := await self._next()):
                pass
        return frame

    async def refusal(self) -> str:
        """The code of the `error` frame with which the server sends us away."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            frame = json.loads(await self._socket.recv())
            await self._socket.wait_closed()
        assert frame["type"] == "error", frame
        return str(frame["code"])

    @property
    def versions(self) -> list[int]:
        """Of all frames so far."""
        return [frame["version"] for frame in self.frames]

    async def _next(self) -> dict[str, Any]:
        while (frame := json.loads(await self._socket.recv()))["type"] not in ("snapshot", "status"):
            assert frame["type"] == "heartbeat", frame
        self.frames.append(frame)
        return dict(frame)


@asynccontextmanager
async def watching(stream: Mapping[str, str], *, after_version: int = 0) -> AsyncIterator[OrderStream]:
    """Subscribed with what intent-api answered as `stream`."""
    async with connect(stream["url"]) as socket:
        subscribe = {"type": "subscribe", "token": stream["token"], "after_version": after_version}
        await socket.send(json.dumps(subscribe))
        yield OrderStream(socket)
