"""Customers, and the payment methods that are saved with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Sim


def attach(sim: Sim, card: str, customer: str) -> stripe.PaymentMethod:
    return sim.stripe.v1.payment_methods.attach(card, {"customer": customer})


def last_event(sim: Sim) -> tuple[str, Any]:
    """Its type, and its data."""
    event = sim.call("GET", "/v1/events?limit=1").json()["data"][0]
    return event["type"], event["data"]


def test_a_customer_is_kept_as_it_was_told(sim: Sim) -> None:
    made = sim.customer(email="a@b.test", name="Ann", metadata={"id": "7"}, preferred_locales=["de"])
    assert sim.stripe.v1.customers.retrieve(made.id) == made
    assert (made.email, made.name, made.to_dict()["metadata"], made.preferred_locales) == (
        "a@b.test", "Ann", {"id": "7"}, ["de"],
    )  # fmt: skip
    assert last_event(sim)[0] == "customer.created"


def test_an_update_tells_what_was_before(sim: Sim) -> None:
    customer = sim.customer(email="a@b.test", name="Ann")
    updated = sim.stripe.v1.customers.update(customer.id, {"name": "Bea", "email": ""})
    assert (updated.name, updated.email) == ("Bea", None)
    kind, data = last_event(sim)
    assert (kind, data["previous_attributes"]) == ("customer.updated", {"name": "Ann", "email": "a@b.test"})


def test_customers_are_found_by_their_email(sim: Sim) -> None:
    ann, _ = sim.customer(email="a@b.test"), sim.customer(email="b@b.test")
    assert [one.id for one in sim.stripe.v1.customers.list({"email": "a@b.test"})] == [ann.id]
    assert len(sim.stripe.v1.customers.list().data) == 2


def test_of_a_deleted_customer_is_known_only_that_it_was(sim: Sim) -> None:
    customer = sim.customer(payment_method="pm_card_visa")
    deleted = sim.stripe.v1.customers.delete(customer.id)
    assert deleted.to_dict() == {"id": customer.id, "object": "customer", "deleted": True}
    assert sim.call("GET", f"/v1/customers/{customer.id}").json() == deleted.to_dict()
    assert sim.stripe.v1.customers.list().data == []
    assert sim.event_types()[-2:] == ["payment_method.detached", "customer.deleted"]
    for again in (sim.stripe.v1.customers.delete, sim.stripe.v1.customers.update):
        with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
            again(customer.id)


def test_a_saved_card_can_be_the_default_until_it_is_detached(sim: Sim) -> None:
    customer = sim.customer()
    card = attach(sim, "pm_card_visa", customer.id)
    assert card.customer == customer.id
    assert sim.event_types() == ["customer.created", "payment_method.attached"]
    settings: Any = {"invoice_settings": {"default_payment_method": card.id}}
    expanded = {"expand": ["invoice_settings.default_payment_method"]}
    told = sim.stripe.v1.customers.update(customer.id, settings | expanded)
    assert told.invoice_settings is not None
    assert told.invoice_settings.default_payment_method == card
    assert sim.stripe.v1.payment_methods.detach(card.id).customer is None
    without = sim.stripe.v1.customers.retrieve(customer.id).invoice_settings
    assert without is not None
    assert without.default_payment_method is None
    told_last = sim.call("GET", "/v1/events?types[0]=payment_method.detached").json()["data"][0]["data"]
    assert told_last["previous_attributes"] == {"customer": customer.id}


def test_a_customer_can_be_made_with_a_card_that_is_the_default(sim: Sim) -> None:
    settings = {"default_payment_method": "pm_card_visa"}
    customer = sim.customer(payment_method="pm_card_visa", invoice_settings=settings)
    (saved,) = sim.stripe.v1.customers.payment_methods.list(customer.id).data
    assert customer.invoice_settings is not None
    assert customer.invoice_settings.default_payment_method == saved.id


def test_only_a_customers_own_card_can_be_the_default(sim: Sim) -> None:
    other = attach(sim, "pm_card_visa", sim.customer().id)
    settings: Any = {"invoice_settings": {"default_payment_method": other.id}}
    with pytest.raises(stripe.InvalidRequestError, match="must be attached to the customer") as refused:
        sim.stripe.v1.customers.update(sim.customer().id, settings)
    assert refused.value.param == "invoice_settings[default_payment_method]"


def test_saved_cards_are_listed_by_customer(sim: Sim) -> None:
    ann, bea = sim.customer().id, sim.customer().id
    first, second = (attach(sim, card, ann).id for card in ("pm_card_visa", "pm_card_mastercard"))
    attach(sim, "pm_card_visa", bea)
    sim.pay("pm_card_visa")
    listed = sim.stripe.v1.payment_methods.list({"customer": ann, "type": "card"})
    assert [one.id for one in listed] == [second, first]
    assert [one.id for one in sim.stripe.v1.customers.payment_methods.list(ann)] == [second, first]
    assert sim.stripe.v1.customers.payment_methods.retrieve(ann, first).id == first
    with pytest.raises(stripe.InvalidRequestError, match="No such PaymentMethod"):
        sim.stripe.v1.customers.payment_methods.retrieve(bea, first)


def test_a_saved_card_can_be_updated_and_an_unsaved_one_not(sim: Sim) -> None:
    saved = attach(sim, "pm_card_visa", sim.customer().id)
    params: Any = {"card": {"exp_month": 1, "exp_year": 2040}, "billing_details": {"name": "Ann"}}
    updated = sim.stripe.v1.payment_methods.update(saved.id, params)
    assert updated.card is not None
    assert (updated.card.exp_month, updated.card.exp_year, updated.billing_details.name) == (1, 2040, "Ann")
    kind, data = last_event(sim)
    assert kind == "payment_method.updated"
    assert data["previous_attributes"]["card"] == {"exp_month": 12, "exp_year": 2034}
    with pytest.raises(stripe.InvalidRequestError, match="save this PaymentMethod"):
        sim.stripe.v1.payment_methods.update(str(sim.pay("pm_card_visa").payment_method), params)


def test_a_detached_card_can_never_be_saved_again(sim: Sim) -> None:
    customer = sim.customer().id
    card = attach(sim, "pm_card_visa", customer)
    assert attach(sim, card.id, customer) == card, "saved there already, it stays"
    with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
        attach(sim, card.id, sim.customer().id)
    sim.stripe.v1.payment_methods.detach(card.id)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        attach(sim, card.id, customer)
    with pytest.raises(stripe.InvalidRequestError, match="not attached to a customer"):
        sim.stripe.v1.payment_methods.detach(card.id)


def test_a_bank_may_refuse_that_a_card_is_saved(sim: Sim) -> None:
    customer = sim.customer().id
    with pytest.raises(stripe.CardError) as refused:
        attach(sim, "pm_card_chargeDeclinedInsufficientFunds", customer)
    assert refused.value.error is not None
    assert (refused.value.code, refused.value.error.decline_code) == ("card_declined", "insufficient_funds")
    assert attach(sim, "pm_card_chargeCustomerFail", customer).customer == customer


def test_an_unknown_customer_is_missing(sim: Sim) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        attach(sim, "pm_card_visa", "cus_none")
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, "resource_missing", "customer")
    assert sim.call("GET", "/v1/customers/cus_none").status_code == 404
