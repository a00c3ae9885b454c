"""A real process behind a real socket: how it begins, what it refuses to wait for, and how it ends."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

PROGRAM = """
import asyncio
from fastapi import FastAPI
from tillstream_operations import Health, add_probes, serve

app = FastAPI()

async def ready() -> Health:
    return Health.of()

@app.get("/slow")
async def slow() -> str:
    print("begun", flush=True)
    await asyncio.sleep(0.5)
    return "finished"

add_probes(app, ready=ready)
import tillstream_operations.connections as connections
connections.HEAD_SECONDS = {head_seconds}
connections.MAX_CONNECTIONS = {most}
serve(app, host="127.0.0.1", port={port}, drain_seconds=10, notice_seconds={notice_seconds})
print("returned", flush=True)
"""


class Served:
    """The process and how to talk to it."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process, self.port = process, port

    async def send(self, data: bytes) -> bytes:
        """All that comes back until the connection ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(data)
            async with asyncio.timeout(10):
                return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def get(self, path: str) -> bytes:
        """The answer to a request."""
        return await self.send(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())

    async def printed(self, line: str) -> None:
        """Return once the process has printed this line."""
        assert self.process.stdout
        async with asyncio.timeout(10):
            while await self.process.stdout.readline() != f"{line}\n".encode():
                pass


@asynccontextmanager
async def served(*, notice_seconds: float = 0, head_seconds: float = 10, most: int = 100) -> AsyncIterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = PROGRAM.format(port=port, notice_seconds=notice_seconds, head_seconds=head_seconds, most=most)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    try:
        running = Served(process, port)
        await _until(lambda: _listens(port))
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 another process tells nobody
            await asyncio.sleep(0.02)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_request_in_flight_is_finished_and_the_exit_is_clean(number: signal.Signals) -> None:
    async with served() as server:
        request = asyncio.create_task(server.get("/slow"))
        await server.printed("begun")
        server.process.send_signal(number)
        assert (await request).endswith(b'"finished"')
        await server.printed("returned")
        assert await server.process.wait() == 0


async def test_readiness_falls_before_the_socket_closes() -> None:
    async with served(notice_seconds=1) as server:
        assert b"200 OK" in await server.get("/readyz")
        server.process.send_signal(signal.SIGTERM)
        assert b'{"process":"leaving"}' in await server.get("/readyz")
        assert b"200 OK" in await server.get("/livez")
        assert await server.process.wait() == 0


async def test_requests_still_succeed_while_it_leaves_and_are_told_to_connect_anew() -> None:
    """Else a connection that is kept would be cut under a later request."""
    async with served(notice_seconds=1) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        ask = b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n"
        writer.write(ask)
        assert b"connection: close" not in await reader.readuntil(b"}}")
        server.process.send_signal(signal.SIGTERM)
        assert b"leaving" in await server.get("/readyz")
        writer.write(ask)
        async with asyncio.timeout(0.9):
            answer = await reader.read()
        assert b"200 OK" in answer
        assert b"connection: close" in answer
        writer.close()


async def test_a_second_signal_skips_the_notice() -> None:
    async with served(notice_seconds=60) as server:
        server.process.send_signal(signal.SIGTERM)
        assert b"leaving" in await server.get("/readyz")
        server.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await server.process.wait() == 0


@pytest.mark.parametrize("line", [b"x-a: " + b"a" * 200_000, b"x-a: a\r\n" * 20_000])
async def test_a_head_too_large_is_cut_off(line: bytes) -> None:
    async with served() as server:
        answer = await server.send(b"GET /livez HTTP/1.1\r\nhost: x\r\n" + line)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
        assert b"200 OK" in await server.get("/livez")


@pytest.mark.parametrize("beginning", [b"", b"GET /livez HT", b"GET /livez HTTP/1.1\r\nhost: x\r\n"])
async def test_a_caller_who_never_says_what_it_wants_is_cut_off(beginning: bytes) -> None:
    async with served(head_seconds=0.2) as server:
        assert await server.send(beginning) == b""
        assert b"200 OK" in await server.get("/livez")


async def test_a_slow_answer_is_not_cut_off() -> None:
    async with served(head_seconds=0.2) as server:
        assert (await server.get("/slow")).endswith(b'"finished"')


async def test_connection_beyond_the_most_is_told_to_come_back() -> None:
    """And is let in once another one has gone."""
    async with served(most=2) as server:
        held = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)]
        beyond, refused = await asyncio.open_connection("127.0.0.1", server.port)
        async with asyncio.timeout(10):
            answer = await beyond.read()  # who has sent something already may see a reset instead
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 5" in answer
        for writer in (refused, *(writer for _, writer in held)):
            writer.close()
        async with asyncio.timeout(10):
            while b"200 OK" not in await server.get("/livez"):
                pass


async def test_connection_that_rests_is_kept_for_its_next_request() -> None:
    """A load balancer sends the next one over it; five seconds, uvicorn's own, would often be too few."""
    async with served() as service:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        for rest in (6, 0):
            writer.write(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n")
            async with asyncio.timeout(10):
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
                await reader.readuntil(b"}}")
            await asyncio.sleep(rest)
        writer.close()
