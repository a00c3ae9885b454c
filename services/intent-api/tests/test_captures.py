"""Manual capture and cancellation, on stripe-sim's real states."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

if TYPE_CHECKING:
    from calling import Api
    from conftest import Serve
    from scripted_orders import ScriptedOrders
    from scripted_stripe import ScriptedStripe
    from stripe_sim_process import StripeSim

CAPTURE, CANCEL = "/v1/orders/ord_1/capture", "/v1/orders/ord_1/cancel"
CARD = "pm_card_visa"


@pytest.fixture
async def api(serve_api: Serve, stripe_sim: StripeSim, orders: ScriptedOrders) -> Api:
    return await serve_api(stripe_api_base=stripe_sim.url, order_service_url=orders.url)


async def intent(stripe_sim: StripeSim, **changes: Any) -> str:
    """A payment of 20.00 that waits for a card, unless told otherwise."""
    made = await stripe_sim.call("/v1/payment_intents", amount=2000, currency="usd", **changes)
    return str(made["id"])


async def held(stripe_sim: StripeSim) -> str:
    """A payment that a bank holds for us."""
    payment = await intent(stripe_sim, capture_method="manual", **{"payment_method_types[]": "card"})
    await stripe_sim.call(f"/v1/payment_intents/{payment}/confirm", payment_method=CARD)
    return payment


async def as_server(api: Api, path: str, body: Any, key: str = "a-key") -> tuple[int, dict[str, Any]]:
    answer = await api.post(path, body, key=key, bearer=api.secret_key)
    return answer.status, answer.body


@pytest.mark.shows("POST /v1/orders/{order_id}/capture")
async def test_held_payment_is_captured_once(api: Api, stripe_sim: StripeSim, orders: ScriptedOrders) -> None:
    """However often it is asked for under the same key, also all at once."""
    payment = await held(stripe_sim)
    orders.has("ord_1", payment)
    answers = await asyncio.gather(*(as_server(api, CAPTURE, {}) for _ in range(10)))
    again = await as_server(api, CAPTURE, {})
    captured = {
        "order_id": "ord_1",
        "payment_intent_id": payment,
        "amount": 2000,
        "currency": "usd",
        "status": "succeeded",
    }
    assert all(answer == (202, captured) for answer in [*answers, again])
    assert len(await stripe_sim.told("payment_intent.succeeded")) == 1


async def test_part_is_captured_and_the_rest_is_let_go(api: Api, stripe_sim: StripeSim, orders: ScriptedOrders) -> None:
    """For good."""
    orders.has("ord_1", await held(stripe_sim))
    status, body = await as_server(api, CAPTURE, {"amount": 1500})
    assert (status, body["amount"]) == (202, 1500)
    status, body = await as_server(api, CAPTURE, {"amount": 500}, key="another")
    assert (status, body["code"], body["captured"]) == (409, "already_captured", 1500)


async def test_key_of_a_capture_with_another_amount_is_a_conflict(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """Even where Stripe has forgotten the key: it stands in the payment's metadata."""
    orders.has("ord_1", await held(stripe_sim))
    assert (await as_server(api, CAPTURE, {"amount": 1500}))[0] == 202
    status, body = await as_server(api, CAPTURE, {"amount": 1400})
    assert (status, body["code"]) == (409, "idempotency_key_reused")


