"""Paying with a saved card: saved by a first payment, on-session and off-session, and only by its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Sim


def saved(sim: Sim, card: str, customer: str) -> str:
    return sim.stripe.v1.payment_methods.attach(card, {"customer": customer}).id


def refusal(error: stripe.StripeError) -> stripe.ErrorObject:
    assert error.error is not None
    return error.error


def pass_challenge(sim: Sim, intent: stripe.PaymentIntent) -> None:
    sim.call("POST", f"/sim/3ds/{intent.id}", {"client_secret": intent.client_secret, "outcome": "complete"})


@pytest.mark.parametrize(("card", "params", "events"), [
    ("pm_card_visa", {}, ["charge.succeeded", "payment_intent.succeeded"]),
    ("pm_card_visa", {"capture_method": "manual"}, ["charge.succeeded", "payment_intent.amount_capturable_updated"]),
    ("pm_card_simProcessing", {}, ["charge.pending", "payment_intent.processing"]),
])  # fmt: skip
def test_a_payment_saves_its_card_with_the_customer(
    sim: Sim, card: str, params: dict[str, str], events: list[str]
) -> None:
    customer = sim.customer().id
    paid = sim.pay(card, customer=customer, setup_future_usage="off_session", **params)
    assert sim.stripe.v1.payment_methods.retrieve(str(paid.payment_method)).customer == customer
    begun = ["customer.created", "payment_intent.created", "payment_method.attached"]
    assert sim.event_types()[:5] == begun + events


def test_a_declined_card_is_not_saved(sim: Sim) -> None:
    customer = sim.customer().id
    with pytest.raises(stripe.CardError):
        sim.pay("pm_card_chargeDeclined", customer=customer, setup_future_usage="off_session")
    assert sim.stripe.v1.customers.payment_methods.list(customer).data == []


def test_a_saved_card_pays_again_and_again(sim: Sim) -> None:
    customer = sim.customer().id
    card = saved(sim, "pm_card_visa", customer)
    for off_session in (False, True):
        paid = sim.pay(card, customer=customer, off_session=off_session)
        assert (paid.status, paid.customer, paid.payment_method) == ("succeeded", customer, card)
    (last, _) = sim.stripe.v1.charges.list({"customer": customer}).data
    assert last.payment_method == card


@pytest.mark.parametrize("card", ["pm_card_visa", "pm_card_chargeDeclined"])
def test_a_card_that_was_used_unsaved_is_spent(sim: Sim, card: str) -> None:
    method = sim.stripe.v1.payment_methods.create({"type": "card", "card": {"token": card.replace("pm_card_", "tok_")}})
    sim.call("POST", "/v1/payment_intents", {
        "amount": 500, "currency": "usd", "confirm": "true", "payment_method": method.id, "return_url": "https://a.test",
    })  # fmt: skip
    with pytest.raises(stripe.InvalidRequestError, match="To use a PaymentMethod multiple times"):
        sim.pay(method.id)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        saved(sim, method.id, sim.customer().id)


def test_a_card_that_was_asked_to_be_used_again_can_be_saved_later(sim: Sim) -> None:
    paid = sim.pay("pm_card_visa", setup_future_usage="off_session")
    customer = sim.customer().id
    assert saved(sim, str(paid.payment_method), customer) == paid.payment_method


def test_only_its_owner_pays_with_a_saved_card(sim: Sim) -> None:
    owner, other = sim.customer().id, sim.customer().id
    card = saved(sim, "pm_card_visa", owner)
    with pytest.raises(stripe.InvalidRequestError, match="Please include the Customer in the `customer` parameter"):
        sim.pay(card)
    with pytest.raises(stripe.InvalidRequestError, match="does not belong to the Customer you supplied") as refused:
        sim.pay(card, customer=other)
    assert refused.value.param == "payment_method"
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        sim.intent(customer="cus_none")


@pytest.mark.parametrize("card", ["pm_card_authenticationRequired", "pm_card_authenticationRequiredOnSetup"])
def test_off_session_a_card_that_asks_for_the_buyer_is_declined(sim: Sim, card: str) -> None:
    customer = sim.customer().id
    with pytest.raises(stripe.CardError) as declined:
        sim.pay(saved(sim, card, customer), customer=customer, off_session=True)
    error = refusal(declined.value)
    assert (declined.value.http_status, error.code, error.decline_code) == (
        402, "authentication_required", "authentication_required",
    )  # fmt: skip
    assert error.payment_intent is not None
    assert error.payment_intent.status == "requires_payment_method"
    assert error.payment_method is not None
    back = sim.stripe.v1.payment_intents.confirm(
        error.payment_intent.id, {"payment_method": error.payment_method.id, "return_url": "https://shop.test/done"}
    )
    assert back.status == "requires_action", "the buyer is back, and can be asked"
    pass_challenge(sim, back)
    assert sim.status_of(back.id) == "succeeded"


@pytest.mark.parametrize(("card", "code"), [
    ("pm_card_authenticationRequired", "authentication_required"),
    ("pm_card_authenticationRequiredOnSetup", None),
    ("pm_card_authenticationRequiredSetupForOffSession", None),
    ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "authentication_required"),
    ("pm_card_visa", None),
])  # fmt: skip
def test_once_set_up_some_cards_pay_off_session(sim: Sim, card: str, code: str | None) -> None:
    customer = sim.customer().id
    setup = sim.stripe.v1.setup_intents.create(
        {"customer": customer, "payment_method": card, "confirm": True, "return_url": "https://shop.test/done"}
    )
    sim.call("POST", f"/sim/3ds/{setup.id}", {"client_secret": setup.client_secret, "outcome": "complete"})
    (method,) = sim.stripe.v1.customers.payment_methods.list(customer).data
    if code is None:
        assert sim.pay(method.id, customer=customer, off_session=True).status == "succeeded"
    else:
        with pytest.raises(stripe.CardError) as declined:
            sim.pay(method.id, customer=customer, off_session=True)
        assert declined.value.code == code


def test_a_first_payment_with_a_challenge_sets_the_card_up(sim: Sim) -> None:
    customer = sim.customer().id
    first = sim.pay("pm_card_authenticationRequiredOnSetup", customer=customer, setup_future_usage="off_session")
    pass_challenge(sim, first)
    card = str(sim.stripe.v1.payment_intents.retrieve(first.id).payment_method)
    assert sim.pay(card, customer=customer, off_session=True).status == "succeeded"
    assert sim.pay(card, customer=customer).status == "requires_action", "with the buyer there it always asks"


def test_a_card_may_be_saved_and_then_fail(sim: Sim) -> None:
    customer = sim.customer().id
    card = saved(sim, "pm_card_chargeCustomerFail", customer)
    with pytest.raises(stripe.CardError) as declined:
        sim.pay(card, customer=customer, off_session=True)
    assert refusal(declined.value).decline_code == "generic_decline"
    assert sim.stripe.v1.payment_methods.retrieve(card).customer == customer


def test_error_on_requires_action_fails_without_a_charge(sim: Sim) -> None:
    with pytest.raises(stripe.CardError) as declined:
        sim.pay("pm_card_authenticationRequired", error_on_requires_action=True)
    error = refusal(declined.value)
    assert (error.code, error.decline_code) == ("authentication_required", "authentication_not_handled")
    assert sim.event_types() == ["payment_intent.created", "payment_intent.payment_failed"]
