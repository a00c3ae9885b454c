"""A client that does not read is dropped, and nobody waits for it."""

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import House

pytestmark = pytest.mark.integration

BIG_REFERENCE = "R" * 200
CHANGES = 400
NARROW = {
    "write_buffer_bytes": 4096,
    "socket_send_buffer_bytes": 4096,
    "heartbeat_interval": 600,
    "subscribe_timeout": 600,
}
"""Little room, and nothing else that is written to a socket."""


def narrow_socket(port: int) -> socket.socket:
    """A connection whose client side holds little."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", port))
    return narrow


async def test_slow_reader_is_dropped_while_others_get_everything(house: "House") -> None:
    """The fast one hears of each change, in order, while the slow one fills its buffers and is cut off."""
    await house.start(**NARROW)
    fast = await house.watch("ord_1")
    slow = await house.connect(sock=narrow_socket(house.port), max_queue=1)
    await slow.subscribe(house.token("ord_1"))
    await fast.frame()
    await house.until_counted('notifier_snapshot_seconds_count{outcome="unheard_of"}', 2)
    told = asyncio.create_task(fast.versions(CHANGES))
    for version in range(1, CHANGES + 1):
        await house.publish("ord_1", version, reference=BIG_REFERENCE)
    assert await told == [("status", version) for version in range(1, CHANGES + 1)]
    await house.until_counted('notifier_dropped_sockets_total{reason="slow"}', 1)
    await house.until_counted("notifier_sockets", 1)
    assert await slow.closed() == 1006


async def test_pings_that_nobody_reads_the_answers_of_fill_no_buffer(house: "House") -> None:
    """The library answers each ping at once; unread answers would pile up here."""
    await house.start(**NARROW, max_frames_per_minute=1_000_000)
    reader, writer = await asyncio.open_connection(sock=narrow_socket(house.port), limit=1024)
    writer.write(
        b"GET /v1/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    assert b" 101 " in await reader.readline()
    ping = b"\x89\xfd" + bytes(4) + b"p" * 125
    writer.write(ping * 2000)
    await house.until_counted('notifier_dropped_sockets_total{reason="slow"}', 1)
    writer.close()