async def test_more_than_is_held_is_refused_with_what_there_is(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """As `capturable`."""
    orders.has("ord_1", await held(stripe_sim))
    status, body = await as_server(api, CAPTURE, {"amount": 2001})
    assert (status, body["code"], body["capturable"]) == (409, "amount_not_capturable", 2000)


async def test_payment_that_nobody_confirmed_cannot_be_captured(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """There is no money to take yet."""
    orders.has("ord_1", await intent(stripe_sim, capture_method="manual"))
    status, body = await as_server(api, CAPTURE, {})
    assert (status, body["code"]) == (409, "order_not_authorized")


async def test_second_hold_is_not_captured_beside_the_first(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """A retry, or another wish, never takes the money twice."""
    orders.has("ord_1", await held(stripe_sim), await held(stripe_sim))
    first, again = await as_server(api, CAPTURE, {}), await as_server(api, CAPTURE, {})
    other, refused = await as_server(api, CAPTURE, {}, key="another")
    assert first == again
    assert (other, refused["code"]) == (409, "already_captured")
    assert len(await stripe_sim.told("payment_intent.succeeded")) == 1


async def test_failure_that_stripe_keeps_after_capturing_is_seen_through(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """The payment itself says that it was captured, and by whom."""
    payment = await held(stripe_sim)
    orders.has("ord_1", payment)
    await stripe_sim.fault("error_500_after", path=f"/v1/payment_intents/{payment}/capture")
    status, body = await as_server(api, CAPTURE, {})
    assert (status, body.get("amount")) == (202, 2000)


@pytest.mark.shows("POST /v1/orders/{order_id}/cancel")
async def test_canceled_order_lets_go_of_every_payment(api: Api, stripe_sim: StripeSim, orders: ScriptedOrders) -> None:
    """Those that wait and those that are held; asking again changes nothing, under whichever key."""
    payments = {await held(stripe_sim), await intent(stripe_sim)}
    orders.has("ord_1", *payments)
    for key in ("a-key", "a-key", "another"):
        status, body = await as_server(api, CANCEL, {"reason": "requested_by_customer"}, key=key)
        assert (status, set(body["payment_intent_ids"]), body["checkout_session_ids"]) == (202, payments, [])
    canceled = await stripe_sim.told("payment_intent.canceled")
    assert {each["id"] for each in canceled} == payments
    assert {each["cancellation_reason"] for each in canceled} == {"requested_by_customer"}
    assert len(canceled) == 2


async def test_key_of_a_cancellation_with_another_reason_is_a_conflict(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """As on every route."""
    orders.has("ord_1", await intent(stripe_sim))
    assert (await as_server(api, CANCEL, {"reason": "duplicate"}))[0] == 202
    status, body = await as_server(api, CANCEL, {"reason": "fraudulent"})
    assert (status, body["code"]) == (409, "idempotency_key_reused")


CHECKOUT: dict[str, Any] = {
    "mode": "payment",
    "success_url": "http://localhost:8000/",
    "cancel_url": "http://localhost:8000/",
    "line_items[0][quantity]": 1,
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][unit_amount]": 2000,
    "line_items[0][price_data][product_data][name]": "Mug",
}


async def test_canceled_checkout_cannot_be_paid_any_more(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """Its page is closed."""
    session = await stripe_sim.call("/v1/checkout/sessions", **CHECKOUT)
    orders.has("ord_1", sessions=[session["id"]])
    for _ in range(2):
        status, body = await as_server(api, CANCEL, {})
        assert (status, body["checkout_session_ids"]) == (202, [session["id"]])
    assert len(await stripe_sim.told("checkout.session.expired")) == 1


async def test_order_paid_on_a_page_a_moment_ago_is_not_called_canceled(
    api: Api, stripe_sim: StripeSim, orders: ScriptedOrders
) -> None:
    """Stripe's page tells of its payment before any event has arrived."""
    session = await stripe_sim.call("/v1/checkout/sessions", **CHECKOUT)
    await stripe_sim.call(f"/c/pay/{session['id']}/confirm", payment_method=CARD, email="ada@example.com")
    [paid] = await stripe_sim.told("payment_intent.succeeded")
    orders.has("ord_1", sessions=[session["id"]])
    status, body = await as_server(api, CANCEL, {})
    assert (status, body["code"], body.get("payment_intent_id")) == (409, "order_already_paid", paid["id"])


async def test_buyer_who_pays_while_the_page_is_being_closed_was_faster(
    serve_api: Serve, stripe: ScriptedStripe, orders: ScriptedOrders
) -> None:
    """Stripe then refuses to close it, and its payment says why."""
    api = await serve_api(order_service_url=orders.url)
    orders.has("ord_1", sessions=["cs_1"])
    page = {"id": "cs_1", "object": "checkout.session", "status": "open", "payment_intent": None}
    charge = {"id": "ch_1", "object": "charge", "amount": 2000, "amount_captured": 2000, "amount_refunded": 0}
    paid = {"id": "pi_1", "object": "payment_intent", "status": "succeeded", "currency": "usd", "created": 1}
    stripe.script.append(lambda: web.json_response(page))
    stripe.fails(400)
    stripe.script.append(lambda: web.json_response({**page, "status": "complete", "payment_intent": "pi_1"}))
    amounts = {"amount": 2000, "amount_capturable": 0, "metadata": {}, "latest_charge": charge}
    stripe.has("GET /v1/payment_intents/pi_1", {**paid, **amounts})
    status, body = await as_server(api, CANCEL, {})
    assert (status, body["code"]) == (409, "order_already_paid")


async def test_paid_order_is_refunded_not_canceled(api: Api, stripe_sim: StripeSim, orders: ScriptedOrders) -> None:
    """And the other payments of it stay as they are."""
    paid, waiting = await intent(stripe_sim), await intent(stripe_sim)
    await stripe_sim.call(
        f"/v1/payment_intents/{paid}/confirm", payment_method=CARD, return_url="http://localhost:8000/"
    )
    orders.has("ord_1", paid, waiting)
    status, body = await as_server(api, CANCEL, {})
    assert (status, body["code"], body["payment_intent_id"]) == (409, "order_already_paid", paid)
    assert await stripe_sim.told("payment_intent.canceled") == []


async def test_order_whose_payment_is_not_known_yet_is_not_called_canceled(api: Api, orders: ScriptedOrders) -> None:
    """Its payment intent exists at Stripe, and could still be paid."""
    orders.has("ord_1")
    status, body = await as_server(api, CANCEL, {})
    assert (status, body["code"]) == (409, "nothing_to_cancel")


@pytest.mark.parametrize("path", [CAPTURE, CANCEL, "/v1/orders/ord_1/refunds"])
async def test_only_a_server_may_touch_the_money(api: Api, orders: ScriptedOrders, path: str) -> None:
    """A publishable key is known to every visitor; order-service is not even asked."""
    answer = await api.post(path, {})
    assert (answer.status, answer.body["code"]) == (403, "secret_key_required")
    assert orders.asked == []


@pytest.mark.parametrize("path", [CAPTURE, CANCEL, "/v1/orders/ord_1/refunds"])
async def test_order_that_order_service_cannot_tell_of_is_left_alone(
    api: Api, orders: ScriptedOrders, path: str
) -> None:
    """Unknown is 404, not reachable is "retry"."""
    status, body = await as_server(api, path, {})
    assert (status, body["code"]) == (404, "order_not_found")
    orders.fails = True
    answer = await api.post(path, {}, bearer=api.secret_key)
    assert (answer.status, answer.body["code"], answer.headers["Retry-After"]) == (503, "orders_unavailable", "2")
