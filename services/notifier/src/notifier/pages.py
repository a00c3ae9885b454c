"""What notifier answers to a plain HTTP GET."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from notifier.asyncapi import document
from notifier.metrics import Metrics
from notifier.openapi import description
from tillstream_operations import Health, Problem
from tillstream_operations.problems import MEDIA_TYPE

STREAM_PATH = "/v1/stream"
HTML = "text/html; charset=utf-8"
JSON = "application/json"


class Pages:
    """Probes, metrics and documentation, by path."""

    def __init__(self, metrics: Metrics, *, alive: Callable[[], Health], ready: Callable[[], Health]) -> None:
        self._pages: dict[str, Callable[[ServerConnection], Response]] = {
            "/livez": lambda connection: health(connection, alive()),
            "/readyz": lambda connection: health(connection, ready()),
            "/metrics": lambda connection: page(connection, generate_latest(metrics.registry), CONTENT_TYPE_LATEST),
            "/docs": lambda connection: page(connection, files("notifier").joinpath("docs.html").read_bytes(), HTML),
            "/asyncapi.json": lambda connection: page(connection, _json(document()), JSON),
            "/openapi.json": lambda connection: page(connection, _json(description()), JSON),
        }

    def answer(self, connection: ServerConnection, request: Request, path: str) -> Response:
        """The page at `path`, or the problem of its absence."""
        if path not in self._pages:
            return problem(connection, Problem(404, "not_found", f"The stream is at {STREAM_PATH}; see /docs."))
        if request.method != "GET":
            refusal = Problem(405, "method_not_allowed", "Only GET is served here.", headers={"Allow": "GET"})
            return problem(connection, refusal)
        return self._pages[path](connection)


def health(connection: ServerConnection, state: Health) -> Response:
    """The answer to a probe."""
    return page(connection, _json(state.body()), JSON, status=state.status())


def problem(connection: ServerConnection, refusal: Problem) -> Response:
    """A problem document (RFC 9457); the request's id is the connection's."""
    body = {**refusal.body(), "request_id": f"req_{connection.id.hex}"}
    return page(connection, _json(body), MEDIA_TYPE, status=refusal.status, headers=refusal.headers or {})


def page(
    connection: ServerConnection, body: bytes, content_type: str, *, status: int = 200, headers: Mapping[str, str] = {}
) -> Response:
    """An answer; the connection closes after it."""
    response = connection.respond(status, "")
    response.body = body
    del response.headers["Content-Type"], response.headers["Content-Length"]
    response.headers.update({"Content-Type": content_type, "Content-Length": str(len(body)), **headers})
    return response


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content).encode()
