"""Every route there is, tried by everybody who should get nothing from it. A new route fails until it stands here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intent_api.app import create_app
from tillstream_contracts.stream_tokens import Grant, SubscriptionGrant, sign

if TYPE_CHECKING:
    from calling import Answer, Api
    from conftest import Serve
    from scripted_orders import ScriptedOrders
    from scripted_stripe import ScriptedStripe

PUBLISHABLE_KEY = "pk_test_merchant_0123456789"
NOBODYS_KEY = "sk_test_stranger_9876543210"
ITEM = [{"sku": "beans-monthly", "quantity": 1}]
NOT_OURS = {"customer_not_allowed", "order_not_found", "subscription_not_found"}
OF_ANOTHER_MERCHANT = {"merchant_id": "other"}


@dataclass(frozen=True)
class Door:
    """Who gets in, and a request that would be answered to those."""

    lets_in: str
    """`server`: the secret key alone. `customer`: the thing's own customer, too. `buyer`: whoever has a key."""
    path: str = ""
    body: Any = None


GUARDED = {
    "POST /v1/payment-intents": Door("buyer", body={"items": [{"sku": "beans", "quantity": 1}], "currency": "eur"}),
    "POST /v1/checkout-sessions": Door("buyer", body={"items": [{"sku": "beans", "quantity": 1}], "currency": "eur"}),
    "POST /v1/orders/{order_id}/refunds": Door("server", "/v1/orders/ord_1/refunds", {}),
    "POST /v1/orders/{order_id}/capture": Door("server", "/v1/orders/ord_1/capture", {}),
    "POST /v1/orders/{order_id}/cancel": Door("server", "/v1/orders/ord_1/cancel", {}),
    "POST /v1/customers": Door("server", body={}),
    "POST /v1/customers/{customer_id}/tokens": Door("server", "/v1/customers/cus_1/tokens"),
    "GET /v1/customers/{customer_id}/payment-methods": Door("customer", "/v1/customers/cus_1/payment-methods"),
    "DELETE /v1/customers/{customer_id}/payment-methods/{payment_method_id}": Door(
        "customer", "/v1/customers/cus_1/payment-methods/pm_1"
    ),
    "POST /v1/customers/{customer_id}/setup-intents": Door("customer", "/v1/customers/cus_1/setup-intents"),
    "POST /v1/subscriptions": Door("customer", body={"customer": "cus_1", "currency": "eur", "items": ITEM}),
    "PATCH /v1/subscriptions/{subscription_id}": Door(
        "customer", "/v1/subscriptions/subs_1", {"cancel_at_period_end": True}
    ),
    "POST /v1/subscriptions/{subscription_id}/cancel": Door("customer", "/v1/subscriptions/subs_1/cancel", {}),
    "GET /v1/subscriptions/{subscription_id}/payment": Door("customer", "/v1/subscriptions/subs_1/payment"),
    "POST /v1/orders/{order_id}/stream-tokens": Door("customer", "/v1/orders/ord_1/stream-tokens"),
    "POST /v1/subscriptions/{subscription_id}/stream-tokens": Door(
        "customer", "/v1/subscriptions/subs_1/stream-tokens"
    ),
}
OPEN = {
    "GET /v1/catalog": "what can be bought stands in every shop's window",
    "GET /config": "Stripe's publishable key is in every page",
    "POST /create-payment-intent": "written for pages that send no key; charges what the catalogue says",
    "POST /create-checkout-session": "the same",
    "GET /livez": "a probe",
    "GET /readyz": "a probe",
    "GET /metrics": "numbers, for the network of the operators",
}
ROUTES = pytest.mark.parametrize("route", GUARDED)


@pytest.fixture
async def api(serve_api: Serve, orders: ScriptedOrders, stripe: ScriptedStripe) -> Api:
    """The service, where there is an order and a subscription of the customer cus_1."""
    orders.has("ord_1", "pi_1", customer_id="cus_1")
    known = {"subscription_id": "subs_1", "stripe_subscription_id": "sub_1", "stripe_customer_id": "cus_1"}
    orders.known["/v1/subscriptions/subs_1"] = {**known, "status": "active"}
    at_stripe = {"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active", "metadata": {}}
    stripe.has("GET /v1/subscriptions/sub_1", at_stripe)
    return await serve_api(order_service_url=orders.url)


