"""A customer's whole life against stripe-sim: saved cards charged and declined, subscriptions changed and ended."""

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
    from scripted_orders import ScriptedOrders
    from stripe_sim_process import StripeSim

pytestmark = pytest.mark.integration
INTENTS, SUBSCRIPTIONS = "/v1/payment-intents", "/v1/subscriptions"
CART: dict[str, Any] = {"items": [{"sku": "beans", "quantity": 1}], "currency": "eur"}
ADA = {"reference": "cust-77", "email": "ada@example.com"}
AT_ONCE = 20


@pytest.fixture
async def api(serve_api: Serve, stripe_sim: StripeSim, placed_topic: PlacedTopic, orders: ScriptedOrders) -> Api:
    return await serve_api(stripe_api_base=stripe_sim.url, order_service_url=orders.url, **placed_topic.settings)


async def new_customer(api: Api) -> tuple[str, str]:
    """A customer and its token, as the shop's server gets them."""
    made = await api.post("/v1/customers", ADA, bearer=api.secret_key)
    granted = await api.post(f"/v1/customers/{made.body['customer_id']}/tokens", None, bearer=api.secret_key)
    return made.body["customer_id"], granted.body["token"]


async def save(stripe_sim: StripeSim, customer: str, card: str) -> str:
    method = await stripe_sim.call(f"/v1/payment_methods/{card}/attach", customer=customer)
    return str(method["id"])


def bare(answer: Answer) -> dict[str, Any]:
    """What must be the same on a retry."""
    return {name: value for name, value in answer.body.items() if name != "request_id"}


async def test_key_fired_many_times_at_once_is_one_customer(api: Api, stripe_sim: StripeSim) -> None:
    """And another body under it is refused."""
    wishes = (api.post("/v1/customers", ADA, bearer=api.secret_key) for _ in range(AT_ONCE))
    answers = await asyncio.gather(*wishes)
    assert {(answer.status, json.dumps(answer.body)) for answer in answers} == {(201, json.dumps(answers[0].body))}
    assert len(await stripe_sim.told("customer.created")) == 1
    other = await api.post("/v1/customers", {"reference": "cust-78"}, bearer=api.secret_key)
    assert (other.status, other.body["code"]) == (409, "idempotency_key_reused")


async def test_saved_card_is_seen_charged_once_and_forgotten(
    api: Api, stripe_sim: StripeSim, placed_topic: PlacedTopic
) -> None:
    """All by the customer's own browser."""
    customer, token = await new_customer(api)
    card = await save(stripe_sim, customer, "pm_card_visa")
    [shown] = (await api.get(f"/v1/customers/{customer}/payment-methods", bearer=token)).body["payment_methods"]
    assert (shown["payment_method_id"], shown["brand"], shown["last4"]) == (card, "visa", "4242")
    body = {**CART, "customer": customer, "payment_method": card}
    answers = await asyncio.gather(*(api.post(INTENTS, body, bearer=token) for _ in range(AT_ONCE)))
    assert {(answer.status, answer.body.get("status")) for answer in answers} == {(200, "succeeded")}
    assert len({json.dumps(answer.body) for answer in answers}) == 1
    assert len(await stripe_sim.told("charge.succeeded")) == 1
    for _ in range(2):
        assert (await api.delete(f"/v1/customers/{customer}/payment-methods/{card}", bearer=token)).status == 204
    assert len(await stripe_sim.told("payment_method.detached")) == 1
    left = await api.get(f"/v1/customers/{customer}/payment-methods", bearer=token)
    assert left.body["payment_methods"] == []
    refused = await api.post(INTENTS, body, key="another", bearer=token)
    assert (refused.status, refused.body["errors"][0]["field"]) == (422, "payment_method")
    assert len({record.value for record in await placed_topic.records(AT_ONCE)}) == 1


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
        ("pm_card_authenticationRequired", "authentication_required", "authentication_required"),
    ],
)
async def test_declined_card_leaves_an_order_that_is_paid_later(
    api: Api, stripe_sim: StripeSim, placed_topic: PlacedTopic, card: str, code: str, decline_code: str
) -> None:
    """Stripe replays the 402 with the same payment intent; its client secret pays the same order."""
    customer, _ = await new_customer(api)
    saved = await save(stripe_sim, customer, card)
    body = {**CART, "customer": customer, "payment_method": saved, "off_session": True}
    first, retry = [await api.post(INTENTS, body, bearer=api.secret_key) for _ in range(2)]
    assert (first.status, first.body["code"], first.body["decline_code"]) == (402, code, decline_code)
    assert bare(first) == bare(retry)
    [made] = await stripe_sim.told("payment_intent.created")
    assert (made["id"], made["client_secret"]) == (first.body["payment_intent_id"], first.body["client_secret"])
    placed = OrderPlaced.model_validate_json((await placed_topic.records(2))[0].value)
    assert (placed.order_id, placed.payment_intent_id) == (first.body["order_id"], made["id"])
    await stripe_sim.call(f"/v1/payment_intents/{made['id']}/confirm", payment_method="pm_card_visa")
    [paid] = await stripe_sim.told("payment_intent.succeeded")
    assert paid["metadata"]["order_id"] == first.body["order_id"]


