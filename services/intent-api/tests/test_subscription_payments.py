"""The invoice that waits for its buyer: what the page is given, and when there is nothing to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from calling import Api
    from conftest import Serve
    from scripted_orders import ScriptedOrders
    from scripted_stripe import ScriptedStripe

PATH = "/v1/subscriptions/subs_1/payment"
EXPANDED = {"expand[0]": "confirmation_secret", "expand[1]": "payments.data.payment.payment_intent"}


def invoice(status: str = "open", payment: str = "requires_action", **facts: Any) -> dict[str, Any]:
    intent = {"id": "pi_1", "object": "payment_intent", "status": payment}
    settled = {"id": "pi_0", "object": "payment_intent", "status": "canceled"}
    return {
        "id": "in_1",
        "object": "invoice",
        "status": status,
        "currency": "eur",
        "amount_due": 1450,
        "amount_remaining": 1400,
        "confirmation_secret": {"client_secret": "pi_1_secret_2", "type": "payment_intent"},
        "payments": {"object": "list", "data": [by(settled, default=False), by(intent, default=True)]},
        **facts,
    }


def by(intent: dict[str, Any], *, default: bool) -> dict[str, Any]:
    payment = {"type": "payment_intent", "payment_intent": intent}
    return {"id": "inpay_1", "object": "invoice_payment", "is_default": default, "payment": payment}


def know(stripe: ScriptedStripe, *invoices: dict[str, Any]) -> None:
    listed = [{"id": each["id"], "object": "invoice"} for each in invoices]
    stripe.has("GET /v1/invoices", {"object": "list", "data": listed, "has_more": False})
    for each in invoices:
        stripe.has(f"GET /v1/invoices/{each['id']}", each)


@pytest.fixture
async def api(serve_api: Serve, stripe: ScriptedStripe, orders: ScriptedOrders) -> Api:
    orders.known["/v1/subscriptions/subs_1"] = {
        "subscription_id": "subs_1",
        "stripe_subscription_id": "sub_1",
        "status": "past_due",
    }
    subscription = {"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "past_due"}
    stripe.has("GET /v1/subscriptions/sub_1", subscription)
    return await serve_api(order_service_url=orders.url)


@pytest.mark.shows("GET /v1/subscriptions/{subscription_id}/payment")
@pytest.mark.parametrize("status", ["requires_payment_method", "requires_action"])
async def test_page_gets_what_lets_its_buyer_pay_the_open_invoice(
    api: Api, stripe: ScriptedStripe, status: str
) -> None:
    """What is left of it, by its own payment."""
    know(stripe, invoice(payment=status))
    answer = await api.get(PATH, bearer=api.customer_token("cus_1"))
    assert (answer.status, answer.body) == (
        200,
        {
            "invoice_id": "in_1",
            "amount": 1400,
            "currency": "eur",
            "status": status,
            "client_secret": "pi_1_secret_2",
            "publishable_key": "pk_test_stripe",
        },
    )
    (_, listed, _), (_, expanded, _) = stripe.requests[-2:]
    assert listed == {"subscription": "sub_1", "status": "open", "limit": "1"}
    assert expanded == EXPANDED


@pytest.mark.parametrize(
    "invoices",
    [
        [],
        [invoice(status="paid", payment="succeeded")],
        [invoice(payment="processing")],
        [invoice(payments={"object": "list", "data": []})],
        [invoice(confirmation_secret=None)],
    ],
    ids=["none open", "paid meanwhile", "being paid", "no payment", "no secret"],
)
async def test_nothing_to_pay_is_said(api: Api, stripe: ScriptedStripe, invoices: list[dict[str, Any]]) -> None:
    """Nobody is asked to pay twice."""
    know(stripe, *invoices)
    answer = await api.get(PATH)
    assert (answer.status, answer.body["code"]) == (404, "nothing_to_pay")


@pytest.mark.parametrize(
    ("bearer", "status", "code"),
    [("cus_2", 404, "subscription_not_found"), ("pk", 403, "customer_not_allowed")],
)
async def test_others_get_no_client_secret(
    api: Api, stripe: ScriptedStripe, bearer: str, status: int, code: str
) -> None:
    """It would let them see the card that paid before."""
    know(stripe, invoice())
    key = "pk_test_merchant_0123456789" if bearer == "pk" else api.customer_token(bearer)
    answer = await api.get(PATH, bearer=key)
    assert (answer.status, answer.body["code"]) == (status, code)
    assert "GET /v1/invoices" not in stripe.asked
