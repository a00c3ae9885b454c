"""A cap on request bodies, checked before anything is parsed."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tillstream_operations import Problem

MAX_BODY: Final = 64 * 1024


class BodyLimit:
    """ASGI middleware that answers 413 to a body over the cap, whether announced or only sent."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        body = await self._read(receive)
        if body is None:
            detail = f"Send a body of at most {self.limit} bytes."
            await Problem(413, "body_too_large", detail).response()(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        """The whole body, None as soon as it is over the cap."""
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self.limit:
                return None
        return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body again for the app, then whatever the server has to say (that the caller left)."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again
