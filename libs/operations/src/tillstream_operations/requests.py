"""A request's own id: taken from the caller or made up, sent back, and on every log line."""

import re
import secrets
from contextvars import ContextVar

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-request-id"
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The id of the request that is being answered, empty outside one."""
    return _current.get()


class RequestIds:
    """ASGI middleware that gives each request its id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        chosen = _chosen(scope)
        _current.set(chosen)
        structlog.contextvars.bind_contextvars(request_id=chosen)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = chosen
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")


def _chosen(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == HEADER.encode() and _ACCEPTABLE.fullmatch(text := value.decode("latin-1")):
            return str(text)
    return f"req_{secrets.token_hex(12)}"
