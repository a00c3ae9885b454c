"""Ends a process that gets nowhere, so that whoever supervises it starts it anew.

Two things count as getting nowhere: the service says of itself that it is not alive, or its event loop does not turn.
Both are counted in turns of a thread of our own, and not by the clock: a process that was frozen and goes on, or a
machine that slept, was not stuck.
"""

import asyncio
import logging
import os
import random
import signal
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import PurePath
from typing import Final

import structlog

from tillstream_operations.probes import Health

NO_PROGRESS: Final = 70
"""The exit code; `EX_SOFTWARE` of sysexits.h."""
LOOKS: Final = 10
"""How many looks in a row must find no progress."""
SPREAD: Final = 0.2
"""By how much of its patience a process may differ, so that instances with one trouble do not all end at once."""
FRAMES: Final = 3
log = structlog.get_logger(__name__)


class Watchdog:
    """Asks `alive` again and again; after `patience` seconds without a good answer the process ends.

    It ends in order, as on SIGTERM, within `grace` seconds; else, or if the event loop does not turn, at once. The
    exit code is `NO_PROGRESS` in each case; after an end in order it is for the caller to look at `has_ended`.
    """

    def __init__(self, alive: Callable[[], Awaitable[Health]], *, patience: float, grace: float) -> None:
        self._alive, self._grace = alive, grace
        self._every = patience * random.uniform(1, 1 + SPREAD) / LOOKS  # noqa: S311  # no secret
        self._looked, self._over = threading.Event(), threading.Event()
        self._trouble: str | None = None
        self.has_ended = False

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch the event loop that runs now, inside the block."""
        looking = asyncio.create_task(self._look(), name="watchdog")
        threading.Thread(target=self._wait, args=(threading.get_ident(),), name="watchdog", daemon=True).start()
        try:
            yield
        finally:
            self._over.set()
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking

    async def _look(self) -> None:
        while True:
            self._trouble = await self._what_is_wrong()
            self._looked.set()
            await asyncio.sleep(self._every / 2)

    async def _what_is_wrong(self) -> str | None:
        try:
            async with asyncio.timeout(self._every):  # `wait_for` loses a cancellation that comes as it ends
                health = await self._alive()
        except TimeoutError:
            return "it does not say whether it is alive"
        except Exception as error:  # noqa: BLE001  # who cannot say that it lives is not alive
            return f"it cannot say whether it is alive: {type(error).__name__}"
        wrong = [f"{part}: {word}" for part, word in health.parts.items() if word != "ok"]
        return None if health.ok else "; ".join(wrong)

    def _wait(self, thread: int) -> None:
        """In the thread: count the looks that found no progress."""
        troubled = silent = 0
        while max(troubled, silent) < LOOKS:
            if self._over.wait(self._every):
                return
            turned = self._looked.is_set()
            self._looked.clear()
            silent = 0 if turned else silent + 1
            troubled = troubled + 1 if self._trouble or not turned else 0
        self._end(self._trouble, blocked_at=_where(thread) if silent == LOOKS else None)

    def _end(self, trouble: str | None, *, blocked_at: str | None) -> None:
        self.has_ended = True
        last = threading.Timer(self._grace, os._exit, (NO_PROGRESS,))  # first, as even the log may be what is stuck
        last.daemon = True
        last.start()
        facts = {"blocked_at": blocked_at} if blocked_at else {}
        because = "the event loop does not turn" if blocked_at else trouble
        log.error("process_ends_without_progress", because=because, exit_code=NO_PROGRESS, **facts)
        if blocked_at:
            _flush()
            os._exit(NO_PROGRESS)
        os.kill(os.getpid(), signal.SIGTERM)


def _where(thread: int) -> str:
    """Which of our lines the event loop's thread stands at; no values."""
    frames = traceback.extract_stack(sys._current_frames().get(thread))[-FRAMES:]  # noqa: SLF001  # documented all the same
    return " < ".join(f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))


def _flush() -> None:
    for handler in logging.getLogger().handlers:
        handler.flush()
