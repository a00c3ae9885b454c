"""uvicorn's HTTP connection with limits on the part that no app ever sees: a request's line and headers."""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES: Final = 64 * 1024
HEAD_SECONDS: Final = 10.0
MAX_CONNECTIONS: Final = 8_192
FULL: Final = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedConnection(HttpToolsProtocol):
    """A caller must say what it wants within `HEAD_SECONDS` and `MAX_HEAD_BYTES`, or is cut off."""

    _head_began: float | None = None
    _head_bytes = 0
    _look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Wait for the first request."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.write(FULL)
            transport.close()
            return
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Wait for the rest of this request's head."""
        super().on_message_begin()
        self._begin_head()

    def on_headers_complete(self) -> None:
        """The head is there; from here on the app is asked."""
        self._end_head()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Pass the bytes on, and count them while they belong to a head."""
        super().data_received(data)
        if self._head_began is not None and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.send_400_response("Request head too large.")

    def _begin_head(self) -> None:
        self._head_bytes = 0
        self._head_began = self.loop.time()
        if self._look is None:  # one timer for many requests: each has its own end only if it comes to that
            self._look = self.loop.call_later(HEAD_SECONDS, self._close_if_late)

    def _end_head(self) -> None:
        self._head_began = None

    def _close_if_late(self) -> None:
        self._look = None
        if self._head_began is None:
            return
        left = self._head_began + HEAD_SECONDS - self.loop.time()
        if left > 0:
            self._look = self.loop.call_later(left, self._close_if_late)
        else:
            self.transport.close()
