"""Running an ASGI app as one process that finishes what is in flight before it ends."""

import math
import signal
import time
from contextlib import nullcontext
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from tillstream_operations.connections import BoundedConnection
from tillstream_operations.watchdog import NO_PROGRESS, Watchdog

STARTUP_FAILED: Final = 3
LONGEST_END: Final = 20.0
"""The seconds within which a process ends that was told to; whoever supervises it may kill it later than that."""
KEEP_ALIVE: Final = 75.0
"""Load balancers keep unused connections for up to a minute; who closes first must not be us, or a request is lost."""
GOODBYE: Final = [(b"connection", b"close")]


def serve(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    drain_seconds: int = 14,
    notice_seconds: float = 1,
    end_after_seconds: float = 30,
    backlog: int = 2048,
    connection: type[BoundedConnection] = BoundedConnection,
) -> None:
    """Serve until SIGTERM or SIGINT, then let the work end in order, and return.

    For `notice_seconds` `/readyz` says no while all else goes on, so that a load balancer can look elsewhere; each
    answer asks for a new connection. Then nothing new is accepted, and requests in flight have `drain_seconds` to
    finish. A second signal skips the notice. What `add_probes` was given as `alive` is asked all the time: after
    `end_after_seconds` without a good answer the process ends with exit code 70.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        backlog=backlog,
        http=connection,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # else whoever calls from this machine could claim any address
        timeout_keep_alive=int(KEEP_ALIVE),
        timeout_graceful_shutdown=drain_seconds,
        limit_concurrency=None,
    )
    alive = getattr(getattr(app, "state", None), "alive", None)
    watchdog = Watchdog(alive, patience=end_after_seconds, grace=LONGEST_END) if alive else None
    server = _Server(config, app, notice_seconds, watchdog)
    server.run()
    if not server.started:
        raise SystemExit(STARTUP_FAILED)
    if watchdog and watchdog.has_ended:
        raise SystemExit(NO_PROGRESS)


class _Server(uvicorn.Server):
    """uvicorn's, which gives notice first, and ends with exit code 0 when it was asked to end."""

    def __init__(self, config: uvicorn.Config, app: ASGIApp, notice_seconds: float, watchdog: Watchdog | None) -> None:
        super().__init__(config)
        self._app, self._notice_seconds, self._watchdog = app, notice_seconds, watchdog
        self._leave_at = math.inf

    async def main_loop(self) -> None:
        """Called by uvicorn once all is started; watched until the end is asked for."""
        async with self._watchdog.watching() if self._watchdog else nullcontext():
            await super().main_loop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 uvicorn's signature
        """Called on each signal."""
        if self._notice_seconds > 0 and self.started and self._leave_at == math.inf:
            self._leave_at = time.monotonic() + self._notice_seconds
            self.config.encoded_headers += GOODBYE  # into each answer from now on
            self.server_state.default_headers = [*self.server_state.default_headers, *GOODBYE]
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
