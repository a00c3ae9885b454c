"""Whatever bytes strangers send to a port, the process behind it serves on and keeps nothing of them."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import aiohttp
import pytest

from running_house import RunningHouse

SERVICES: Final = ("intent-api", "webhook-ingest", "order-service", "notifier")
PATHS: Final = {"webhook-ingest": "/webhooks/stripe", "notifier": "/v1/stream"}
UPGRADE: Final = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
KEY: Final = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
AT_ONCE: Final = 20
ROUNDS: Final = 6
MOST_GROWTH: Final = 24 * 1024 * 1024
"""What the allocators of a busy process may keep; a connection that was kept whole would add up to far more."""
HELD: Final = 150
PATIENCE: Final = 5.0
ANSWERS_WITHIN: Final = 20.0
CUT_OFF_WITHIN: Final = 60.0
"""A head may take 10 seconds; a busy machine notices later."""


def rubbish(path: str) -> list[bytes]:
    """HTTP that is broken in every way that we know of."""
    chance = random.Random(1)
    get, post = f"GET {path} HTTP/1.1\r\nHost: x\r\n", f"POST {path} HTTP/1.1\r\nHost: x\r\n"
    chunked = post + "Transfer-Encoding: chunked\r\n\r\n"
    texts = [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
        f"GET {path}\r\n",
        f"GET {path} HTTP/9.9\r\n\r\n",
        f"\r\n\r\n\r\n{get}\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        f"G\x00T {path} HTTP/1.1\r\n\r\n",
        f"GET /{'a' * 100_000} HTTP/1.1\r\nHost: x\r\n\r\n",
        "CONNECT x:1 HTTP/1.1\r\n\r\n",
        f"GET http://evil.example{path} HTTP/1.1\r\nHost: x\r\n\r\n",
        f"GET {path}?%00%ff%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        get + "X: " + "a" * 200_000 + "\r\n\r\n",
        get + "".join(f"X-{number}: a\r\n" for number in range(5_000)) + "\r\n",
        get + "A\r\nB: c\r\n\r\n",
        get + "A : b\r\n\r\n",
        get + " folded: b\r\n\r\n",
        get + "A: b\nC: d\n\n",
        get + "A: \x00\r\n\r\n",
        post + "Content-Length: -1\r\n\r\nx",
        post + "Content-Length: 9" + "9" * 5_000 + "\r\n\r\nx",
        post + "Content-Length: 5\r\n\r\nab",
        post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        post + "Content-Length: \xb2\r\n\r\nab",
        post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: gzip\r\n\r\nabc",
        chunked + "zz\r\nabc\r\n0\r\n\r\n",
        chunked + "ffffffffffffffffffff\r\nabc",
        chunked + "-1\r\nabc\r\n",
        chunked + "5\r\nab",
        chunked + "1;" + "x" * 100_000 + "\r\na\r\n0\r\n\r\n",
        chunked + "0\r\n" + "T: x\r\n" * 5_000 + "\r\n",
        chunked + "1\r\na\r\n" * 3_000,
        get + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
        get + UPGRADE + "\r\n",
        get + UPGRADE + "Sec-WebSocket-Key: x\r\n\r\n",
        get + UPGRADE + KEY + KEY + "\r\n",
        get + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n",
        get + UPGRADE + KEY + "Sec-WebSocket-Extensions: permessage-deflate; " + "a=b; " * 500 + "\r\n\r\n",
    ]
    frames = [
        b"\x81\xff" + b"\xff" * 16,
        b"\x89\xfe\x01\x00",
        b"\xf1\x80",
        b"\x01\x80aaaa" * 200,
        b"\x00\x80aaaa",
        b"\x88\x81aaaa\x00",
    ]
    handshake = (get + UPGRADE + KEY + "\r\n").encode()
    return [
        *(text.encode("latin-1") for text in texts),
        *(handshake + frame for frame in frames),
        *(chance.randbytes(chance.randint(1, 400)) for _ in range(20)),
        *(handshake + chance.randbytes(chance.randint(1, 200)) for _ in range(20)),
    ]


async def sent(port: int, data: bytes) -> bytes:
    """Send it and read what comes back, for a moment; many of these never get an answer."""
    answer = b""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(data)
                writer.write_eof()
                answer = await reader.read(65_536)
            finally:
                writer.transport.abort()
    return answer


async def all_sent(port: int, lines: list[bytes]) -> list[bytes]:
    """Send them all, a few at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(line: bytes) -> bytes:
        async with places:
            return await sent(port, line)

    return await asyncio.gather(*(one(line) for line in lines))


async def is_alive(house: RunningHouse, service: str) -> bool:
    """Whether it answers its probe soon."""
    timeout = aiohttp.ClientTimeout(ANSWERS_WITHIN)
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(house.url(service, "/livez")) as answer:
        return answer.status == 200


@asynccontextmanager
async def unfinished(port: int, beginning: bytes, count: int) -> AsyncIterator[list[asyncio.StreamReader]]:
    """So many connections that begin to say something and never end."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    for _, writer in opened:
        writer.write(beginning)
    try:
        yield [reader for reader, _ in opened]
    finally:
        for _, writer in opened:
            writer.transport.abort()


@pytest.mark.parametrize("service", SERVICES)
async def test_rubbish_gets_no_server_error_and_leaves_nothing_in_memory(house: RunningHouse, service: str) -> None:
    """Round after round of it: the same process serves on, as large as it was after the first."""
    process, port = house.process(service), house.ports[f"{service.upper().replace('-', '_')}_PORT"]
    lines = rubbish(PATHS.get(service, "/livez"))
    answers = await all_sent(port, lines)
    assert [answer[:60] for answer in answers if answer.startswith(b"HTTP/1.1 5")] == []
    assert any(answer.startswith(b"HTTP/1.1 4") for answer in answers)
    before = process.memory_info().rss
    for _ in range(ROUNDS):
        await all_sent(port, lines)
    assert await is_alive(house, service)
    assert house.process(service).pid == process.pid
    assert process.memory_info().rss - before < MOST_GROWTH


@pytest.mark.parametrize("service", SERVICES)
async def test_who_never_ends_a_head_is_cut_off_and_holds_up_nobody(house: RunningHouse, service: str) -> None:
    """As in a slowloris, from one address."""
    port = house.ports[f"{service.upper().replace('-', '_')}_PORT"]
    async with unfinished(port, b"GET /livez HTTP/1.1\r\nX-Slow: ", HELD) as readers:
        assert await is_alive(house, service)
        async with asyncio.timeout(CUT_OFF_WITHIN):
            for reader in readers:
                with suppress(ConnectionError):
                    await reader.read()
    assert await is_alive(house, service)
