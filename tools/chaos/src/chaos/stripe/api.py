"""A small stand-in for Stripe's API: as much as intent-api, the resolver and the reconciler ask of it."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from chaos.stripe.account import Account, Entry
from chaos.stripe.moods import IDEMPOTENCY_KEY, Moods, error, in_moods
from chaos.stripe.story import Object

MOST_LISTED: Final = 100
DEFAULT_LIMIT: Final = 10
BOUNDS: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "gt": lambda created, bound: created > bound,
    "gte": lambda created, bound: created >= bound,
    "lt": lambda created, bound: created < bound,
    "lte": lambda created, bound: created <= bound,
}
ACCOUNT: Final = web.AppKey("account", Account)


@asynccontextmanager
async def serving(port: int, moods: Moods | None = None) -> AsyncIterator[Account]:
    """Answer on this port of the loopback until the end; what there is to know comes from `Account.tell`."""
    account = Account()
    runner = web.AppRunner(app_of(account, moods or Moods()), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield account
    finally:
        await runner.cleanup()


def app_of(account: Account, moods: Moods) -> web.Application:
    """The API as an aiohttp app."""
    app = web.Application(middlewares=[in_moods(moods)])
    app[ACCOUNT] = account
    app.add_routes(
        [
            web.get("/v1/events", _list_events),
            web.get("/v1/events/{id}", _retrieve_event),
            web.post("/v1/payment_intents", _create_payment_intent),
            web.get("/v1/{kind:.+}/{id}", _retrieve),
        ]
    )
    return app


async def _list_events(request: web.Request) -> web.Response:
    asked = request.query
    limit = int(asked.get("limit", DEFAULT_LIMIT))
    if not 1 <= limit <= MOST_LISTED:
        return error(400, "invalid_request_error", "Invalid integer: limit", param="limit")
    types = {value for name, value in asked.items() if re.fullmatch(r"types?(\[\d*\])?", name)}
    bounds = [(BOUNDS[name[8:-1]], int(value)) for name, value in asked.items() if name.startswith("created[")]
    before = asked.get("ending_before")
    found: list[Entry] = []
    for entry in request.app[ACCOUNT].listed(asked.get("starting_after"), before):
        if _is_of(entry.type, types) and all(holds(entry.created, bound) for holds, bound in bounds):
            found.append(entry)
        if len(found) > limit:
            break
    page = found[:limit] if before is None else found[:limit][::-1]
    bodies = b",".join(entry.body for entry in page)
    has_more = b"true" if len(found) > limit else b"false"
    whole = b'{"object":"list","url":"/v1/events","has_more":%b,"data":[%b]}' % (has_more, bodies)
    return web.Response(body=whole, content_type="application/json")


def _is_of(event_type: str, types: set[str]) -> bool:
    """Whether it is asked for; a type may end with a star."""
    starred = (wanted[:-1] for wanted in types if wanted.endswith("*"))
    return not types or event_type in types or any(event_type.startswith(prefix) for prefix in starred)


async def _retrieve_event(request: web.Request) -> web.Response:
    return _answer(request.app[ACCOUNT].event(request.match_info["id"]), request)


async def _retrieve(request: web.Request) -> web.Response:
    return _answer(request.app[ACCOUNT].object(request.match_info["id"]), request)


async def _create_payment_intent(request: web.Request) -> web.Response:
    asked = {name: str(value) for name, value in (await request.post()).items()}
    key = request.headers.get(IDEMPOTENCY_KEY)
    if key is None or "amount" not in asked or "currency" not in asked:
        return error(400, "invalid_request_error", "An idempotency key, amount and currency are needed here.")
    made = request.app[ACCOUNT].make_payment_intent(key, asked)
    if made is None:
        return error(400, "idempotency_error", "Keys can only be used with the parameters of their first use.")
    return web.json_response(made)


def _answer(found: Object | None, request: web.Request) -> web.Response:
    if found is None:
        message = f"No such object: '{request.match_info['id']}'"
        return error(404, "invalid_request_error", message, code="resource_missing", param="id")
    return web.json_response(found)