async def knock(api: Api, route: str, bearer: str | None, *, path: str = "") -> Answer:
    method, _, template = route.partition(" ")
    door = GUARDED[route]
    headers = {"Idempotency_Key": "a-key", "Content_Type": "application/json"}
    headers |= {"Authorization": f"Bearer {bearer}"} if bearer is not None else {}
    data = None if door.body is None else json.dumps(door.body)
    return await api.send(method, path or door.path or template, data, **headers)


def test_every_route_of_the_service_is_listed_here(whole_settings: Any) -> None:
    """Whoever adds one says whom it lets in."""
    paths = create_app(whole_settings).openapi()["paths"]
    there_are = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert there_are == {*GUARDED, *OPEN}


@pytest.fixture
def whole_settings() -> Any:
    """Settings with which every optional route is there."""
    from intent_api.settings import Settings  # noqa: PLC0415

    keys = {"secret_key": NOBODYS_KEY, "publishable_key": PUBLISHABLE_KEY, "token_secret": "0123456789abcdef" * 2}
    stripes = {"stripe_secret_key": "sk_test_stripe", "stripe_publishable_key": "pk_test_stripe"}
    return Settings.model_validate({**keys, **stripes, "drop_in_routes": True})


@ROUTES
async def test_nobody_gets_in_without_a_key_of_ours(api: Api, stripe: ScriptedStripe, route: str) -> None:
    """Nor with another merchant's token, nor with one that is for watching only."""
    soon = datetime.now(UTC) + timedelta(minutes=1)
    refused = {
        None: "key_required",
        "": "key_required",
        NOBODYS_KEY: "key_invalid",
        api.secret_key[:-1]: "key_invalid",
        api.customer_token("cus_1", merchant_id="other"): "key_invalid",
        sign(Grant("default", "ord_1", soon), api.token_secret): "key_invalid",
        sign(SubscriptionGrant("default", "subs_1", soon), api.token_secret): "key_invalid",
        api.customer_token("cus_1", lifetime=-1): "token_expired",
    }
    for bearer, code in refused.items():
        answer = await knock(api, route, bearer)
        assert (answer.status, answer.body["code"], answer.headers["WWW-Authenticate"]) == (401, code, "Bearer")
    assert stripe.asked == []


@ROUTES
async def test_a_key_that_everybody_has_opens_nothing_of_somebody(api: Api, stripe: ScriptedStripe, route: str) -> None:
    """The publishable key buys, and that is all."""
    if GUARDED[route].lets_in == "buyer":
        return
    answer = await knock(api, route, PUBLISHABLE_KEY)
    code = "secret_key_required" if GUARDED[route].lets_in == "server" else "customer_not_allowed"
    assert (answer.status, answer.body["code"]) == (403, code)
    assert stripe.asked == []


@ROUTES
async def test_another_customer_gets_nothing_of_this_one(api: Api, stripe: ScriptedStripe, route: str) -> None:
    """And nothing is done on their word: Stripe is asked whose it is at most."""
    door = GUARDED[route]
    if door.lets_in == "buyer":
        return
    answer = await knock(api, route, api.customer_token("cus_2"))
    if door.lets_in == "server":
        assert (answer.status, answer.body["code"]) == (403, "secret_key_required")
    else:
        assert (answer.status, answer.body["code"] in NOT_OURS) in {(403, True), (404, True)}
    assert set(stripe.asked) <= {"GET /v1/subscriptions/sub_1"}
    assert not {"client_secret", "stream", "payment_methods"} & set(answer.body)


@pytest.mark.parametrize("route", [route for route in GUARDED if "_id}" in route])
async def test_another_merchants_is_not_found_with_our_own_secret_key(
    api: Api, orders: ScriptedOrders, stripe: ScriptedStripe, route: str
) -> None:
    """order-service knows it under another name, and at Stripe it says whose it is: nothing is done to it."""
    orders.known.clear()
    theirs = {"id": "cus_1", "object": "customer", "metadata": OF_ANOTHER_MERCHANT, "invoice_settings": {}}
    stripe.has("GET /v1/customers/cus_1", theirs)
    stripe.has("GET /v1/subscriptions/sub_1", {
        "id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active",
        "metadata": OF_ANOTHER_MERCHANT,
    })  # fmt: skip
    path = GUARDED[route].path
    for each in {path, path.replace("subs_1", "sub_1")}:
        answer = await knock(api, route, api.secret_key, path=each)
        assert (answer.status, answer.body["code"]) in {
            (404, "order_not_found"),
            (404, "subscription_not_found"),
            (404, "customer_not_found"),
            (403, "customer_not_ours"),
        }, answer
    assert all(asked.startswith("GET ") for asked in stripe.asked)