async def test_card_that_wants_its_owner_there_asks_the_browser(api: Api, stripe_sim: StripeSim) -> None:
    """On the shop's page the bank's question is Stripe.js's to ask."""
    customer, token = await new_customer(api)
    saved = await save(stripe_sim, customer, "pm_card_authenticationRequired")
    answer = await api.post(INTENTS, {**CART, "customer": customer, "payment_method": saved}, bearer=token)
    assert (answer.status, answer.body["status"]) == (200, "requires_action")


async def test_setup_intent_saves_a_card_for_the_customer(api: Api, stripe_sim: StripeSim) -> None:
    """Confirmed as the browser does it."""
    customer, token = await new_customer(api)
    asked = await api.post(f"/v1/customers/{customer}/setup-intents", None, bearer=token)
    assert (asked.status, asked.body["status"]) == (201, "requires_payment_method")
    intent = asked.body["setup_intent_id"]
    page = {"payment_method": "pm_card_mastercard", "return_url": "http://localhost:8000/account"}
    await stripe_sim.call(f"/v1/setup_intents/{intent}/confirm", **page)
    [shown] = (await api.get(f"/v1/customers/{customer}/payment-methods", bearer=token)).body["payment_methods"]
    assert shown["brand"] == "mastercard"


async def test_subscription_is_made_once_paid_changed_and_ended(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """From the first click to the end, and each step may be repeated."""
    customer, token = await new_customer(api)
    body = {"customer": customer, "items": [{"sku": "beans-monthly", "quantity": 1}], "currency": "eur"}
    made, retry = await asyncio.gather(*(api.post(SUBSCRIPTIONS, body, bearer=token) for _ in range(2)))
    assert (made.status, made.body["status"], made.body["client_secret_for"]) == (201, "incomplete", "payment")
    assert made.body == retry.body
    ours, stripes = made.body["subscription_id"], made.body["stripe_subscription_id"]
    intent = made.body["client_secret"].partition("_secret_")[0]
    await stripe_sim.call(f"/v1/payment_intents/{intent}/confirm", payment_method="pm_card_visa")
    orders.known[f"/v1/subscriptions/{ours}"] = {
        "subscription_id": ours,
        "stripe_subscription_id": stripes,
        "status": "active",
    }
    for key, items in (("a", [("beans-monthly", 3)]), ("b", [("tasting-club", 1)]), ("b", [("tasting-club", 1)])):
        wanted = [{"sku": sku, "quantity": quantity} for sku, quantity in items]
        headers = api.as_browser(key, token)
        sent = json.dumps({"items": wanted}).encode()
        changed = await api.send("PATCH", f"{SUBSCRIPTIONS}/{ours}", sent, **headers)
        assert (changed.status, changed.body["status"], changed.body["items"]) == (202, "active", wanted)
    ending = await api.post(f"{SUBSCRIPTIONS}/{ours}/cancel", {"at_period_end": True}, key="c", bearer=token)
    assert (ending.status, ending.body["cancel_at_period_end"], ending.body["status"]) == (202, True, "active")
    for key in ("d", "d", "e"):
        ended = await api.post(f"{SUBSCRIPTIONS}/{ours}/cancel", {}, key=key, bearer=token)
        assert (ended.status, ended.body["status"]) == (202, "canceled")
    [created] = await stripe_sim.told("customer.subscription.created")
    assert created["metadata"]["subscription_id"] == ours
    assert len(await stripe_sim.told("customer.subscription.deleted")) == 1


@pytest.mark.parametrize(
    ("card", "action", "status"),
    [
        ("pm_card_visa", "fail_renewal", "requires_payment_method"),
        ("pm_card_authenticationRequired", "renew", "requires_action"),
    ],
)
async def test_renewal_that_the_bank_stops_is_paid_by_its_buyer(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders, card: str, action: str, status: str
) -> None:
    """By the invoice's own payment; then there is nothing to pay."""
    customer, token = await new_customer(api)
    body = {"customer": customer, "items": [{"sku": "beans-monthly", "quantity": 1}], "currency": "eur"}
    made = await api.post(SUBSCRIPTIONS, body, bearer=token)
    ours, stripes = made.body["subscription_id"], made.body["stripe_subscription_id"]
    known = {"subscription_id": ours, "stripe_subscription_id": stripes, "status": "active"}
    orders.known[f"{SUBSCRIPTIONS}/{ours}"] = known
    first = (await api.get(f"{SUBSCRIPTIONS}/{ours}/payment", bearer=token)).body
    assert (first["client_secret"], first["status"]) == (made.body["client_secret"], "requires_payment_method")
    await pay(stripe_sim, first["client_secret"], "pm_card_visa")
    assert (await api.get(f"{SUBSCRIPTIONS}/{ours}/payment", bearer=token)).body["code"] == "nothing_to_pay"
    saved = await save(stripe_sim, customer, card)
    await stripe_sim.call(f"/v1/subscriptions/{stripes}", default_payment_method=saved)
    await stripe_sim.acts(stripes, action)
    due = (await api.get(f"{SUBSCRIPTIONS}/{ours}/payment", bearer=token)).body
    assert (due["amount"], due["currency"], due["status"]) == (first["amount"], "eur", status)
    assert due["invoice_id"] != first["invoice_id"]
    if status == "requires_action":
        await stripe_sim.acts(due["client_secret"].partition("_secret_")[0], "authenticate")
    else:
        await pay(stripe_sim, due["client_secret"], "pm_card_visa")
    assert (await api.get(f"{SUBSCRIPTIONS}/{ours}/payment", bearer=token)).body["code"] == "nothing_to_pay"
    assert [paid["id"] for paid in await stripe_sim.told("invoice.paid")] == [due["invoice_id"], first["invoice_id"]]


async def pay(stripe_sim: StripeSim, client_secret: str, card: str) -> None:
    """As Stripe.js does it."""
    intent = client_secret.partition("_secret_")[0]
    await stripe_sim.call(f"/v1/payment_intents/{intent}/confirm", payment_method=card)


async def test_trial_asks_for_a_card_and_no_money_and_is_given_once(api: Api, stripe_sim: StripeSim) -> None:
    """Its first invoice is over nothing; the second time it is not."""
    customer, token = await new_customer(api)
    body = {"customer": customer, "items": [{"sku": "tasting-club", "quantity": 1}], "currency": "eur"}
    answer = await api.post(SUBSCRIPTIONS, body, bearer=token)
    assert (answer.status, answer.body["status"], answer.body["client_secret_for"]) == (201, "trialing", "setup")
    assert await stripe_sim.told("payment_intent.created") == []
    assert (await api.post(SUBSCRIPTIONS, body, bearer=token)).body == answer.body
    again = await api.post(SUBSCRIPTIONS, body, key="again", bearer=token)
    assert (again.body["status"], again.body["client_secret_for"]) == ("incomplete", "payment")


@pytest.mark.parametrize("mode", ["payment", "subscription", "setup"])
async def test_page_of_each_mode_is_opened_once(api: Api, stripe_sim: StripeSim, mode: str) -> None:
    """For the signed-in customer."""
    customer, token = await new_customer(api)
    sku = {"payment": "mug", "subscription": "tasting-club", "setup": ""}[mode]
    items = {"items": [{"sku": sku, "quantity": 1}]} if sku else {}
    pages = {"success_url": "http://localhost:8000/s", "cancel_url": "http://localhost:8000/c"}
    body = {"mode": mode, "currency": "eur", "customer": customer, "expires_in": 30, **items, **pages}
    first, retry = [await api.post("/v1/checkout-sessions", body, bearer=token) for _ in range(2)]
    assert (first.status, first.body) == (200, retry.body)
    session = await stripe_sim.call(f"/v1/checkout/sessions/{first.body['checkout_session_id']}", "GET")
    assert (session["mode"], session["customer"], session["status"]) == (mode, customer, "open")
    assert session["metadata"]["customer_id"] == customer
