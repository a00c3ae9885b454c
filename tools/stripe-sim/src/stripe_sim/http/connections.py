"""Closing a caller's connection without an answer, as a broken network does."""

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

CLOSE = "stripe_sim.close"


class ConnectionClosed:
    """An ASGI answer that is none."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - an ASGI app
        await send({"type": CLOSE})


class Closable:
    """The outermost ASGI layer: turns CLOSE into a closed connection.

    ASGI has no word for that, so it takes the transport of uvicorn's protocol, whose bound method `send` is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_or_close(message: Any) -> None:
            if message["type"] != CLOSE:
                await send(message)
            elif transport := getattr(getattr(send, "__self__", None), "transport", None):
                transport.abort()
                await _gone(receive)

        await self.app(scope, receive, send_or_close)


async def _gone(receive: Receive) -> None:
    """Return once the server has noticed; an app that returns before is logged as an error."""
    while (await receive())["type"] != "http.disconnect":
        pass
