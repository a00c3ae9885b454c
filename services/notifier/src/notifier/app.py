"""The only place where notifier's parts meet."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import structlog
from aiohttp import ClientSession, TCPConnector
from websockets.asyncio.server import Server, serve

from notifier.draining import send_away
from notifier.entrance import Entrance
from notifier.feed import StatusFeed
from notifier.heartbeats import keep_beating
from notifier.metrics import Metrics
from notifier.orders import ORDERS
from notifier.pages import Pages
from notifier.records import Dispatch
from notifier.sessions import Sessions
from notifier.settings import Settings
from notifier.snapshots import Snapshots
from notifier.subscriptions import SUBSCRIPTIONS
from notifier.watchers import Watchers
from tillstream_operations import Health
from tillstream_operations.kafka_records import take_any_header_names

KINDS = (ORDERS, SUBSCRIPTIONS)
BACKLOG = 2048
FRAMES_READ_AHEAD = 4
log = structlog.get_logger(__name__)


def create_notifier(settings: Settings) -> "Notifier":
    """A notifier that does nothing until it is run."""
    take_any_header_names()
    return Notifier(settings)


class Notifier:
    """Kafka on one side, WebSockets on the other, for as long as `running` is open."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._metrics = metrics = Metrics()
        self._watchers = watchers = {kind: Watchers() for kind in KINDS}
        takers = {
            kind.topic.under(settings.kafka_topic_prefix): Dispatch(kind, watchers[kind], metrics).take
            for kind in KINDS
        }
        self._feed = StatusFeed(settings, metrics, on_record=takers, on_gap=self._start_over)
        pages = Pages(metrics, alive=self.alive, ready=self.ready)
        self._entrance = Entrance(settings, metrics, pages, is_open=lambda: self._open and self._feed.positioned)
        self._open = self._leaving_soon = False
        self._feeding: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        metrics.sockets.set_function(lambda: len(self._entrance.sockets))
        metrics.orders.set_function(lambda: len(watchers[ORDERS]))
        metrics.subscriptions.set_function(lambda: len(watchers[SUBSCRIPTIONS]))

    def alive(self) -> Health:
        """Whether the reader gets anywhere; it mends itself, so Kafka's absence is no reason to be killed."""
        if self._feeding is None or self._feeding.done():
            return Health.of(feed="ended")
        return Health.of(feed="records wait, and no new reader gets them" if self._feed.in_vain else "ok")

    def ready(self) -> Health:
        """Whether a client that comes now will hear of every change."""
        reads = self._feed.positioned and self._feed.fresh and not self._feed.in_vain
        feed = "ok" if reads else "not reading Kafka"
        is_open = self._open and not self._leaving_soon
        return Health.of(feed=feed, server="ok" if is_open else "starting or stopping")

    def give_notice(self) -> None:
        """Call itself unready while all else goes on, so that new clients are sent elsewhere before the end."""
        self._leaving_soon = True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        """Serve inside the block; gives the port. At its end clients are sent elsewhere, a few at a time."""
        settings = self._settings
        async with ClientSession(connector=TCPConnector(limit=settings.snapshot_concurrency)) as session:
            sessions = Sessions(settings, self._metrics, self._watchers, Snapshots(session, settings, self._metrics))
            server = await self._listen(sessions)
            port = server.sockets[0].getsockname()[1]
            self._feeding = asyncio.create_task(self._feed.run())
            beating = asyncio.create_task(keep_beating(settings, lambda: self._entrance.sockets))
            self._open = True
            log.info("serving", host=settings.host, port=port)
            try:
                yield port
            finally:
                await self._drain(server)
                await _end(beating, self._feeding, *self._leaving)

    async def _listen(self, sessions: Sessions) -> Server:
        """A server on one port; no compression (it costs 40 KiB a socket) and no keepalive task per socket."""
        settings = self._settings
        return await serve(
            partial(self._entrance.admit, sessions),
            sock=_listening_socket(settings),
            backlog=BACKLOG,
            process_request=self._entrance.answer,
            process_response=self._entrance.explain,
            create_connection=self._entrance.socket,  # type: ignore[arg-type] # documented: a wrapper will do
            compression=None,
            server_header="tillstream",
            open_timeout=settings.handshake_timeout.total_seconds(),
            ping_interval=None,
            close_timeout=settings.close_timeout.total_seconds(),
            max_size=settings.max_frame_bytes,
            max_queue=FRAMES_READ_AHEAD,
            logger=_quiet_logger(),
        )

    def _start_over(self) -> None:
        """Records are gone that nobody read: let every client come again and take a fresh snapshot."""
        task = asyncio.create_task(self._send_all_away())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _send_all_away(self) -> None:
        await send_away(self._entrance.sockets, per_second=self._settings.drain_closes_per_second)

    async def _drain(self, server: Server) -> None:
        self._open = False
        log.info("draining", sockets=len(self._entrance.sockets))
        server.close(close_connections=False)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.drain_timeout.total_seconds()):
                await self._send_all_away()
        for late in tuple(self._entrance.sockets):
            late.drop("drain")
        await server.wait_closed()


def _listening_socket(settings: Settings) -> socket.socket:
    """Bound, with the small send buffer that accepted sockets inherit."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, settings.socket_send_buffer_bytes)
    return listening


def _quiet_logger() -> logging.Logger:
    """The library's logger; at its lower levels it would write frames, and with them tokens, into the log."""
    logger = logging.getLogger("notifier.websockets")
    logger.setLevel(logging.WARNING)
    return logger


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
