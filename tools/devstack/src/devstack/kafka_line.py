"""A line to Kafka that a test may break without a word: connections stay open, and nothing comes back on them.

So it is behind a firewall that forgot a connection, or where a path loses packets above some size.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import Final

from devstack.kafka import Kafka
from devstack.ports import LOOPBACK, free_port

AT_ONCE: Final = 2**16
ASKED_WITHIN: Final = 30.0


class Api(IntEnum):
    """Kinds of requests, by the numbers that Kafka's protocol gives them."""

    PRODUCE = 0
    FETCH = 1


class KafkaLine:
    """Passes on what clients and the broker say to each other."""

    def __init__(self) -> None:
        self._port, self._beside, self._far_end, self._controller = (free_port() for _ in range(4))
        self.bootstrap = f"{LOOPBACK}:{self._port}"
        """Where the broker is found through the line."""
        self.beside = f"{LOOPBACK}:{self._beside}"
        """Where it is found without it."""
        self.unanswered: Api | None = None
        """From a request of this kind on, its connection is dead; new ones are not."""
        self._dead: set[asyncio.StreamWriter] = set()
        self._open: set[asyncio.StreamWriter] = set()

    def broker(self, home: Path) -> Kafka:
        """The broker at the far end, which tells who comes through the line to come back through it."""
        inner, outer = f"PLAINTEXT://{self.beside}", f"LINE://{LOOPBACK}:"
        settings = {
            "listeners": f"{inner},{outer}{self._far_end},CONTROLLER://{LOOPBACK}:{self._controller}",
            "advertised.listeners": f"{inner},{outer}{self._port}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,LINE:PLAINTEXT,CONTROLLER:PLAINTEXT",
        }
        return Kafka(home, self._beside, self._controller, settings)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Take clients inside the block."""
        serving: set[asyncio.Task[None]] = set()

        def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._connect(reader, writer))
            serving.add(task)
            task.add_done_callback(serving.discard)

        server = await asyncio.start_server(serve, LOOPBACK, self._port)
        try:
            yield
        finally:
            server.close()
            for task in tuple(serving):
                task.cancel()
            await asyncio.gather(*serving, return_exceptions=True)

    async def until_unanswered(self) -> None:
        """Return once there was such a request: the one before it still gets its answer, and that may be what waits."""
        async with asyncio.timeout(ASKED_WITHIN):
            while not self._dead:  # noqa: ASYNC110  # a test's patience
                await asyncio.sleep(0.05)

    def kill_open_connections(self) -> None:
        """Let nothing through any more on those that are open now."""
        self._dead |= self._open

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it goes."""
        from_broker, to_broker = await asyncio.open_connection(LOOPBACK, self._far_end)
        self._open.add(writer)
        answers = asyncio.create_task(self._pass_answers(from_broker, writer))
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                await self._pass_requests(reader, to_broker, writer)
        finally:
            answers.cancel()
            await asyncio.gather(answers, return_exceptions=True)
            self._open.discard(writer)
            self._dead.discard(writer)
            for end in (to_broker, writer):
                end.close()
                with suppress(ConnectionError):
                    await end.wait_closed()

    async def _pass_requests(
        self, reader: asyncio.StreamReader, to_broker: asyncio.StreamWriter, client: asyncio.StreamWriter
    ) -> None:
        while True:
            size = await reader.readexactly(4)
            request = await reader.readexactly(int.from_bytes(size))
            if self.unanswered == int.from_bytes(request[:2]):
                self._dead.add(client)
            if client not in self._dead:
                to_broker.write(size + request)
                await to_broker.drain()

    async def _pass_answers(self, from_broker: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        while answer := await from_broker.read(AT_ONCE):
            if client not in self._dead:
                client.write(answer)
                await client.drain()
        client.close()
