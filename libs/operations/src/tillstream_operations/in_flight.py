"""A bound on the requests that are answered at once: what goes beyond is turned away while that is still cheap."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from tillstream_operations.problems import Problem

ALWAYS: Final = ("/livez", "/readyz", "/metrics")
"""Operators are answered all the more when there is too much to do."""
RETRY_AFTER: Final = {"Retry-After": "2"}


class InFlight:
    """ASGI middleware that answers 503 `overloaded` to each request beyond `most` at once."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app, self._most, self._now = app, most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS:
            await self.app(scope, receive, send)
        elif self._now >= self._most:
            detail = "Too much is in flight. Send the same request again in a moment; nothing was done."
            await Problem(503, "overloaded", detail, headers=RETRY_AFTER).response()(scope, receive, send)
        else:
            self._now += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self._now -= 1
