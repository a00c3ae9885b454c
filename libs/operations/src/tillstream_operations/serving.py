"""Running an ASGI app as one process that finishes what is in flight before it ends."""

import math
import signal
import time
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from tillstream_operations.connections import BoundedConnection

STARTUP_FAILED = 3


def serve(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    drain_seconds: int = 20,
    notice_seconds: float = 0,
    backlog: int = 2048,
) -> None:
    """Serve until SIGTERM or SIGINT, then let the work end in order, and return.

    For `notice_seconds` `/readyz` says no while all else goes on, so that a load balancer can look elsewhere; then
    nothing new is accepted, and requests in flight have `drain_seconds` to finish. A second signal skips the notice.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        backlog=backlog,
        http=BoundedConnection,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # else whoever calls from this machine could claim any address
        timeout_graceful_shutdown=drain_seconds,
        limit_concurrency=None,
    )
    server = _Server(config, app, notice_seconds)
    server.run()
    if not server.started:
        raise SystemExit(STARTUP_FAILED)


class _Server(uvicorn.Server):
    """uvicorn's, which gives notice first, and ends with exit code 0 when it was asked to end."""

    def __init__(self, config: uvicorn.Config, app: ASGIApp, notice_seconds: float) -> None:
        super().__init__(config)
        self._app, self._notice_seconds = app, notice_seconds
        self._leave_at = math.inf

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 uvicorn's signature
        """Called on each signal."""
        if self._notice_seconds > 0 and self.started and self._leave_at == math.inf:
            self._leave_at = time.monotonic() + self._notice_seconds
            if (state := getattr(self._app, "state", None)) is not None:
                state.leaving = True
        else:
            self.force_exit = self.should_exit and sig == signal.SIGINT
            self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Called by uvicorn ten times a second; the server ends when it returns true."""
        if time.monotonic() >= self._leave_at:
            self.should_exit = True
        return await super().on_tick(counter)
