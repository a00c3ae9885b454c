"""A saved card charged in one call: what Stripe is asked, and what each outcome leaves behind."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from tillstream_contracts import OrderPlaced
from tillstream_contracts.stream_tokens import verify

if TYPE_CHECKING:
    from calling import Api
    from conftest import Serve
    from placed_topic import PlacedTopic
    from scripted_stripe import ScriptedStripe

INTENTS = "/v1/payment-intents"
CART: dict[str, Any] = {"items": [{"sku": "beans", "quantity": 1}], "currency": "eur"}
ONE_CLICK = {**CART, "customer": "cus_1", "payment_method": "pm_1"}
INTENT = {
    "id": "pi_7",
    "object": "payment_intent",
    "amount": 1500,
    "currency": "eur",
    "client_secret": "pi_7_secret_8",
    "created": 1_780_000_000,
    "status": "succeeded",
    "metadata": {},
}
WAITING = {**INTENT, "status": "requires_payment_method"}


def declined(code: str, decline_code: str) -> dict[str, Any]:
    error = {
        "type": "card_error",
        "code": code,
        "decline_code": decline_code,
        "message": "no",
        "payment_intent": WAITING,
    }
    return {"error": error}


@pytest.fixture
async def placing(serve_api: Serve, placed_topic: PlacedTopic, stripe: ScriptedStripe) -> Api:
    stripe.has("POST /v1/payment_intents", INTENT)
    stripe.has("GET /v1/payment_intents", {"object": "list", "data": [], "has_more": False})
    return await serve_api(**placed_topic.settings)


@pytest.mark.integration
@pytest.mark.parametrize("status", ["succeeded", "requires_action", "processing"])
async def test_saved_card_is_charged_by_one_call_of_the_signed_in_customer(
    placing: Api, stripe: ScriptedStripe, status: str
) -> None:
    """At the catalogue's price; what the browser has to do next is in the status."""
    stripe.has("POST /v1/payment_intents", {**INTENT, "status": status})
    answer = await placing.post(INTENTS, ONE_CLICK, bearer=placing.customer_token("cus_1"))
    assert (answer.status, answer.body["status"], answer.body["client_secret"]) == (200, status, "pi_7_secret_8")
    _, params, key = stripe.requests[0]
    assert (params["customer"], params["payment_method"], params["confirm"]) == ("cus_1", "pm_1", "true")
    assert (params["amount"], params["automatic_payment_methods[allow_redirects]"]) == ("1500", "never")
    assert params["metadata[customer_id]"] == "cus_1"
    assert "off_session" not in params
    assert key == f"{answer.body['order_id']}.place"


@pytest.mark.integration
@pytest.mark.parametrize(
    ("code", "decline_code", "told"),
    [
        ("card_declined", "insufficient_funds", "card_declined"),
        ("expired_card", "expired_card", "card_declined"),
        ("authentication_required", "authentication_required", "authentication_required"),
    ],
)
async def test_declined_card_leaves_an_order_that_the_buyer_can_still_pay(
    placing: Api, stripe: ScriptedStripe, placed_topic: PlacedTopic, code: str, decline_code: str, told: str
) -> None:
    """It was placed, Stripe has its payment intent, and a retry is told the same."""
    stripe.has("POST /v1/payment_intents", declined(code, decline_code), status=402)
    body = {**ONE_CLICK, "off_session": True}
    first, retry = [await placing.post(INTENTS, body, bearer=placing.secret_key) for _ in range(2)]
    assert (first.status, first.body["code"], first.body["decline_code"]) == (402, told, decline_code)
    assert (first.body["payment_intent_id"], first.body["client_secret"]) == ("pi_7", "pi_7_secret_8")
    assert (first.body["payment_method"], first.body["publishable_key"]) == ("pm_1", "pk_test_stripe")
    assert verify(first.body["stream"]["token"], placing.token_secret, now=datetime.now(UTC))
    del first.body["request_id"], retry.body["request_id"]
    assert first.body == retry.body
    records = await placed_topic.records(2)
    assert len({record.value for record in records}) == 1
    placed = OrderPlaced.model_validate_json(records[0].value)
    assert (placed.order_id, placed.payment_intent_id) == (first.body["order_id"], "pi_7")
    assert placed.customer_id == "cus_1"
    assert stripe.requests[-1][1]["off_session"] == "true"


async def test_decline_is_not_told_before_kafka_has_the_order(serve_api: Serve, stripe: ScriptedStripe) -> None:
    """Else the order would exist at Stripe only; the retry finds both."""
    stripe.has("POST /v1/payment_intents", declined("card_declined", "fraudulent"), status=402)
    api = await serve_api()
    answer = await api.post(INTENTS, ONE_CLICK, bearer=api.secret_key)
    assert (answer.status, answer.body["code"]) == (503, "broker_unavailable")


