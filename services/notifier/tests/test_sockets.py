"""What goes out past the library is what the library would have sent, and only when it would have."""

import asyncio
from typing import Any, cast

import pytest
from websockets.asyncio.server import Server
from websockets.frames import CloseCode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from notifier.frames import heartbeat
from notifier.sockets import Socket
from notifier.wire import encoded
from schemas.frames import texts
from tillstream_contracts.stream import StreamError

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
LENGTHS = (0, 20, 100, 125, 126, 1_000, 65_535, 65_536, 70_000)
"""On both sides of where a frame's header changes."""


class Line:
    """A transport that keeps what is written to it."""

    def __init__(self, unread: int = 0) -> None:
        self.written = b""
        self.unread = unread
        self.aborted = self.closing = False

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.written += data

    def is_closing(self) -> bool:
        """Whether somebody said so."""
        return self.closing

    def get_write_buffer_size(self) -> int:
        """What the other side has not read."""
        return self.unread

    def abort(self) -> None:
        """Cut off."""
        self.aborted = True


def open_protocol() -> ServerProtocol:
    """The library's own state of a connection, after its handshake."""
    protocol = ServerProtocol()
    protocol.receive_data(HANDSHAKE)
    (request,) = protocol.events_received()
    assert isinstance(request, Request)
    protocol.send_response(protocol.accept(request))
    protocol.data_to_send()
    return protocol


def connected(line: Line) -> tuple[Socket, list[str]]:
    """A socket after its handshake, and why it was dropped."""
    dropped: list[str] = []
    socket = Socket(
        open_protocol(),
        cast("Server", None),
        write_buffer_bytes=100,
        max_frames_per_minute=60,
        on_drop=dropped.append,
    )
    socket.transport = cast("asyncio.Transport", line)
    return socket, dropped


@pytest.mark.parametrize("length", LENGTHS)
def test_text_of_any_length_is_framed_as_the_library_would(length: int) -> None:
    """Byte for byte."""
    frame = StreamError(code="x", detail="é" * (length // 2))
    library = open_protocol()
    library.send_text(frame.model_dump_json().encode())
    assert encoded(frame) == b"".join(library.data_to_send())


async def test_frames_go_out_as_they_are() -> None:
    """Several in one write, too."""
    line = Line()
    socket, dropped = connected(line)
    frames = [encoded(StreamError(code=code, detail="x")) for code in ("first", "second")]
    socket.push(b"".join(frames))
    assert line.written == b"".join(frames)
    assert len(texts(line.written)) == 2
    assert dropped == []


async def test_heartbeat_asks_and_tells() -> None:
    """A ping for the library at the other end, and a text for the page."""
    assert heartbeat(20)[:2] == b"\x89\x00"
    assert b"".join(texts(heartbeat(20))) == b'{"type":"heartbeat","next_within_seconds":20.0}'


def closing_handshake(socket: Socket, _: Line) -> None:
    """We have said that we go."""
    socket.protocol.send_close(CloseCode.SERVICE_RESTART)


def end_of_stream(socket: Socket, _: Line) -> None:
    """The client is gone without a word, and the transport may not know yet."""
    socket.protocol.receive_eof()


def closed_transport(_: Socket, line: Line) -> None:
    """It was dropped, and the library may not know yet."""
    line.closing = True


def handshake_before(socket: Socket, _: Line) -> None:
    """Not open yet."""
    socket.protocol.state = State.CONNECTING


@pytest.mark.parametrize("end", [closing_handshake, end_of_stream, closed_transport, handshake_before])
async def test_nothing_goes_out_before_the_handshake_or_after_the_end(end: Any) -> None:
    """A frame behind a close frame would be a fault, and a write behind the end an exception in the reader."""
    line = Line()
    socket, dropped = connected(line)
    end(socket, line)
    socket.push(encoded(StreamError(code="x", detail="x")))
    assert (line.written, dropped) == (b"", [])


async def test_client_that_leaves_too_much_unread_is_cut_off() -> None:
    """By what the transport holds after a write."""
    line = Line(unread=101)
    socket, dropped = connected(line)
    socket.push(encoded(StreamError(code="x", detail="x")))
    assert (line.aborted, dropped) == (True, ["slow"])
