"""More requests at once than the service answers, while Stripe is slow."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psutil
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

if TYPE_CHECKING:
    from calling import Answer, Api
    from conftest import Serve

CAPACITY = 20
ROUNDS = 10
CART = {"items": [{"sku": "mug", "quantity": 1}], "currency": "usd"}
MOST_GROWTH = 64 * 2**20


async def test_what_waits_for_a_slow_stripe_is_bounded_and_the_rest_is_shed(serve_api: Serve) -> None:
    """Ten times the capacity, again and again: refused at once with when to come again, and memory stays flat."""
    asked, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        asked.release()
        await go_on.wait()
        return web.json_response({"error": {"type": "invalid_request_error"}}, status=400)

    async with TestServer(_app(slow)) as stripe:
        api = await serve_api(max_in_flight=CAPACITY, burst_per_key=100_000, stripe_api_base=str(stripe.make_url("/")))
        waiting = [asyncio.create_task(_buy(api, number)) for number in range(CAPACITY)]
        async with asyncio.timeout(20):
            for _ in waiting:
                await asked.acquire()
        before = psutil.Process().memory_info().rss
        for _ in range(ROUNDS):
            answers = await asyncio.gather(*(_buy(api, number) for number in range(10 * CAPACITY)))
            assert {(told.status, told.body["code"], told.headers["Retry-After"]) for told in answers} == {
                (503, "overloaded", "2")
            }
        assert psutil.Process().memory_info().rss - before < MOST_GROWTH
        assert (await api.send("GET", "/livez")).status == 200
        go_on.set()
        assert {told.status for told in await asyncio.gather(*waiting)} & {503} == set()


async def _buy(api: Api, number: int) -> Answer:
    return await api.post("/v1/payment-intents", CART, key=f"key-{number}", bearer=api.secret_key)


def _app(answer: Handler) -> web.Application:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    return app
