"""Storefronts written after Stripe's common guides, as they are: no key, no Idempotency-Key, prices of their own."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from tillstream_contracts import OrderPlaced

if TYPE_CHECKING:
    from calling import Answer, Api
    from conftest import Serve
    from placed_topic import PlacedTopic
    from scripted_stripe import ScriptedStripe

INTENT, SESSION = "/create-payment-intent", "/create-checkout-session"
SHOP = "http://127.0.0.1:8000"
ITEMS = {"items": [{"id": "mug", "amount": 1}, {"id": "beans", "quantity": 2}, {"id": "mug", "amount": 1}]}
CART: dict[str, Any] = {
    "email": "ada@example.com",
    "cartItems": [
        {"name": "Stoneware mug", "price": 0.01, "quantity": 2, "image": "https://shop.example/mug.png"},
        {"id": "beans", "name": "Beans!", "price": "free", "quantity": 1, "image": ""},
    ],
}


@pytest.fixture
async def api(serve_api: Serve, placed_topic: PlacedTopic) -> Api:
    return await serve_api(drop_in_routes=True, **placed_topic.settings)


@pytest.fixture
async def trusting(serve_api: Serve, placed_topic: PlacedTopic) -> Api:
    return await serve_api(drop_in_routes=True, trust_client_prices=True, **placed_topic.settings)


async def post(api: Api, path: str, body: Any, **headers: str) -> Answer:
    """As `fetch` of a guide's page does."""
    sent = json.dumps(body).encode()
    return await api.send("POST", path, sent, Content_Type="application/json", Origin=SHOP, **headers)


@pytest.mark.integration
@pytest.mark.shows("POST /create-payment-intent")
async def test_items_of_a_guides_page_cost_what_the_catalogue_says(
    api: Api, stripe: ScriptedStripe, placed_topic: PlacedTopic
) -> None:
    """Whatever `amount` the page put beside them."""
    answer = await post(api, INTENT, ITEMS)
    assert (answer.status, answer.body["clientSecret"]) == (200, "pi_1_secret_2")
    assert stripe.requests[0][1]["amount"] == str(2 * 2400 + 2 * 1650)
    [record] = await placed_topic.records(1)
    placed = OrderPlaced.model_validate_json(record.value)
    assert (placed.order_id, placed.currency, placed.metadata) == (answer.body["orderId"], "usd", {})
    assert [(line.sku, line.quantity) for line in placed.lines] == [("mug", 2), ("beans", 2)]


@pytest.mark.integration
@pytest.mark.shows("POST /create-checkout-session")
async def test_cart_of_a_guides_page_costs_what_the_catalogue_says(api: Api, stripe: ScriptedStripe) -> None:
    """Found by name or SKU; the buyer comes back to the page that asked."""
    answer = await post(api, SESSION, {**CART, "currency": "EUR"})
    assert (answer.status, answer.body["url"]) == (200, "https://pay.test/cs_1")
    _, asked, _ = stripe.requests[0]
    assert [asked[f"line_items[{line}][price_data][unit_amount]"] for line in (0, 1)] == ["2200", "1500"]
    assert (asked["customer_email"], asked["line_items[0][price_data][currency]"]) == ("ada@example.com", "eur")
    assert asked["success_url"] == f"{SHOP}/success?session_id={{CHECKOUT_SESSION_ID}}"
    assert asked["cancel_url"] == f"{SHOP}/cancel"


@pytest.mark.shows("GET /config")
async def test_page_gets_stripes_publishable_key(serve_api: Serve) -> None:
    """And may read it on the shop's origin."""
    answer = await (await serve_api(drop_in_routes=True)).send("GET", "/config", Origin=SHOP)
    assert (answer.status, answer.body) == (200, {"publishableKey": "pk_test_stripe"})
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP


@pytest.mark.parametrize(("method", "path"), [("GET", "/config"), ("POST", INTENT), ("POST", SESSION)])
async def test_routes_are_not_there_unless_switched_on(serve_api: Serve, method: str, path: str) -> None:
    """Nobody opens a door without a key by accident."""
    assert (await (await serve_api()).send(method, path)).status == 404


