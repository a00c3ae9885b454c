"""Somebody who watches an order or a subscription for all of its life, and connects again whenever that is needed."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

PATIENCE_SECONDS = 60


class FaithfulWatcher:
    """All frames that were sent, by connection."""

    def __init__(self, stream: Mapping[str, str]) -> None:
        self._stream = stream
        self._heard = asyncio.Event()
        self.connections: list[list[dict[str, Any]]] = []

    @property
    def version(self) -> int:
        """The last that was told."""
        return max((frame["version"] for frames in self.connections for frame in frames), default=0)

    @property
    def last(self) -> dict[str, Any]:
        """The newest frame."""
        return max((frame for frames in self.connections for frame in frames), key=lambda frame: frame["version"])

    @property
    def rises(self) -> bool:
        """Whether each connection told rising versions; its first may be one that was told before."""
        told = [[frame["version"] for frame in frames] for frames in self.connections]
        return all(versions == sorted(set(versions)) for versions in told)

    async def until_version(self, version: int) -> dict[str, Any]:
        """The newest frame as soon as this version was told."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.version < version:
                self._heard.clear()
                await self._heard.wait()
        return self.last

    async def watch(self) -> None:
        """Listen until canceled."""
        while True:
            try:
                await self._listen()
            except (OSError, WebSocketException):
                await asyncio.sleep(0.2)

    async def _listen(self) -> None:
        async with connect(self._stream["url"]) as socket:
            token, seen = self._stream["token"], self.version
            await socket.send(json.dumps({"type": "subscribe", "token": token, "after_version": seen}))
            self.connections.append([])
            async for message in socket:
                frame = json.loads(message)
                assert frame["type"] != "error", frame
                if frame["type"] != "heartbeat":
                    self.connections[-1].append(frame)
                    self._heard.set()


@asynccontextmanager
async def faithful_watcher(stream: Mapping[str, str]) -> AsyncIterator[FaithfulWatcher]:
    """Somebody who watches meanwhile."""
    watcher = FaithfulWatcher(stream)
    task = asyncio.create_task(watcher.watch())
    try:
        yield watcher
    finally:
        task.cancel()
        await asyncio.wait([task])
