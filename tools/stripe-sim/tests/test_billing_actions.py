"""What time or a bank does to subscriptions at the press of a button."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Merchant

DAY = 86_400


def test_a_period_ends_at_the_press_of_a_button(merchant: Merchant) -> None:
    subscription = merchant.subscribe()
    ended = merchant.period(subscription)[1]
    merchant.sim.control(f"objects/{subscription.id}/renew")
    assert merchant.period(subscription)[0] == ended
    assert merchant.invoice(subscription).status == "paid"


def test_a_renewal_fails_at_the_press_of_a_button(merchant: Merchant) -> None:
    subscription = merchant.subscribe()
    merchant.sim.control(f"objects/{subscription.id}/fail_renewal")
    assert merchant.status(subscription) == "past_due"
    invoice = merchant.invoice(subscription)
    for _ in range(2):
        merchant.sim.control(f"objects/{invoice.id}/fail")
    assert merchant.status(subscription) == "past_due"
    merchant.sim.control(f"objects/{invoice.id}/fail")
    assert merchant.status(subscription) == "canceled"


def test_a_trial_ends_at_the_press_of_a_button(merchant: Merchant) -> None:
    subscription = merchant.subscribe(trial_period_days=14)
    merchant.news()
    ended = merchant.sim.control(f"objects/{subscription.id}/end_trial")
    assert (ended["status"], ended["trial_end"]) == ("active", ended["trial_start"])
    assert merchant.invoice(subscription).amount_paid == 1000
    assert merchant.news().count("invoice.paid") == 1


@pytest.mark.shows("invoice.finalization_failed")
def test_an_invoice_that_cannot_be_finalized_waits_for_somebody(merchant: Merchant) -> None:
    subscription = merchant.subscribe()
    renewed = merchant.period(subscription)[1]
    merchant.advance(renewed)
    draft = merchant.invoice(subscription)
    merchant.sim.control(f"objects/{draft.id}/fail_finalization")
    assert merchant.news()[-1] == "invoice.finalization_failed"
    merchant.advance(renewed + DAY)
    assert merchant.invoice(subscription).status == "draft"
    assert merchant.sim.stripe.v1.invoices.finalize_invoice(draft.id).last_finalization_error is None
    assert merchant.sim.stripe.v1.invoices.pay(draft.id).status == "paid"
