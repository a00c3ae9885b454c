"""The demonstration shop's own server: who its buyers are, and what its staff may ask for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

Serve = Callable[..., AbstractAsyncContextManager[aiohttp.ClientSession]]
KEY = {"Idempotency-Key": "0123456789abcdef"}


@dataclass
class Service:
    """intent-api and order-service in short, and what they were asked."""

    asked: list[tuple[str, str, str]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)

    async def answer(self, request: web.Request) -> web.Response:
        """Only for the secret key."""
        assert request.headers["Authorization"] == "Bearer sk_1"
        self.asked.append((request.method, request.path_qs, await request.text()))
        self.keys.add(request.headers.get("Idempotency-Key", ""))
        if request.path == "/v1/customers":
            return web.json_response({"customer_id": f"cus_{len(self.asked)}"}, status=201)
        if not request.path.endswith("/tokens"):
            return web.json_response({"seen": request.path}, status=202 if request.method == "POST" else 200)
        if request.path.split("/")[3] in self.forgotten:
            return web.json_response({"code": "customer_not_found"}, status=404)
        return web.json_response({"token": "eyJ", "expires_at": "2030-01-01T00:00:00Z"}, status=201)


@pytest.fixture
async def service() -> AsyncIterator[tuple[Service, str]]:
    """With its address."""
    service = Service()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service.answer)
    async with TestServer(app) as server:
        yield service, str(server.make_url("")).rstrip("/")


@pytest.fixture
async def browser(serve: Serve, service: tuple[Service, str]) -> AsyncIterator[aiohttp.ClientSession]:
    """Looks at the shop."""
    async with serve(service[1]) as session:
        yield session


@pytest.fixture
def told(service: tuple[Service, str]) -> Service:
    """What the services were asked."""
    return service[0]


async def sign_in(browser: aiohttp.ClientSession) -> dict[str, Any]:
    """What the page is told of its buyer."""
    async with browser.post("/shop/session", json={}) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["cache-control"] == "no-store"
        return dict(await answer.json())


async def test_a_browser_stays_the_same_customer(browser: aiohttp.ClientSession, told: Service) -> None:
    first, second = await sign_in(browser), await sign_in(browser)
    assert first == {"customer_id": first["customer_id"], "token": "eyJ", "expires_at": "2030-01-01T00:00:00Z"}
    assert second["customer_id"] == first["customer_id"]
    assert [path for _, path, _ in told.asked].count("/v1/customers") == 1


async def test_another_browser_is_another_customer(browser: aiohttp.ClientSession) -> None:
    first = await sign_in(browser)
    browser.cookie_jar.clear()
    assert (await sign_in(browser))["customer_id"] != first["customer_id"]


async def test_a_cookie_that_somebody_made_up_opens_no_account(browser: aiohttp.ClientSession) -> None:
    await sign_in(browser)
    [cookie] = browser.cookie_jar
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "strict", "/shop")
    forged = f"cus_rich.{cookie.value.partition('.')[2]}"
    browser.cookie_jar.clear()
    async with browser.post("/shop/session", json={}, cookies={cookie.key: forged}) as answer:
        assert (await answer.json())["customer_id"] != "cus_rich"


async def test_a_customer_that_stripe_has_forgotten_is_made_anew(browser: aiohttp.ClientSession, told: Service) -> None:
    first = await sign_in(browser)
    told.forgotten.add(first["customer_id"])
    assert (await sign_in(browser))["customer_id"] not in told.forgotten


@pytest.mark.parametrize(
    ("path", "asked"), [("/shop/orders", "/v1/orders?limit=50"), ("/shop/orders/ord_1", "/v1/orders/ord_1")]
)
async def test_the_desk_sees_orders(browser: aiohttp.ClientSession, told: Service, path: str, asked: str) -> None:
    async with browser.get(path) as answer:
        assert answer.status == 200
    assert told.asked == [("GET", asked, "")]


@pytest.mark.parametrize("change", ["refunds", "capture", "cancel"])
async def test_the_desk_changes_an_order_under_the_pages_own_key(
    browser: aiohttp.ClientSession, told: Service, change: str
) -> None:
    async with browser.post(f"/shop/orders/ord_1/{change}", json={"amount": 500}, headers=KEY) as answer:
        assert (answer.status, await answer.json()) == (202, {"seen": f"/v1/orders/ord_1/{change}"})
    assert told.asked == [("POST", f"/v1/orders/ord_1/{change}", '{"amount": 500}')]
    assert told.keys == {KEY["Idempotency-Key"]}


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("/shop/orders/ord_1/refunds", {**KEY, "Origin": "https://evil.example"}, "{}", 403),
        ("/shop/orders/ord_1/refunds", {**KEY, "Sec-Fetch-Site": "same-site"}, "{}", 403),
        ("/shop/orders/ord_1/refunds", {**KEY, "Host": "evil.example"}, "{}", 403),
        ("/shop/orders/ord_1/refunds", {**KEY, "Content-Type": "text/plain"}, "{}", 415),
        ("/shop/orders/ord_1/refunds", {}, "{}", 400),
        ("/shop/orders/ord_1/refunds", KEY, "x" * 5000, 413),
        ("/shop/orders/ord_1/attach", KEY, "{}", 400),
        ("/shop/orders/ord_1..x/refunds", KEY, "{}", 404),
        ("/shop/session", {"Origin": "https://evil.example"}, "{}", 403),
    ],
)
async def test_nothing_else_is_passed_on(
    browser: aiohttp.ClientSession, told: Service, path: str, headers: dict[str, str], body: str, status: int
) -> None:
    sent = {"Content-Type": "application/json", **headers}
    async with browser.post(path, data=body, headers=sent) as answer:
        assert answer.status == status, await answer.text()
    assert told.asked == []


async def test_a_service_that_is_down_is_said_in_a_sentence(serve: Serve) -> None:
    async with serve() as browser, asyncio.timeout(20), browser.get("/shop/orders") as answer:
        assert answer.status == 503
        assert "Try again" in (await answer.json(content_type=None))["detail"]
