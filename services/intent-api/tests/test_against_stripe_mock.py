"""Each request that we make of Stripe, sent to Stripe's own mock too: it knows every parameter and refuses all others.

Stripe's mock remembers nothing, so what our code sees are answers that a test wrote; the mock sees the same requests.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from calling import Api
    from conftest import Serve
    from placed_topic import PlacedTopic
    from scripted_orders import ScriptedOrders
    from scripted_stripe import ScriptedStripe

pytestmark = pytest.mark.integration
CART: dict[str, Any] = {"items": [{"sku": "mug", "quantity": 1}], "currency": "eur", "reference": "A-1"}
PAGES = {"success_url": "http://localhost:8000/s?c={CHECKOUT_SESSION_ID}", "cancel_url": "http://localhost:8000/c"}
ORDER = "/v1/orders/ord_1"
INTENT = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 2000,
    "amount_capturable": 0,
    "client_secret": "pi_1_secret_2",
    "created": 1,
    "currency": "usd",
    "latest_charge": None,
    "metadata": {},
    "status": "requires_payment_method",
}
HELD = {**INTENT, "status": "requires_capture", "amount_capturable": 2000}
CHARGE = {"id": "ch_1", "object": "charge", "amount": 2000, "amount_captured": 2000, "amount_refunded": 0}
PAID = {**INTENT, "status": "succeeded", "latest_charge": CHARGE}
REFUND = {
    "id": "re_1",
    "object": "refund",
    "payment_intent": "pi_1",
    "amount": 500,
    "currency": "usd",
    "status": "pending",
}
SESSION = {
    "id": "cs_1",
    "object": "checkout.session",
    "created": 1,
    "url": "https://pay.test/cs_1",
    "status": "open",
    "payment_intent": None,
}
INVOICE = {"id": "in_1", "object": "invoice", "status": "open", "confirmation_secret": None, "payments": None}
NONE_YET = {"object": "list", "data": [], "has_more": False}
CUSTOMER = {"id": "cus_1", "object": "customer", "metadata": {"merchant_id": "default"}, "invoice_settings": {}}
CARD = {"id": "pm_1", "object": "payment_method", "type": "card", "customer": "cus_1"}
CARDS = "/v1/customers/cus_1/payment-methods"
PRICE = {"id": "price_1", "object": "price", "product": "tillstream.default.tasting-club"}
SUBSCRIPTION = {
    "id": "sub_1",
    "object": "subscription",
    "cancel_at_period_end": False,
    "created": 1,
    "currency": "eur",
    "customer": "cus_1",
    "items": {
        "object": "list",
        "data": [{"id": "si_1", "object": "subscription_item", "price": PRICE}],
        "has_more": False,
    },
    "latest_invoice": None,
    "metadata": {},
    "pending_setup_intent": None,
    "status": "active",
}
PRODUCT = {"id": "p", "object": "product"}
PLANS = {"items": [{"sku": "beans-monthly", "quantity": 2}], "currency": "eur"}
CLUB = {"items": [{"sku": "tasting-club", "quantity": 1}], "currency": "eur"}
BY_SECRET_KEY = {"amount": 1999, "currency": "usd"}

Objects = dict[str, dict[str, Any]]
CALLS: list[tuple[str, dict[str, Any], Objects, list[str]]] = [
    ("/v1/payment-intents", CART, {"POST /v1/payment_intents": INTENT}, ["POST /v1/payment_intents"]),
    (
        "/v1/payment-intents",
        {**BY_SECRET_KEY, "capture_method": "manual", "metadata": {"note": "gift"}, "locale": "de-AT"},
        {"POST /v1/payment_intents": INTENT},
        ["POST /v1/payment_intents"],
    ),
    (
        "/v1/payment-intents",
        {**BY_SECRET_KEY, "customer": "cus_1", "payment_method": "pm_1", "off_session": True},
        {"GET /v1/payment_intents": NONE_YET, "POST /v1/payment_intents": INTENT},
        ["POST /v1/payment_intents"],
    ),
    (
        "/v1/payment-intents",
        {**BY_SECRET_KEY, "customer": "cus_1", "save_payment_method": True},
        {"POST /v1/payment_intents": INTENT},
        ["POST /v1/payment_intents"],
    ),
    (
        "/v1/checkout-sessions",
        {**CART, **PAGES, "email": "ada@example.com", "locale": "pt-BR"},
        {"POST /v1/checkout/sessions": SESSION},
        ["POST /v1/checkout/sessions"],
    ),
    (
        f"{ORDER}/refunds",
        {"amount": 500, "reason": "requested_by_customer"},
        {"GET /v1/payment_intents/pi_1": PAID, "GET /v1/refunds": NONE_YET, "POST /v1/refunds": REFUND},
        ["GET /v1/payment_intents/pi_1", "GET /v1/refunds", "POST /v1/refunds"],
    ),
    (
        f"{ORDER}/refunds",
        {},
        {"GET /v1/payment_intents/pi_1": PAID, "GET /v1/refunds": NONE_YET, "POST /v1/refunds": REFUND},
        ["POST /v1/refunds"],
    ),
    (
        f"{ORDER}/capture",
        {"amount": 1500},
        {"GET /v1/payment_intents/pi_1": HELD, "POST /v1/payment_intents/pi_1/capture": PAID},
        ["POST /v1/payment_intents/pi_1/capture"],
    ),
    (
        f"{ORDER}/cancel",
        {"reason": "abandoned"},
        {
            "GET /v1/payment_intents/pi_1": HELD,
            "GET /v1/checkout/sessions/cs_1": SESSION,
            "POST /v1/checkout/sessions/cs_1/expire": {**SESSION, "status": "expired"},
            "POST /v1/payment_intents/pi_1/cancel": {**INTENT, "status": "canceled"},
        },
        [
            "GET /v1/checkout/sessions/cs_1",
            "POST /v1/checkout/sessions/cs_1/expire",
            "POST /v1/payment_intents/pi_1/cancel",
        ],
    ),
    ("/create-payment-intent", {"items": [{"id": "mug"}]}, {"POST /v1/payment_intents": INTENT}, []),
    (
        "/create-checkout-session",
        {"email": "ada@example.com", "cartItems": [{"name": "mug", "price": 1, "quantity": 1}]},
        {"POST /v1/checkout/sessions": SESSION},
        ["POST /v1/checkout/sessions"],
    ),
    (
        "/v1/checkout-sessions",
        {**CART, **PAGES, "customer": "cus_1", "expires_in": 60},
        {"POST /v1/checkout/sessions": SESSION},
        ["POST /v1/checkout/sessions"],
    ),
    (
        "/v1/checkout-sessions",
        {"mode": "subscription", **CLUB, "customer": "cus_1", **PAGES},
        {"GET /v1/subscriptions": NONE_YET, "POST /v1/products": PRODUCT, "POST /v1/checkout/sessions": SESSION},
        ["GET /v1/subscriptions", "POST /v1/products", "POST /v1/checkout/sessions"],
    ),
    (
        "/v1/checkout-sessions",
        {"mode": "setup", "customer": "cus_1", "currency": "eur", "reference": "A-1", **PAGES},
        {"POST /v1/checkout/sessions": SESSION},
        ["POST /v1/checkout/sessions"],
    ),
    (
        "/v1/customers",
        {"reference": "cust-77", "email": "ada@example.com", "name": "Ada Lovelace"},
        {"POST /v1/customers": CUSTOMER},
        ["POST /v1/customers"],
    ),
    ("/v1/customers/cus_1/tokens", {}, {"GET /v1/customers/cus_1": CUSTOMER}, ["GET /v1/customers/cus_1"]),
    (
        "/v1/customers/cus_1/setup-intents",
        {},
        {
            "GET /v1/customers/cus_1": CUSTOMER,
            "POST /v1/setup_intents": {"id": "seti_1", "object": "setup_intent", "client_secret": "s", "status": "new"},
        },
        ["GET /v1/customers/cus_1", "POST /v1/setup_intents"],
    ),
    (
        f"GET {CARDS}",
        {},
        {"GET /v1/customers/cus_1": CUSTOMER, "GET /v1/customers/cus_1/payment_methods": NONE_YET},
        ["GET /v1/customers/cus_1", "GET /v1/customers/cus_1/payment_methods"],
    ),
    (
        f"DELETE {CARDS}/pm_1",
        {},
        {
            "GET /v1/customers/cus_1": CUSTOMER,
            "GET /v1/payment_methods/pm_1": CARD,
            "POST /v1/payment_methods/pm_1/detach": CARD,
        },
        ["GET /v1/customers/cus_1", "GET /v1/payment_methods/pm_1", "POST /v1/payment_methods/pm_1/detach"],
    ),
    (
        "/v1/subscriptions",
        {"customer": "cus_1", **PLANS, "trial_days": 7, "payment_method": "pm_1"},
        {"GET /v1/subscriptions": NONE_YET, "POST /v1/products": PRODUCT, "POST /v1/subscriptions": SUBSCRIPTION},
        ["POST /v1/products", "POST /v1/subscriptions"],
    ),
    (
        "PATCH /v1/subscriptions/sub_1",
        {"items": PLANS["items"], "cancel_at_period_end": False},
        {
            "GET /v1/subscriptions/sub_1": SUBSCRIPTION,
            "POST /v1/products": PRODUCT,
            "POST /v1/subscriptions/sub_1": SUBSCRIPTION,
        },
        ["GET /v1/subscriptions/sub_1", "POST /v1/subscriptions/sub_1"],
    ),
    (
        "/v1/subscriptions/sub_1/cancel",
        {"at_period_end": True},
        {"GET /v1/subscriptions/sub_1": SUBSCRIPTION, "POST /v1/subscriptions/sub_1": SUBSCRIPTION},
        ["POST /v1/subscriptions/sub_1"],
    ),
    (
        "/v1/subscriptions/sub_1/cancel",
        {},
        {"GET /v1/subscriptions/sub_1": SUBSCRIPTION, "DELETE /v1/subscriptions/sub_1": SUBSCRIPTION},
        ["DELETE /v1/subscriptions/sub_1"],
    ),
    (
        "GET /v1/subscriptions/sub_1/payment",
        {},
        {
            "GET /v1/subscriptions/sub_1": SUBSCRIPTION,
            "GET /v1/invoices": {**NONE_YET, "data": [INVOICE]},
            "GET /v1/invoices/in_1": INVOICE,
        },
        ["GET /v1/invoices", "GET /v1/invoices/in_1"],
    ),
]
"""Our route (a POST unless said), its body, what Stripe answers to what, and which requests of Stripe must be seen."""


@pytest.fixture
async def api(
    serve_api: Serve, stripe: ScriptedStripe, stripe_mock: str, orders: ScriptedOrders, placed_topic: PlacedTopic
) -> Api:
    stripe.mock = stripe_mock
    orders.has("ord_1", "pi_1", sessions=["cs_1"])
    return await serve_api(order_service_url=orders.url, drop_in_routes=True, **placed_topic.settings)


@pytest.mark.shows("POST /v1/payment-intents", "POST /v1/checkout-sessions")
@pytest.mark.parametrize(("path", "body", "objects", "expected"), CALLS)
async def test_stripes_own_mock_takes_what_we_ask(
    api: Api, stripe: ScriptedStripe, path: str, body: dict[str, Any], objects: Objects, expected: list[str]
) -> None:
    """Every parameter has the name and shape that Stripe knows."""
    for asked, answer in objects.items():
        stripe.has(asked, answer)
    method, _, path = path.rpartition(" ")
    sent = json.dumps(body).encode()
    await api.send(method or "POST", path, sent, **api.as_browser("a-key", api.secret_key))
    assert set(expected) <= set(stripe.asked)
    assert stripe.refused_by_mock == []


@pytest.mark.parametrize(
    ("path", "body", "looked_for"),
    [
        (
            "/v1/payment-intents",
            {**BY_SECRET_KEY, "customer": "cus_1", "payment_method": "pm_1"},
            "GET /v1/payment_intents",
        ),
        ("/v1/subscriptions", {"customer": "cus_1", **PLANS}, "GET /v1/subscriptions"),
    ],
)
async def test_stripes_own_mock_takes_what_we_look_for_after_a_lost_answer(
    api: Api, stripe: ScriptedStripe, path: str, body: dict[str, Any], looked_for: str
) -> None:
    """Before anything is made a second time."""
    stripe.has("POST /v1/products", PRODUCT)
    stripe.has(looked_for, NONE_YET)
    stripe.fails(500, headers={"Idempotent-Replayed": "true"})
    await api.post(path, body, bearer=api.secret_key)
    assert looked_for in stripe.asked
    assert stripe.refused_by_mock == []


async def test_mock_would_refuse_what_stripe_does_not_know(api: Api, stripe: ScriptedStripe, stripe_mock: str) -> None:
    """Else the tests above would show nothing."""
    stripe.mock = f"{stripe_mock}/v1/nothing"
    await api.post("/v1/payment-intents", CART)
    assert len(stripe.refused_by_mock) == 1
