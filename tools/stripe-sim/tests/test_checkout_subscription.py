"""Checkout Sessions that begin a subscription."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Merchant, Sim

Session = stripe.checkout.Session
TEA: dict[str, Any] = {
    "currency": "eur",
    "unit_amount": 1000,
    "recurring": {"interval": "month"},
    "product_data": {"name": "Tea"},
}


def offered(sim: Sim, **params: Any) -> Session:
    line = {"price_data": TEA, "quantity": 2}
    return sim.session(**{"mode": "subscription", "line_items": [line], **params})


def press(sim: Sim, session: Session, card: str = "pm_card_visa") -> Any:
    form = {"payment_method": card, "email": "buyer@shop.test"}
    return sim.call("POST", f"/c/pay/{session.id}/confirm", form, key=None).json()


def again(sim: Sim, session: Session, *expand: str) -> Session:
    return sim.stripe.v1.checkout.sessions.retrieve(session.id, {"expand": list(expand)})


def test_a_paid_session_tells_of_its_subscription_and_invoice_in_order(sim: Sim) -> None:
    session = offered(sim, subscription_data={"metadata": {"subscription_id": "subs_1"}})
    assert "per month" in sim.http.get(str(session.url), timeout=5).text
    assert "url" in press(sim, session)
    done = again(sim, session, "subscription", "invoice")
    assert (done.status, done.payment_status, done.payment_intent) == ("complete", "paid", None)
    assert isinstance(done.subscription, stripe.Subscription)
    assert isinstance(done.invoice, stripe.Invoice)
    assert (done.subscription.status, done.subscription.customer) == ("active", done.customer)
    assert done.subscription.to_dict()["metadata"] == {"subscription_id": "subs_1"}
    assert done.subscription.default_payment_method is not None
    assert (done.invoice.status, done.invoice.amount_paid) == ("paid", 2000)
    assert sim.event_types() == [
        "customer.created",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "payment_method.attached",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.updated",
        "invoice.payment_succeeded",
        "invoice.paid",
        "customer.subscription.updated",
        "checkout.session.completed",
    ]


def test_a_trial_begins_without_a_payment(sim: Sim) -> None:
    session = offered(sim, subscription_data={"trial_period_days": 14})
    assert "14 days free" in sim.http.get(str(session.url), timeout=5).text
    assert session.amount_total == 0
    press(sim, session)
    done = again(sim, session, "subscription")
    assert (done.status, done.payment_status) == ("complete", "no_payment_required")
    assert isinstance(done.subscription, stripe.Subscription)
    assert done.subscription.status == "trialing"
    assert "payment_intent.created" not in sim.event_types()
    assert sim.event_types()[-1] == "checkout.session.completed"


def test_a_declined_card_can_be_followed_by_a_good_one(sim: Sim) -> None:
    session = offered(sim)
    assert press(sim, session, "pm_card_chargeDeclined")["error"]["message"] == "Your card was declined."
    assert again(sim, session).subscription is None
    assert "url" in press(sim, session)
    assert sim.event_types().count("customer.subscription.created") == 1


def test_a_challenge_decides(sim: Sim) -> None:
    session = offered(sim)
    secret = press(sim, session, "pm_card_threeDSecure2Required")["client_secret"]
    page = f"/sim/3ds/{secret.partition('_secret_')[0]}"
    sim.call("POST", page, {"client_secret": secret, "outcome": "complete"})
    assert "url" in sim.call("POST", f"/c/pay/{session.id}/finish", key=None).json()


def test_an_expired_session_leaves_no_subscription_behind(sim: Sim) -> None:
    session = offered(sim)
    press(sim, session, "pm_card_chargeDeclined")
    sim.stripe.v1.checkout.sessions.expire(session.id)
    assert [one.status for one in sim.stripe.v1.subscriptions.list({"status": "all"})] == ["incomplete_expired"]


@pytest.mark.parametrize(("card", "event"), [
    ("pm_card_simProcessing", "checkout.session.async_payment_succeeded"),
    ("pm_card_simProcessingFails", "checkout.session.async_payment_failed"),
])  # fmt: skip
def test_a_delayed_payment_completes_the_session_before_its_outcome(
    sim: Sim, until: Callable[..., Any], card: str, event: str
) -> None:
    session = offered(sim)
    press(sim, session, card)
    assert again(sim, session).status == "complete"
    until(lambda: event in sim.event_types())


def test_a_known_customer_subscribes_at_their_own_time_to_a_known_price(merchant: Merchant) -> None:
    session = offered(merchant.sim, customer=merchant.customer, line_items=[{"price": merchant.price, "quantity": 1}])
    press(merchant.sim, session)
    begun = again(merchant.sim, session, "subscription").subscription
    assert isinstance(begun, stripe.Subscription)
    ends = merchant.period(begun)[1]
    merchant.advance(ends + 3600)
    assert merchant.invoice(begun).status == "paid"
    found = merchant.sim.stripe.v1.checkout.sessions.list({"subscription": begun.id})
    assert [one.id for one in found] == [session.id]


@pytest.mark.parametrize(("params", "param"), [
    ({"mode": "payment"}, "mode"),
    ({"line_items": [{"price_data": {k: v for k, v in TEA.items() if k != "recurring"}, "quantity": 1}]}, "line_items"),
    ({"line_items": [{"quantity": 1}]}, "line_items[0][price]"),
    ({"line_items": [{"price": "price_none", "quantity": 1}]}, "line_items[0][price]"),
    ({"payment_intent_data": {"description": "x"}}, "payment_intent_data"),
    ({"subscription_data": {"trial_period_days": 0}}, "subscription_data[trial_period_days]"),
])  # fmt: skip
def test_wrong_parameters_are_refused(sim: Sim, params: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        offered(sim, **params)
    assert refused.value.param == param
