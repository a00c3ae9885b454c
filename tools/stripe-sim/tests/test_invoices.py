"""Invoices as a merchant handles them, and what their subscription makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Sim

TEA: Any = {"currency": "eur", "unit_amount": 1000, "recurring": {"interval": "month"}}


def open_invoice(sim: Sim) -> stripe.Invoice:
    """The first invoice of a subscription that nobody has paid for."""
    v1 = sim.stripe.v1
    product = v1.products.create({"name": "Tea"}).id
    customer = v1.customers.create({"payment_method": "pm_card_visa"}).id
    asked: Any = {
        "customer": customer,
        "items": [{"price_data": {**TEA, "product": product}, "quantity": 2}],
        "payment_behavior": "default_incomplete",
        "expand": ["latest_invoice.payments"],
    }
    invoice: Any = v1.subscriptions.create(asked).latest_invoice
    assert isinstance(invoice, stripe.Invoice)
    return invoice


def status_of_subscription(sim: Sim, invoice: stripe.Invoice) -> str:
    name = invoice.to_dict()["parent"]["subscription_details"]["subscription"]
    return str(sim.stripe.v1.subscriptions.retrieve(name).status)


def method_of(sim: Sim, invoice: stripe.Invoice) -> str:
    return sim.stripe.v1.customers.payment_methods.list(str(invoice.customer)).data[0].id


@pytest.mark.shows("invoice_payment.paid")
def test_an_open_invoice_is_paid_with_a_named_card(sim: Sim) -> None:
    invoice = open_invoice(sim)
    assert (invoice.status, invoice.amount_due, invoice.number is not None) == ("open", 2000, True)
    paid = sim.stripe.v1.invoices.pay(invoice.id, {"payment_method": method_of(sim, invoice)})
    assert (paid.status, paid.amount_remaining) == ("paid", 0)
    assert status_of_subscription(sim, invoice) == "active"
    payment = sim.stripe.v1.invoice_payments.list({"invoice": invoice.id}).data[0]
    assert (payment.status, payment.amount_paid) == ("paid", 2000)
    of_intent: Any = {"payment": {"type": "payment_intent", "payment_intent": payment.payment.payment_intent}}
    assert [one.invoice for one in sim.stripe.v1.invoice_payments.list(of_intent)] == [invoice.id]


def test_a_payment_names_its_invoice_also_while_nobody_has_paid_it(sim: Sim) -> None:
    invoice = open_invoice(sim)
    payment = sim.stripe.v1.invoice_payments.list({"invoice": invoice.id}).data[0].payment.payment_intent
    intent = sim.stripe.v1.payment_intents.retrieve(str(payment)).to_dict()
    names = {"customer_reference": invoice.customer, "order_reference": invoice.id}
    assert (intent["status"], intent["payment_details"]) == ("requires_payment_method", names)


def test_a_refused_card_is_told_to_the_caller_and_by_events(sim: Sim) -> None:
    invoice = open_invoice(sim)
    method = sim.stripe.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": str(invoice.customer)}).id
    with pytest.raises(stripe.CardError):
        sim.stripe.v1.invoices.pay(invoice.id, {"payment_method": method})
    tried = sim.stripe.v1.invoices.retrieve(invoice.id)
    assert (tried.status, tried.attempt_count, tried.next_payment_attempt) == ("open", 1, None)
    assert sim.event_types()[-2:] == ["invoice.updated", "invoice.payment_failed"]
    assert status_of_subscription(sim, invoice) == "incomplete"


def test_money_that_came_in_another_way_pays_it(sim: Sim) -> None:
    invoice = open_invoice(sim)
    paid = sim.stripe.v1.invoices.pay(invoice.id, {"paid_out_of_band": True})
    assert (paid.status, paid.amount_paid, paid.amount_paid_off_stripe) == ("paid", 0, 2000)
    assert status_of_subscription(sim, invoice) == "active"
    assert "invoice.payment_succeeded" not in sim.event_types()
    assert sim.stripe.v1.invoice_payments.list({"invoice": invoice.id}).data[0].status == "canceled"


def test_a_void_first_invoice_ends_the_subscription_and_its_payment(sim: Sim) -> None:
    invoice = open_invoice(sim)
    assert sim.stripe.v1.invoices.void_invoice(invoice.id).status == "void"
    assert status_of_subscription(sim, invoice) == "incomplete_expired"
    assert sim.stripe.v1.payment_intents.list().data[0].status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        sim.stripe.v1.invoices.pay(invoice.id)


@pytest.mark.shows("invoice.marked_uncollectible")
def test_an_uncollectible_invoice_can_still_be_paid(sim: Sim) -> None:
    invoice = open_invoice(sim)
    assert sim.stripe.v1.invoices.mark_uncollectible(invoice.id).status == "uncollectible"
    assert "invoice.marked_uncollectible" in sim.event_types()
    paid = sim.stripe.v1.invoices.pay(invoice.id, {"payment_method": method_of(sim, invoice)})
    assert paid.status == "paid"


@pytest.mark.shows("invoice.updated")
def test_an_invoice_can_be_described(sim: Sim) -> None:
    invoice = open_invoice(sim)
    changed = sim.stripe.v1.invoices.update(invoice.id, {"metadata": {"po": "7"}, "description": "Tea for two"})
    assert changed.to_dict()["metadata"] == {"po": "7"}
    assert sim.event_types()[-1] == "invoice.updated"
    assert [line.amount for line in sim.stripe.v1.invoices.line_items.list(invoice.id)] == [2000]


def test_invoices_are_found_by_customer_subscription_and_status(sim: Sim) -> None:
    invoice, other = open_invoice(sim), open_invoice(sim)
    invoices = sim.stripe.v1.invoices
    invoices.void_invoice(other.id)
    subscription = invoice.to_dict()["parent"]["subscription_details"]["subscription"]
    for filters in ({"customer": invoice.customer}, {"subscription": subscription}, {"status": "open"}):
        asked: Any = filters
        assert [one.id for one in invoices.list(asked)] == [invoice.id]
