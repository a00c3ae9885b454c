"""One client's WebSocket: frames go out without waiting, and nobody may cost more than the settings say."""

from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.protocol import Event, State

MINUTE = 60.0


class Socket(ServerConnection):
    """A connection that is written to without awaiting, and dropped where another would be awaited."""

    # Slots, as a few attributes more would turn the instance's compact dict into one of 1.5 KiB.
    __slots__ = (
        "_frames_this_minute",
        "_max_frames_per_minute",
        "_minute_began",
        "_on_drop",
        "_write_buffer_bytes",
        "address",
        "heard_at",
        "opened_at",
    )

    def __init__(
        self,
        *args: Any,
        write_buffer_bytes: int,
        max_frames_per_minute: int,
        on_drop: Callable[[str], None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.address = ""
        self.opened_at = self.heard_at = self._minute_began = self.loop.time()
        self._frames_this_minute = 0
        self._write_buffer_bytes, self._max_frames_per_minute = write_buffer_bytes, max_frames_per_minute
        self._on_drop = on_drop

    def forget_handshake(self) -> None:
        """Drop the headers of request and answer: with a browser they are a third of a socket's memory."""
        for message in (self.request, self.response):
            if message is not None:
                message.headers.clear()

    def push(self, frames: bytes) -> None:
        """Send whole frames as they are; a client that does not read what it gets is dropped instead.

        Past the library, which makes each frame anew for each socket: that was a third of a delivery's CPU. It never
        has part of a frame waiting, as nothing is sent in parts, so its bytes and these do not mix.
        """
        if self.protocol.state is State.OPEN and not self.transport.is_closing():
            self.transport.write(frames)
            self._drop_if_slow()

    def drop(self, reason: str) -> None:
        """Cut the connection off at once, without a closing handshake."""
        if not self.transport.is_closing():
            self._on_drop(reason)
            self.transport.abort()

    def process_event(self, event: Event) -> None:
        """Note that the client is there, and count what it sends, control frames included."""
        now = self.heard_at = self.loop.time()
        if now - self._minute_began >= MINUTE:
            self._minute_began, self._frames_this_minute = now, 0
        self._frames_this_minute += 1
        if self._frames_this_minute > self._max_frames_per_minute:
            self.drop("too_many_frames")
        else:
            super().process_event(event)

    def data_received(self, data: bytes) -> None:
        """Let nobody fill our buffer with answers to its pings."""
        super().data_received(data)
        self._drop_if_slow()

    def _drop_if_slow(self) -> None:
        if self.transport.get_write_buffer_size() > self._write_buffer_bytes:
            self.drop("slow")
