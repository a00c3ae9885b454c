"""What the demonstration shop's own server does beside showing pages: it knows its buyers, and its staff have a desk.

There is no sign-in, so it answers this machine's browsers alone, and those only from its own pages.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from devstack.shop_calls import ShopCalls
from devstack.shop_sessions import Sessions

LOCAL_NAMES: Final = ("localhost", "127.0.0.1")
OWN_SITES: Final = ("same-origin", "none")
"""`none`: typed into the address bar, or no browser at all."""
MOST_BODY_BYTES: Final = 4096
MOST_LISTED: Final = 50
ORDER: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
CHANGES: Final = ("refunds", "capture", "cancel")

Answer = Callable[[Request], Awaitable[Response]]


def shop_routes(calls: ShopCalls, secret_key: str) -> list[Route]:
    """Everything under `/shop`."""
    sessions = Sessions(calls, secret_key)

    async def list_orders(_: Request) -> Response:
        return (await calls.look(f"/v1/orders?limit={MOST_LISTED}")).response()

    async def show_order(request: Request) -> Response:
        return (await calls.look(f"/v1/orders/{request.path_params['order']}")).response()

    async def change_order(request: Request) -> Response:
        order, change = request.path_params["order"], request.path_params["change"]
        key = request.headers.get("idempotency-key", "")
        if change not in CHANGES or not KEY.fullmatch(key):
            return _refused(400, "Send an Idempotency-Key of 8 to 64 letters and digits to refunds, capture or cancel.")
        body = await _small(request)
        if body is None:
            return _refused(413, f"Send at most {MOST_BODY_BYTES} bytes.")
        return (await calls.ask(f"/v1/orders/{order}/{change}", key=key, body=body)).response()

    return [
        Route("/shop/session", _from_own_page(sessions.begin), methods=["POST"]),
        Route("/shop/orders", _from_own_page(list_orders)),
        Route("/shop/orders/{order}", _from_own_page(show_order)),
        Route("/shop/orders/{order}/{change}", _from_own_page(change_order), methods=["POST"]),
    ]


def opening(calls: ShopCalls) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """A lifespan that has the connections open while pages are served."""

    @asynccontextmanager
    async def open_and_close(_: Starlette) -> AsyncIterator[None]:
        await calls.open()
        yield
        await calls.close()

    return open_and_close


def _from_own_page(answer: Answer) -> Answer:
    """Answers only what a page of this very server asks, whatever other pages or names point here."""

    async def guarded(request: Request) -> Response:
        if request.url.hostname not in LOCAL_NAMES:
            return _refused(403, "Open the shop as http://localhost.")
        own = f"{request.url.scheme}://{request.url.netloc}"
        if request.headers.get("origin", own) != own or request.headers.get("sec-fetch-site", "none") not in OWN_SITES:
            return _refused(403, "Ask from the shop's own page.")
        if request.method == "POST" and request.headers.get("content-type") != "application/json":
            return _refused(415, "Send JSON.")
        if not ORDER.fullmatch(request.path_params.get("order", "none")):
            return _refused(404, "There is no such order.")
        return await answer(request)

    return guarded


async def _small(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY_BYTES:
            return None
    return bytes(body)


def _refused(status: int, detail: str) -> Response:
    body = {"status": status, "code": "refused", "detail": detail}
    return JSONResponse(body, status, media_type="application/problem+json")
