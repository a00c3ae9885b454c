"""Checkout Sessions, from the shop's side and through the page's own steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Shop, Sim


def press_pay(sim: Sim, session: stripe.checkout.Session, card: str = "pm_card_visa") -> Any:
    form = {"payment_method": card, "email": "buyer@shop.test"}
    return sim.call("POST", f"/c/pay/{session.id}/confirm", form, key=None).json()


def again(sim: Sim, session: stripe.checkout.Session, **params: Any) -> stripe.checkout.Session:
    asked: Any = params
    return sim.stripe.v1.checkout.sessions.retrieve(session.id, asked)


def test_an_open_session_has_a_page_and_no_payment_yet(sim: Sim) -> None:
    session = sim.session(metadata={"order_id": "ord_1"}, client_reference_id="cart-7")
    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 2500)
    assert (session.payment_intent, session.client_reference_id) == (None, "cart-7")
    page = sim.http.get(str(session.url), timeout=5)
    assert page.status_code == 200
    assert "Mug" in page.text


def test_a_paid_session_tells_of_payment_first_and_then_of_itself(sim: Sim) -> None:
    session = sim.session(payment_intent_data={"metadata": {"order_id": "ord_1"}})
    assert press_pay(sim, session) == {"url": f"https://shop.test/thanks?session={session.id}"}
    paid = again(sim, session, expand=["payment_intent", "line_items"])
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert paid.payment_intent.to_dict()["metadata"] == {"order_id": "ord_1"}
    assert paid.line_items is not None
    assert [(line.description, line.quantity, line.amount_total) for line in paid.line_items] == [("Mug", 2, 2500)]
    assert paid.customer_details is not None
    assert paid.customer_details.email == "buyer@shop.test"
    assert sim.event_types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_a_declined_card_can_be_followed_by_a_good_one_on_the_same_intent(sim: Sim) -> None:
    session = sim.session()
    assert press_pay(sim, session, "pm_card_chargeDeclined")["error"]["message"] == "Your card was declined."
    assert again(sim, session).status == "open"
    assert "url" in press_pay(sim, session)
    assert sim.event_types().count("payment_intent.created") == 1


def test_a_challenge_on_the_page_completes_the_session(sim: Sim) -> None:
    session = sim.session()
    secret = press_pay(sim, session, "pm_card_threeDSecure2Required")["client_secret"]
    assert "error" in sim.call("POST", f"/c/pay/{session.id}/finish", key=None).json()
    intent = again(sim, session).payment_intent
    sim.call("POST", f"/sim/3ds/{intent}", {"client_secret": secret, "outcome": "complete"})
    assert "url" in sim.call("POST", f"/c/pay/{session.id}/finish", key=None).json()


@pytest.mark.parametrize(("card", "payment_status", "event"), [
    ("pm_card_simProcessing", "paid", "checkout.session.async_payment_succeeded"),
    ("pm_card_simProcessingFails", "unpaid", "checkout.session.async_payment_failed"),
])  # fmt: skip
def test_a_delayed_payment_completes_the_session_before_its_outcome(
    sim: Sim, until: Callable[..., object], card: str, payment_status: str, event: str
) -> None:
    session = sim.session()
    press_pay(sim, session, card)
    until(lambda: event in sim.event_types())
    told = {event.type: event for event in sim.stripe.v1.events.list({"type": "checkout.session.*"})}
    assert told["checkout.session.completed"].data.object["payment_status"] == "unpaid"
    assert again(sim, session).payment_status == payment_status


def test_an_expired_session_takes_no_payment_and_cancels_its_intent(sim: Sim) -> None:
    session = sim.session()
    press_pay(sim, session, "pm_card_chargeDeclined")
    intent = str(again(sim, session).payment_intent)
    assert sim.stripe.v1.checkout.sessions.expire(session.id).status == "expired"
    assert "error" in press_pay(sim, session)
    assert "expired" in sim.http.get(str(session.url), timeout=5).text
    assert sim.status_of(intent) == "canceled"
    assert "checkout.session.expired" in sim.event_types()
    with pytest.raises(stripe.InvalidRequestError):
        sim.stripe.v1.checkout.sessions.expire(session.id)


def test_a_session_expires_by_itself(start_sim: Callable[..., Sim], until: Callable[..., object]) -> None:
    sim = start_sim(checkout_shortest_seconds=0)
    session = sim.session(expires_at=int(time.time()) + 1)
    until(lambda: again(sim, session).status == "expired")
    assert sim.event_types() == ["checkout.session.expired"]


def test_the_page_waits_for_the_webhooks_answer(sim_with_shop: Sim, shop: Shop) -> None:
    session = sim_with_shop.session()
    press_pay(sim_with_shop, session)
    assert shop.events("checkout.session.completed")


def test_a_paid_sessions_page_leads_back_to_the_shop(sim: Sim) -> None:
    session = sim.session()
    press_pay(sim, session)
    assert f"https://shop.test/thanks?session={session.id}" in sim.http.get(str(session.url), timeout=5).text


def test_an_unknown_page_is_not_found(sim: Sim) -> None:
    assert sim.http.get(f"{sim.base}/c/pay/cs_test_none", timeout=5).status_code == 404


def test_what_the_merchant_wrote_cannot_become_markup(sim: Sim) -> None:
    name = "<script>alert(1)</script>"
    price = {"currency": "eur", "unit_amount": 1250, "product_data": {"name": name}}
    session = sim.session(line_items=[{"price_data": price, "quantity": 1}])
    assert name not in sim.http.get(str(session.url), timeout=5).text


@pytest.mark.parametrize(("params", "param"), [
    ({"line_items": []}, "line_items"),
    ({"success_url": "javascript:alert(1)"}, "success_url"),
    ({"cancel_url": "nowhere"}, "cancel_url"),
    ({"expires_at": 12}, "expires_at"),
    ({"mode": "someday"}, "mode"),
    ({"line_items": [{"price_data": {"currency": "eur", "unit_amount": -5, "product_data": {"name": "x"}}}]},
     "line_items[0][price_data][unit_amount]"),
    ({"line_items": [{"price_data": {"currency": "eur", "unit_amount": 500, "product_data": {"name": "x"}}}]},
     "line_items[0][quantity]"),
])  # fmt: skip
def test_wrong_parameters_are_refused(sim: Sim, params: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sim.session(**params)
    assert refused.value.param == param


def test_sessions_are_found_by_their_payment_intent(sim: Sim) -> None:
    session, _ = sim.session(), sim.session()
    press_pay(sim, session)
    intent = str(again(sim, session).payment_intent)
    assert [one.id for one in sim.stripe.v1.checkout.sessions.list({"payment_intent": intent})] == [session.id]
    assert [one.id for one in sim.stripe.v1.checkout.sessions.list({"status": "complete"})] == [session.id]
