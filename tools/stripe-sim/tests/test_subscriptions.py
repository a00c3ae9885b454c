"""Subscriptions as time passes: what is billed when, what is told, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Merchant, Sim

Until = Callable[..., Any]
Opened = Callable[..., "Merchant"]
START = int(datetime(2026, 1, 31, 10, tzinfo=UTC).timestamp())
DAY = 86_400
HOUR = 3600
FIRST_PAYMENT = [
    "customer.subscription.created",
    "invoice.created",
    "invoice.finalized",
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice_payment.paid",
    "invoice.updated",
    "invoice.payment_succeeded",
    "invoice.paid",
    "customer.subscription.updated",
]
PAYMENT = FIRST_PAYMENT[2:10]
FAILURE = ["charge.failed", "payment_intent.payment_failed", "invoice.updated", "invoice.payment_failed"]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.shows("customer.subscription.created", "invoice.created", "invoice.finalized", "invoice.payment_succeeded")
def test_a_subscription_is_paid_at_once_with_the_saved_card(merchant: Merchant) -> None:
    subscription = merchant.subscribe(metadata={"subscription_id": "subs_1"})
    assert subscription.status == "active"
    assert merchant.period(subscription) == (START, at("2026-02-28T10:00"))
    assert merchant.news() == FIRST_PAYMENT
    invoice = merchant.invoice(subscription, expand=["payments.data.payment.payment_intent"]).to_dict()
    assert (invoice["status"], invoice["amount_paid"], invoice["billing_reason"]) == (
        "paid",
        1000,
        "subscription_create",
    )
    details = invoice["parent"]["subscription_details"]
    assert details == {"metadata": {"subscription_id": "subs_1"}, "subscription": subscription.id}
    assert invoice["lines"]["data"][0]["description"] == "1 × Tea (at 10.00 EUR / month)"
    paid = invoice["payments"]["data"][0]["payment"]["payment_intent"]
    assert (paid["status"], paid["metadata"], paid["created"]) == ("succeeded", {}, START)


@pytest.mark.shows("invoice.paid", "customer.subscription.updated")
def test_an_advanced_clock_renews_by_the_calendar_and_tells_it_in_order(merchant: Merchant) -> None:
    subscription = merchant.subscribe()
    merchant.news()
    merchant.advance(at("2026-02-28T10:30"))
    assert merchant.news() == ["customer.subscription.updated", "invoice.created"]
    assert merchant.invoice(subscription).status == "draft"
    merchant.advance(at("2026-03-01T00:00"))
    assert merchant.news() == PAYMENT
    assert merchant.period(subscription) == (at("2026-02-28T10:00"), at("2026-03-31T10:00"))
    invoice = merchant.invoice(subscription)
    assert (invoice.status, invoice.billing_reason) == ("paid", "subscription_cycle")
    assert (invoice.period_start, invoice.period_end) == (START, at("2026-02-28T10:00"))


def test_two_renewals_in_one_advance_happen_one_after_the_other(merchant: Merchant) -> None:
    subscription = merchant.subscribe()
    merchant.news()
    merchant.advance(at("2026-03-31T10:00"))
    renewal = ["customer.subscription.updated", "invoice.created"]
    assert merchant.news() == [*renewal, *PAYMENT, *renewal]
    assert merchant.period(subscription) == (at("2026-03-31T10:00"), at("2026-04-30T10:00"))


@pytest.mark.shows("customer.subscription.trial_will_end")
def test_a_trial_begins_with_an_invoice_of_nothing_and_ends_with_a_payment(merchant: Merchant) -> None:
    subscription = merchant.subscribe(trial_period_days=14)
    assert subscription.status == "trialing"
    assert merchant.news() == [*FIRST_PAYMENT[:3], "invoice.updated", "invoice.payment_succeeded", "invoice.paid"]
    assert merchant.invoice(subscription, expand=["payments"]).to_dict()["payments"]["data"] == []
    merchant.advance(START + 12 * DAY)
    assert merchant.news() == ["customer.subscription.trial_will_end"]
    merchant.advance(START + 14 * DAY + HOUR)
    assert merchant.news() == ["customer.subscription.updated", "invoice.created", *PAYMENT]
    assert merchant.status(subscription) == "active"
    assert merchant.period(subscription) == (START + 14 * DAY, at("2026-03-14T10:00"))


@pytest.mark.shows("invoice.payment_failed", "customer.subscription.deleted")
def test_a_renewal_that_fails_is_tried_again_and_at_last_cancels(merchant: Merchant) -> None:
    subscription = merchant.subscribe()
    merchant.save("pm_card_chargeCustomerFail")
    merchant.news()
    renewed = at("2026-02-28T10:00")
    merchant.advance(renewed + HOUR)
    told = ["customer.subscription.updated", "invoice.created", *PAYMENT[:2], *FAILURE, "customer.subscription.updated"]
    assert merchant.news() == told
    assert merchant.status(subscription) == "past_due"
    assert merchant.invoice(subscription).next_payment_attempt == renewed + HOUR + 3 * DAY
    merchant.advance(renewed + HOUR + 8 * DAY)
    assert merchant.news() == FAILURE * 2
    merchant.advance(renewed + HOUR + 15 * DAY)
    assert merchant.news() == [*FAILURE, "customer.subscription.deleted"]
    ended = merchant.again(subscription)
    assert (ended.status, ended.ended_at) == ("canceled", renewed + HOUR + 15 * DAY)
    assert ended.cancellation_details is not None
    assert ended.cancellation_details.reason == "payment_failed"


def test_a_retry_with_a_better_card_makes_it_active_again(merchant: Merchant) -> None:
    subscription = merchant.subscribe()
    merchant.save("pm_card_chargeCustomerFail")
    merchant.advance(at("2026-02-28T12:00"))
    merchant.save("pm_card_visa")
    merchant.news()
    merchant.advance(at("2026-03-04T00:00"))
    assert merchant.news() == [*FIRST_PAYMENT[4:]]
    assert merchant.status(subscription) == "active"


@pytest.mark.parametrize("after", ["unpaid", "past_due"])
def test_the_settings_say_what_the_last_retry_leads_to(
    start_sim: Callable[..., Sim], opened: Opened, after: str
) -> None:
    merchant = opened(start_sim(retry_days=(1,), after_retries=after))
    subscription = merchant.subscribe()
    merchant.save("pm_card_chargeCustomerFail")
    merchant.advance(at("2026-03-03T00:00"))
    assert merchant.status(subscription) == after


def test_a_browser_pays_the_first_invoice_with_its_secret(merchant: Merchant) -> None:
    asked = ["latest_invoice.confirmation_secret"]
    settings = {"save_default_payment_method": "on_subscription"}
    subscription = merchant.subscribe(payment_behavior="default_incomplete", payment_settings=settings, expand=asked)
    assert subscription.status == "incomplete"
    assert merchant.news() == FIRST_PAYMENT[:4]
    secret = subscription.to_dict()["latest_invoice"]["confirmation_secret"]["client_secret"]
    form = {
        "client_secret": secret,
        "payment_method_data[type]": "card",
        "payment_method_data[card][token]": "tok_visa",
    }
    intent = secret.partition("_secret_")[0]
    answer = merchant.sim.call("POST", f"/v1/payment_intents/{intent}/confirm", form, key="pk_test_x")
    assert answer.json()["status"] == "succeeded"
    assert [one for one in merchant.news() if one != "payment_method.attached"] == FIRST_PAYMENT[4:]
    paid = merchant.again(subscription)
    assert paid.status == "active"
    assert paid.default_payment_method is not None


@pytest.mark.shows("invoice.voided")
def test_a_first_payment_that_does_not_come_in_23_hours_ends_it(merchant: Merchant) -> None:
    subscription = merchant.subscribe(payment_behavior="default_incomplete")
    merchant.news()
    merchant.advance(START + 23 * HOUR)
    assert merchant.status(subscription) == "incomplete_expired"
    told = ["customer.subscription.updated", "invoice.updated", "invoice.voided", "payment_intent.canceled"]
    assert merchant.news() == told


@pytest.mark.shows("invoice.payment_action_required")
def test_a_renewal_that_needs_the_buyer_waits_for_them(merchant: Merchant) -> None:
    subscription = merchant.subscribe()
    merchant.save("pm_card_authenticationRequired")
    merchant.news()
    merchant.advance(at("2026-02-28T11:00"))
    assert merchant.status(subscription) == "past_due"
    assert merchant.news()[-2:] == ["payment_intent.requires_action", "invoice.payment_action_required"]
    asked = merchant.invoice(subscription, expand=["confirmation_secret"]).to_dict()
    secret = asked["confirmation_secret"]["client_secret"]
    page = f"/sim/3ds/{secret.partition('_secret_')[0]}"
    merchant.sim.call("POST", page, {"client_secret": secret, "outcome": "complete"})
    assert merchant.status(subscription) == "active"


def test_a_declined_first_card_leaves_it_incomplete_or_refuses(merchant: Merchant) -> None:
    merchant.save("pm_card_chargeCustomerFail")
    assert merchant.subscribe().status == "incomplete"
    with pytest.raises(stripe.CardError):
        merchant.subscribe(payment_behavior="error_if_incomplete")
    assert len(merchant.sim.stripe.v1.subscriptions.list({"status": "all"}).data) == 1


def test_without_a_card_only_a_trial_or_an_incomplete_one_begins(sim: Sim, opened: Opened) -> None:
    merchant = opened(sim, None)
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        merchant.subscribe()
    trial = merchant.subscribe(trial_period_days=7, expand=["pending_setup_intent"])
    assert trial.status == "trialing"
    assert trial.to_dict()["pending_setup_intent"]["status"] == "requires_payment_method"
    assert merchant.subscribe(payment_behavior="default_incomplete").status == "incomplete"


def test_a_card_that_is_set_up_during_a_trial_pays_after_it(sim: Sim, opened: Opened) -> None:
    merchant = opened(sim, None)
    trial = merchant.subscribe(trial_period_days=7)
    setup: Any = {"payment_method": "pm_card_visa", "return_url": "https://shop.test"}
    assert sim.stripe.v1.setup_intents.confirm(str(trial.pending_setup_intent), setup).status == "succeeded"
    assert merchant.again(trial).pending_setup_intent is None
    merchant.advance(START + 7 * DAY + HOUR)
    assert merchant.invoice(trial).amount_paid == 1000


@pytest.mark.parametrize(
    ("ends", "status"), [("pause", "paused"), ("cancel", "canceled"), ("create_invoice", "past_due")]
)
def test_a_trial_without_a_card_ends_as_was_asked(sim: Sim, opened: Opened, ends: str, status: str) -> None:
    merchant = opened(sim, None)
    trial = merchant.subscribe(trial_period_days=7, trial_settings={"end_behavior": {"missing_payment_method": ends}})
    merchant.advance(START + 8 * DAY)
    assert merchant.status(trial) == status


@pytest.mark.shows("customer.subscription.paused", "customer.subscription.resumed")
def test_a_paused_one_goes_on_with_a_card(sim: Sim, opened: Opened) -> None:
    merchant = opened(sim, None)
    ends = {"end_behavior": {"missing_payment_method": "pause"}}
    trial = merchant.subscribe(trial_period_days=7, trial_settings=ends)
    merchant.advance(START + 8 * DAY)
    assert "customer.subscription.paused" in merchant.news()
    merchant.save("pm_card_visa")
    merchant.news()
    resumed = sim.stripe.v1.subscriptions.resume(trial.id)
    assert (resumed.status, merchant.period(resumed)[0]) == ("active", START + 8 * DAY)
    assert merchant.news()[0] == "customer.subscription.resumed"
    assert merchant.invoice(trial).status == "paid"


def test_a_bank_debit_begins_while_the_money_is_on_its_way(merchant: Merchant, until: Until) -> None:
    merchant.save("pm_usBankAccount_success")
    subscription = merchant.subscribe()
    assert subscription.status == "active"
    assert merchant.invoice(subscription).status in ("open", "paid")
    until(lambda: merchant.invoice(subscription).status == "paid")


def test_a_debit_that_is_on_its_way_is_not_tried_again(start_sim: Callable[..., Sim], opened: Opened) -> None:
    merchant = opened(start_sim(processing_seconds=3600))
    subscription = merchant.subscribe()
    merchant.save("pm_usBankAccount_accountClosed")
    merchant.advance(at("2026-02-28T12:00"))
    merchant.advance(at("2026-03-04T00:00"))
    assert merchant.invoice(subscription).next_payment_attempt is None
    debit = merchant.sim.stripe.v1.payment_intents.list({"customer": merchant.customer, "limit": 1}).data[0]
    assert debit.status == "processing"
    merchant.sim.control(f"objects/{debit.id}/fail")
    assert merchant.status(subscription) == "past_due"
    assert merchant.invoice(subscription).next_payment_attempt is not None


def test_a_deleted_customer_leaves_no_subscription(merchant: Merchant) -> None:
    subscription = merchant.subscribe()
    merchant.sim.stripe.v1.customers.delete(merchant.customer)
    assert merchant.status(subscription) == "canceled"


def test_time_passes_without_a_test_clock(start_sim: Callable[..., Sim], until: Until) -> None:
    sim = start_sim()
    customer = sim.stripe.v1.customers.create({"payment_method": "pm_card_visa"})
    product = sim.stripe.v1.products.create({"name": "Tea"}).id
    daily: Any = {"currency": "eur", "unit_amount": 1000, "recurring": {"interval": "day"}, "product": product}
    soon = customer.created + 2
    asked: Any = {"customer": customer.id, "items": [{"price_data": daily}], "trial_end": soon}
    trial = sim.stripe.v1.subscriptions.create(asked)
    assert "customer.subscription.trial_will_end" in sim.event_types()
    until(lambda: sim.stripe.v1.subscriptions.retrieve(trial.id).status == "active")


@pytest.mark.parametrize(("params", "param"), [
    ({"items": []}, "items"),
    ({"items": [{"price": "price_none"}]}, "items[0][price]"),
    ({"items": [{"quantity": 2}]}, "items[0][price]"),
    ({"currency": "usd"}, "currency"),
    ({"default_payment_method": "pm_none"}, "default_payment_method"),
    ({"trial_end": 5}, "trial_end"),
    ({"trial_period_days": 800}, "trial_period_days"),
    ({"customer": "cus_none"}, "customer"),
    ({"colour": "blue"}, "colour"),
])  # fmt: skip
def test_wrong_parameters_are_refused(merchant: Merchant, params: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        merchant.subscribe(**params)
    assert refused.value.param == param