@pytest.mark.integration
async def test_failure_that_stripe_keeps_does_not_charge_the_card_twice(placing: Api, stripe: ScriptedStripe) -> None:
    """The lost call may have charged it: what it made is looked for under the customer, and answered."""
    del stripe.objects["POST /v1/payment_intents"]
    orders: list[str] = []

    def lost() -> web.Response:
        orders.append(stripe.requests[-1][1]["metadata[order_id]"])
        made = [{**INTENT, "id": "pi_0"}, {**INTENT, "metadata": {"order_id": orders[0]}}]
        stripe.has("GET /v1/payment_intents", {"object": "list", "data": made, "has_more": False})
        return web.json_response({"error": {}}, status=500, headers={"Idempotent-Replayed": "true"})

    stripe.script.append(lost)
    answer = await placing.post(INTENTS, ONE_CLICK, bearer=placing.secret_key)
    assert (answer.status, answer.body["payment_intent_id"]) == (200, "pi_7")
    assert stripe.asked == ["POST /v1/payment_intents", "GET /v1/payment_intents"]


@pytest.mark.integration
async def test_job_that_is_run_again_days_later_charges_nobody_twice(placing: Api, stripe: ScriptedStripe) -> None:
    """Stripe has forgotten the key by then, and its payment intent not."""
    body = {**ONE_CLICK, "off_session": True}
    first = await placing.post(INTENTS, body, bearer=placing.secret_key)
    noted = {name: stripe.requests[-1][1][f"metadata[{name}]"] for name in ("order_id", "request_hash")}
    old = {**INTENT, "created": int(time.time()) - 90_000, "metadata": noted}
    stripe.has("GET /v1/payment_intents", {"object": "list", "data": [old], "has_more": False})
    late = await placing.post(INTENTS, body, bearer=placing.secret_key)
    other = await placing.post(INTENTS, {**body, "reference": "A-2"}, bearer=placing.secret_key)
    assert (late.status, late.body["payment_intent_id"]) == (200, first.body["payment_intent_id"])
    assert (other.status, other.body["code"]) == (409, "idempotency_key_reused")
    assert stripe.asked.count("POST /v1/payment_intents") == 1


@pytest.mark.integration
async def test_card_is_kept_for_the_customer_if_the_buyer_said_so(placing: Api, stripe: ScriptedStripe) -> None:
    """While paying on the shop's page, with no card named yet."""
    body = {**CART, "customer": "cus_1", "save_payment_method": True}
    assert (await placing.post(INTENTS, body, bearer=placing.customer_token("cus_1"))).status == 200
    _, params, _ = stripe.requests[0]
    assert (params["customer"], params["setup_future_usage"]) == ("cus_1", "off_session")
    assert "confirm" not in params


@pytest.mark.integration
async def test_shops_own_id_for_a_buyer_stays_ours(placing: Api, stripe: ScriptedStripe) -> None:
    """Stripe would not know it."""
    assert (await placing.post(INTENTS, {**CART, "customer": "cust-7"})).status == 200
    _, params, _ = stripe.requests[0]
    assert params["metadata[customer_id]"] == "cust-7"
    assert "customer" not in params


@pytest.mark.parametrize("customer", ["cus_1", "cus_2"])
async def test_nobody_pays_with_somebody_elses_cards(serve_api: Serve, stripe: ScriptedStripe, customer: str) -> None:
    """Neither everybody's key nor another customer's token."""
    api = await serve_api()
    bearer = api.customer_token("cus_3") if customer == "cus_1" else "pk_test_merchant_0123456789"
    answer = await api.post(INTENTS, {**ONE_CLICK, "customer": customer}, bearer=bearer)
    assert (answer.status, answer.body["code"]) == (403, "customer_not_allowed")
    assert stripe.asked == []


async def test_only_a_server_charges_a_buyer_who_is_away(serve_api: Serve, stripe: ScriptedStripe) -> None:
    """A browser's buyer is there."""
    api = await serve_api()
    answer = await api.post(INTENTS, {**ONE_CLICK, "off_session": True}, bearer=api.customer_token("cus_1"))
    assert (answer.status, answer.body["code"]) == (403, "secret_key_required")
    assert stripe.asked == []


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"payment_method": "pm_1"}, "customer"),
        ({"payment_method": "pm_1", "customer": "cust-7"}, "customer"),
        ({"save_payment_method": True}, "customer"),
        ({"off_session": True, "customer": "cus_1"}, "off_session"),
        ({**ONE_CLICK, "off_session": True, "save_payment_method": True}, "save_payment_method"),
        ({**ONE_CLICK, "payment_method": "4242424242424242"}, "payment_method"),
    ],
)
async def test_wish_that_makes_no_sense_is_refused_by_its_field(
    serve_api: Serve, stripe: ScriptedStripe, wish: Any, field: str
) -> None:
    """Nothing is created."""
    api = await serve_api()
    answer = await api.post(INTENTS, {**CART, **wish}, bearer=api.secret_key)
    assert (answer.status, [error["field"] for error in answer.body["errors"]]) == (422, [field])
    assert stripe.asked == []
