"""Running an ASGI app as one process that finishes what is in flight before it ends."""

import uvicorn
from starlette.types import ASGIApp


def serve(app: ASGIApp, *, host: str, port: int, drain_seconds: int = 20, backlog: int = 2048) -> None:
    """Serve until SIGTERM or SIGINT, then stop accepting, finish requests for `drain_seconds`, and return."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        backlog=backlog,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=drain_seconds,
        limit_concurrency=None,
        h11_max_incomplete_event_size=64 * 1024,
    )
