"""Where a request comes in: a stream through the door, a page, or a problem."""

from collections.abc import Callable
from functools import partial
from typing import cast

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from notifier.door import Door
from notifier.metrics import Metrics
from notifier.pages import STREAM_PATH, Pages, problem
from notifier.sessions import Sessions
from notifier.settings import Settings
from notifier.sockets import Socket
from tillstream_operations import Problem, client_address
from tillstream_operations.problems import MEDIA_TYPE


class Entrance:
    """Lets sockets in and knows who is inside."""

    def __init__(self, settings: Settings, metrics: Metrics, pages: Pages, *, is_open: Callable[[], bool]) -> None:
        self.sockets: set[Socket] = set()
        self._trusted_proxies = settings.trusted_proxies
        self._metrics, self._pages, self._is_open = metrics, pages, is_open
        self._door = Door(
            allowed_origins=frozenset(settings.allowed_origins),
            most=settings.max_connections,
            most_per_address=settings.max_connections_per_address,
        )
        self.socket = partial(
            Socket,
            write_buffer_bytes=settings.write_buffer_bytes,
            max_frames_per_minute=settings.max_frames_per_minute,
            on_drop=lambda reason: metrics.dropped.labels(reason).inc(),
        )

    def answer(self, socket: ServerConnection, request: Request) -> Response | None:
        """The page that was asked for, why the stream is refused, or None: go on with the handshake."""
        path = request.path.partition("?")[0]
        if path != STREAM_PATH:
            return self._pages.answer(socket, request, path)
        peer = str((socket.remote_address or ("",))[0])
        address = client_address(peer, request.headers.get_all("X-Forwarded-For"), self._trusted_proxies)
        try:
            self._door.check(address, request.headers.get_all("Origin"), is_open=self._is_open())
        except Problem as refusal:
            self._metrics.refused.labels(refusal.code).inc()
            return problem(socket, refusal)
        cast("Socket", socket).address = address
        return None

    def explain(self, socket: ServerConnection, _: Request, response: Response) -> Response | None:
        """Turn the library's plain refusals of a handshake into problem documents."""
        if response.status_code < 400 or response.headers.get("Content-Type") == MEDIA_TYPE:
            return None
        detail = f"Open {STREAM_PATH} as a WebSocket: {bytes(response.body).decode(errors='replace').strip()}"
        return problem(socket, Problem(response.status_code, "not_a_websocket_handshake", detail))

    async def admit(self, sessions: Sessions, socket: ServerConnection) -> None:
        """Serve a socket that came through the door, and count it out again."""
        mine = cast("Socket", socket)
        mine.forget_handshake()
        self.sockets.add(mine)
        self._door.enter(mine.address)
        try:
            await sessions.serve(mine)
        finally:
            self._door.leave(mine.address)
            self.sockets.discard(mine)
