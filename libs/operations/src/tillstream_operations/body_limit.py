"""A cap on request bodies, in bytes and in time, checked before anything is parsed."""

import asyncio
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tillstream_operations.problems import Problem

MAX_BODY: Final = 64 * 1024
MAX_SECONDS: Final = 10.0


class BodyLimit:
    """ASGI middleware that answers 413 to a body over the cap, announced or not, and 408 to one that never ends."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY, seconds: float = MAX_SECONDS) -> None:
        self.app, self.limit, self.seconds = app, limit, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.seconds):
                body = await self._read(receive)
        except TimeoutError:
            detail = f"Send the whole body within {self.seconds:g} seconds."
            problem = Problem(408, "body_too_slow", detail, headers={"Connection": "close"})
            await problem.response()(scope, receive, send)
        except Problem as problem:
            await problem.response()(scope, receive, send)
        except ClientDisconnect:
            return
        else:
            await self.app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive) -> bytes:
        """The whole body. Raises Problem as soon as it is over the cap."""
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self.limit:
                raise Problem(413, "body_too_large", f"Send a body of at most {self.limit} bytes.")
        return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body again for the app, then whatever the server has to say (that the caller left)."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again
