"""What happens by itself after a while, on the event loop's clock."""

import asyncio
from collections.abc import Callable


class LoopTimers:
    """Calls things later, until it is cleared."""

    def __init__(self) -> None:
        self._handles: set[asyncio.TimerHandle] = set()

    def after(self, seconds: float, then: Callable[[], None]) -> None:
        """Call `then` after so many seconds."""

        def ring() -> None:
            self._handles.discard(handle)
            then()

        handle = asyncio.get_running_loop().call_later(seconds, ring)
        self._handles.add(handle)

    def clear(self) -> None:
        """Call none of them."""
        for handle in self._handles:
            handle.cancel()
        self._handles.clear()
