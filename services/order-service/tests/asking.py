"""Questions to an ASGI app, without a server."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message, Scope

SECRET_KEY = "sk_test_0123456789abcdef0123"
TOKEN_SECRET = "a token secret that is long enough, for tests only"


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


async def get(app: ASGIApp, path: str, *, bearer: str | None = SECRET_KEY, headers: Any = (), **query: Any) -> Answer:
    """Ask an ASGI app."""
    return await ask(app, "GET", path, bearer=bearer, headers=headers, query=query)


async def ask(
    app: ASGIApp,
    method: str,
    path: str,
    *,
    bearer: str | None = SECRET_KEY,
    headers: Any = (),
    query: Mapping[str, Any] | None = None,
    body: Any = None,
) -> Answer:
    """Ask an ASGI app for anything."""
    whole = b"" if body is None else json.dumps(body).encode()
    sent = [(name.encode(), value.encode()) for name, value in headers]
    sent += [(b"content-type", b"application/json")] if whole else []
    sent += [(b"authorization", f"Bearer {bearer}".encode())] if bearer else []
    asked = urlencode(query or {}, doseq=True)
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": asked.encode(), "root_path": "", "headers": sent,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
    }  # fmt: skip
    answered: list[Message] = []
    waiting = [{"type": "http.request", "body": whole, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answered.append(message)

    await app(scope, receive, send)
    start, *parts = answered
    came = b"".join(part.get("body", b"") for part in parts)
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], found, json.loads(came) if came[:1] in (b"{", b"[") else {"text": came.decode()})
