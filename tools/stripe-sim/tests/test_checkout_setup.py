"""Checkout Sessions that save a card, and those that know or make a customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Sim

Session = stripe.checkout.Session
URLS = {"success_url": "https://shop.test/saved?session={CHECKOUT_SESSION_ID}"}


def saving(sim: Sim, **params: Any) -> Session:
    asked: Any = {"mode": "setup", "currency": "eur", **URLS, **params}
    return sim.stripe.v1.checkout.sessions.create(asked)


def press(sim: Sim, session: Session, card: str = "pm_card_visa") -> Any:
    form = {"payment_method": card, "email": "buyer@shop.test"}
    return sim.call("POST", f"/c/pay/{session.id}/confirm", form, key=None).json()


def again(sim: Sim, session: Session, *expand: str) -> Session:
    return sim.stripe.v1.checkout.sessions.retrieve(session.id, {"expand": list(expand)})


def saved_with(sim: Sim, customer: str) -> list[str]:
    return [method.id for method in sim.stripe.v1.customers.payment_methods.list(customer)]


def test_a_session_saves_a_card_and_takes_no_money(sim: Sim) -> None:
    customer = sim.customer(email="a@b.test").id
    session = saving(sim, customer=customer, setup_intent_data={"metadata": {"customer_id": "7"}})
    assert (session.payment_status, session.amount_total, session.payment_intent) == ("no_payment_required", None, None)
    assert "Nothing is charged now" in sim.http.get(str(session.url), timeout=5).text
    assert press(sim, session) == {"url": f"https://shop.test/saved?session={session.id}"}
    done = again(sim, session, "setup_intent", "line_items")
    assert isinstance(done.setup_intent, stripe.SetupIntent)
    assert (done.status, done.setup_intent.status) == ("complete", "succeeded")
    assert done.setup_intent.to_dict()["metadata"] == {"customer_id": "7"}
    assert saved_with(sim, customer) == [done.setup_intent.payment_method]
    assert sim.event_types()[1:] == [
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
        "checkout.session.completed",
    ]


def test_a_challenge_decides_whether_the_card_is_saved(sim: Sim) -> None:
    session = saving(sim)
    secret = press(sim, session, "pm_card_authenticationRequired")["client_secret"]
    assert again(sim, session).status == "open"
    sim.call("POST", f"/sim/3ds/{session.setup_intent}", {"client_secret": secret, "outcome": "complete"})
    assert "url" in sim.call("POST", f"/c/pay/{session.id}/finish", key=None).json()


def test_a_refused_card_can_be_followed_by_a_good_one(sim: Sim) -> None:
    session = saving(sim)
    assert press(sim, session, "pm_card_chargeDeclined")["error"]["message"] == "Your card was declined."
    assert "url" in press(sim, session)


def test_a_delayed_method_completes_the_session_at_once(sim: Sim) -> None:
    session = saving(sim)
    assert "url" in press(sim, session, "pm_card_simProcessing")
    assert sim.event_types().count("checkout.session.completed") == 1


def test_an_expired_session_saves_nothing(sim: Sim) -> None:
    session = saving(sim)
    sim.stripe.v1.checkout.sessions.expire(session.id)
    assert sim.stripe.v1.setup_intents.retrieve(str(session.setup_intent)).status == "canceled"
    assert "error" in press(sim, session)


@pytest.mark.parametrize("mode", ["payment", "setup"])
def test_a_session_makes_a_customer_where_the_shop_asks_for_one(sim: Sim, mode: str) -> None:
    make = sim.session if mode == "payment" else lambda **params: saving(sim, **params)
    session = make(customer_creation="always")
    press(sim, session, "pm_card_visa")
    done = again(sim, session, "customer")
    assert isinstance(done.customer, stripe.Customer)
    assert done.customer.email == "buyer@shop.test"
    assert len(saved_with(sim, done.customer.id)) == (1 if mode == "setup" else 0)
    press(sim, make(), "pm_card_visa")
    assert len(sim.stripe.v1.customers.list().data) == 1, "only where it is asked for"


def test_a_payment_saves_its_card_with_the_known_customer(sim: Sim) -> None:
    customer = sim.customer(email="a@b.test").id
    session = sim.session(customer=customer, payment_intent_data={"setup_future_usage": "off_session"})
    assert (session.customer, session.customer_creation) == (customer, None)
    assert 'value="a@b.test" readonly' in sim.http.get(str(session.url), timeout=5).text
    press(sim, session)
    done = again(sim, session, "payment_intent")
    assert isinstance(done.payment_intent, stripe.PaymentIntent)
    assert (done.payment_intent.customer, saved_with(sim, customer)) == (
        customer, [done.payment_intent.payment_method],
    )  # fmt: skip
    assert [one.id for one in sim.stripe.v1.checkout.sessions.list({"customer": customer})] == [session.id]
    assert sim.pay(saved_with(sim, customer)[0], customer=customer, off_session=True).status == "succeeded"


def test_a_bank_account_pays_after_the_session_is_complete(sim: Sim, until: Callable[..., object]) -> None:
    session = sim.session(payment_method_types=["us_bank_account"])
    press(sim, session, "pm_usBankAccount_accountClosed")
    assert (again(sim, session).status, again(sim, session).payment_status) == ("complete", "unpaid")
    until(lambda: "checkout.session.async_payment_failed" in sim.event_types())
    assert sim.event_types()[-3:] == [
        "charge.failed",
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
    ]


@pytest.mark.parametrize(("params", "param"), [
    ({"mode": "setup"}, "currency"),
    ({"mode": "setup", "currency": "eur", "payment_intent_data": {"description": "x"}}, "payment_intent_data"),
    ({"mode": "payment"}, "line_items"),
    ({"mode": "payment", "setup_intent_data": {"description": "x"}}, "setup_intent_data"),
    ({"mode": "setup", "currency": "eur", "customer": "cus_none"}, "customer"),
])  # fmt: skip
def test_parameters_of_another_mode_are_refused(sim: Sim, params: Any, param: str) -> None:
    asked: Any = {**URLS, **params}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sim.stripe.v1.checkout.sessions.create(asked)
    assert refused.value.param == param


@pytest.mark.parametrize("other", [{"customer_email": "a@b.test"}, {"customer_creation": "always"}])
def test_a_known_customer_is_told_alone(sim: Sim, other: dict[str, str]) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="only specify one of these parameters"):
        sim.session(customer=sim.customer().id, **other)
