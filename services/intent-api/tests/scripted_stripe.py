"""A Stripe whose answers a test writes itself."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web


@dataclass
class ScriptedStripe:
    """A Stripe that notes every request and answers what it is told, else an object made of the parameters."""

    url: str = ""
    requests: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    """Path, parameters and idempotency key of each."""
    script: list[Callable[[], web.StreamResponse]] = field(default_factory=list)
    """The next answers, in turn; the last one stays."""
    objects: dict[str, tuple[int, Any]] = field(default_factory=dict)
    """Status and body for a request such as `GET /v1/customers/cus_1`, whatever the script says."""
    asked: list[str] = field(default_factory=list)
    """Method and path of each request."""
    headers: list[Mapping[str, str]] = field(default_factory=list)
    mock: str = ""
    """Where Stripe's own mock answers, which is then sent each request too."""
    refused_by_mock: list[str] = field(default_factory=list)
    created_at: int = field(default_factory=lambda: int(time.time()))

    def fails(self, status: int, error: Mapping[str, str] = {}, *, headers: Mapping[str, str] | None = None) -> None:
        """Answer with this error next."""
        body = {"error": {"type": "invalid_request_error", "message": "as scripted", **error}}
        self.script.append(lambda: web.json_response(body, status=status, headers=headers))

    def has(self, asked: str, body: Any, *, status: int = 200) -> None:
        """Answer this request always with this body."""
        self.objects[asked] = (status, body)

    def lacks(self, *asked: str) -> None:
        """Answer these requests as Stripe does for an id that it does not know."""
        for each in asked:
            self.has(each, {"error": {"type": "invalid_request_error", "code": "resource_missing"}}, status=404)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        asked = f"{request.method} {request.path}"
        self.asked.append(asked)
        if self.mock:
            await self._try_on_mock(request)
        params = dict(parse_qsl(await request.text() or request.query_string))
        self.requests.append((request.path, params, request.headers.get("Idempotency-Key", "")))
        self.headers.append(request.headers)
        if asked in self.objects:
            status, body = self.objects[asked]
            return web.json_response(body, status=status)
        if self.script:
            return (self.script.pop(0) if len(self.script) > 1 else self.script[0])()
        return self.created(request.path, params)

    async def _try_on_mock(self, request: web.Request) -> None:
        passed_on = {
            name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers
        }
        url, sent = f"{self.mock}{request.path_qs}", await request.read()
        async with aiohttp.request(request.method, url, data=sent or None, headers=passed_on) as response:
            if response.status != 200:
                self.refused_by_mock.append(f"{request.method} {request.path_qs}: {await response.text()}")

    def created(self, path: str, params: Mapping[str, str]) -> web.Response:
        """The object that the request asks for."""
        if path.endswith("/sessions"):
            made = {
                "id": "cs_1",
                "object": "checkout.session",
                "created": self.created_at,
                "url": "https://pay.test/cs_1",
            }
        else:
            made = {
                "id": "pi_1",
                "object": "payment_intent",
                "amount": int(params["amount"]),
                "currency": params["currency"],
                "client_secret": "pi_1_secret_2",
                "created": self.created_at,
                "status": "requires_payment_method",
            }
        return web.json_response(made)


@asynccontextmanager
async def scripted_stripe() -> AsyncIterator[ScriptedStripe]:
    """A Stripe on a port of its own, until the block ends."""
    scripted = ScriptedStripe()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", scripted.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    scripted.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield scripted
    finally:
        await runner.cleanup()
