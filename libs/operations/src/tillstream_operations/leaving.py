"""Leaving a client that may not let go."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

import structlog

TELLINGS: Final = 3
TELLING_SECONDS: Final = 0.5

log = structlog.get_logger(__name__)
_left_behind: set[asyncio.Task[None]] = set()


async def leave(closing: Coroutine[Any, Any, object], *, within: float) -> bool:
    """Wait for a client to close, `within` seconds and a little; whether it did. Raises nothing of the client's.

    What still has not ended is left behind. A timeout around it would not do: while it closes, aiokafka takes a
    cancellation for that of a task which it has just cancelled itself, goes on, and may wait for the next for ever.
    """
    task = asyncio.create_task(_closed(closing))
    _left_behind.add(task)
    task.add_done_callback(_left_behind.discard)
    done, _ = await asyncio.wait([task], timeout=within)
    for _ in range(TELLINGS):
        if done:
            break
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=TELLING_SECONDS)
    in_time = task.done() and not task.cancelled()
    if not in_time:
        log.warning("client_not_closed", seconds=within, left_behind=not task.done())
    return in_time


async def _closed(closing: Coroutine[Any, Any, object]) -> None:
    try:
        await closing
    except Exception as error:  # noqa: BLE001  # there is nothing more to do with it
        log.warning("client_not_closed", because=type(error).__name__)
