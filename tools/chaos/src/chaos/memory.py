"""How much memory a run takes: all processes below this one, together."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

import psutil

LOOK_SECONDS: Final = 2.0


class Memory:
    """Looks now and then while it is open, and keeps the peak."""

    def __init__(self) -> None:
        self.peak = 0
        self._looking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._looking:
            self._looking.cancel()

    async def _look(self) -> None:
        while True:
            self.peak = max(self.peak, await asyncio.to_thread(resident))
            await asyncio.sleep(LOOK_SECONDS)


def resident() -> int:
    """Bytes of this process and all below it. What they share is counted for each."""
    found = 0
    me = psutil.Process()
    for process in (me, *me.children(recursive=True)):
        with suppress(psutil.Error):
            found += process.memory_info().rss
    return found
