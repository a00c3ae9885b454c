"""Counting and timing each request by its route."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intent_api.metrics import Metrics


class Measuring:
    """ASGI middleware that feeds the request metrics."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            route = getattr(scope.get("route"), "path", "none")  # a path nobody serves must not make a series
            self.metrics.requests.labels(scope["method"], route, status).inc()
            self.metrics.request_seconds.labels(route).observe(time.perf_counter() - began)