async def test_amount_of_a_browser_is_refused_with_the_setting_that_would_trust_it(
    serve_api: Serve, stripe: ScriptedStripe
) -> None:
    """Stripe is not asked."""
    answer = await post(await serve_api(drop_in_routes=True), INTENT, {"amount": 100, "currency": "usd"})
    assert (answer.status, answer.body["code"]) == (403, "amount_not_allowed")
    assert "INTENT_API_TRUST_CLIENT_PRICES" in answer.body["detail"]
    assert stripe.requests == []


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (INTENT, {}, "items"),
        (INTENT, {"items": [{"id": "cup"}]}, "items[0].sku"),
        (INTENT, {"items": [{"id": "mug", "quantity": 1000}] * 2}, "items"),
        (INTENT, {"items": [{"id": "mug", "quantity": 0}]}, "items[0].quantity"),
        (INTENT, {"items": [{"id": "m\u0000"}]}, "items[0].id"),
        (SESSION, {"cartItems": [{"name": "Cup", "price": 5}]}, "cartItems[0].name"),
        (SESSION, {"cartItems": []}, "cartItems"),
        (SESSION, {**CART, "email": "nobody"}, "email"),
        (SESSION, {**CART, "email": "ada\u0000@example.com"}, "email"),
    ],
)
async def test_what_cannot_be_sold_is_named(
    serve_api: Serve, stripe: ScriptedStripe, path: str, body: Any, field: str
) -> None:
    """And nothing is made."""
    answer = await post(await serve_api(drop_in_routes=True), path, body)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, field)
    assert stripe.requests == []


@pytest.mark.integration
async def test_trusted_price_is_charged_marked_and_logged(
    trusting: Api, stripe: ScriptedStripe, placed_topic: PlacedTopic, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that whoever looks at the order later sees who made its price."""
    amount = await post(trusting, INTENT, {"amount": 80, "currency": "jpy"})
    cart = await post(trusting, SESSION, {"cartItems": [{"name": "Cup", "price": 999, "quantity": 2}]})
    assert (amount.status, cart.status) == (200, 200)
    (_, intent, _), (_, session, _) = stripe.requests
    assert (intent["amount"], intent["currency"], intent["metadata[price_source]"]) == ("80", "jpy", "client")
    assert session["line_items[0][price_data][unit_amount]"] == "999"
    assert session["metadata[price_source]"] == session["payment_intent_data[metadata][price_source]"] == "client"
    told = [OrderPlaced.model_validate_json(record.value) for record in await placed_topic.records(2)]
    assert sorted(placed.amount for placed in told) == [80, 1998]
    assert all(placed.metadata == {"price_source": "client"} for placed in told)
    assert capsys.readouterr().out.count("client_price_trusted") == 2


@pytest.mark.parametrize("price", [19.99, "19.99", 0, -5, True, None, 10**9])
async def test_trusted_price_is_an_integer_of_minor_units_or_refused(serve_api: Serve, price: object) -> None:
    """19.99 would be a guess at what was meant."""
    api = await serve_api(drop_in_routes=True, trust_client_prices=True)
    answer = await post(api, SESSION, {"cartItems": [{"name": "Cup", "price": price, "quantity": 1}]})
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "cartItems[0].price")


@pytest.mark.integration
@pytest.mark.parametrize("price", ["[" * 200 + "]" * 200, "[" * 300 + "]" * 300, '{"\\ud800": 1}', "NaN", '"\\ud800"'])
async def test_price_that_is_none_is_passed_over_however_deeply_nested(api: Api, price: str) -> None:
    """As every other price of a browser."""
    sent = f'{{"cartItems": [{{"name": "mug", "price": {price}}}]}}'.encode()
    assert (await api.send("POST", SESSION, sent, Content_Type="application/json")).status == 200


@pytest.mark.integration
async def test_each_click_is_an_order_unless_a_key_says_otherwise(api: Api) -> None:
    """The guides know no Idempotency-Key; a page that sends one is safe to retry."""
    clicks = [await post(api, INTENT, ITEMS) for _ in range(2)]
    retries = [await post(api, INTENT, ITEMS, Idempotency_Key="mine") for _ in range(2)]
    assert len({answer.body["orderId"] for answer in [*clicks, *retries]}) == 3


async def test_caller_without_a_key_is_limited_by_its_address(serve_api: Serve) -> None:
    """As there is nothing else to know it by."""
    api = await serve_api(drop_in_routes=True, burst_per_address=1, rate_per_address=1)
    answers = await asyncio.gather(*(post(api, INTENT, {}) for _ in range(10)))  # within a second on any machine
    assert {answer.status for answer in answers} == {422, 429}
