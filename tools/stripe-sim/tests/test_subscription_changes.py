"""Subscriptions that are changed or canceled, and what that costs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Merchant

START = int(datetime(2026, 1, 31, 10, tzinfo=UTC).timestamp())
DAY = 86_400


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_it_is_canceled_now_or_with_its_period(merchant: Merchant) -> None:
    first, second = merchant.subscribe(), merchant.subscribe()
    subscriptions = merchant.sim.stripe.v1.subscriptions
    assert subscriptions.cancel(first.id).status == "canceled"
    ending = subscriptions.update(second.id, {"cancel_at_period_end": True})
    assert (ending.status, ending.cancel_at) == ("active", at("2026-02-28T10:00"))
    merchant.news()
    merchant.advance(at("2026-02-28T10:00"))
    assert merchant.news() == ["customer.subscription.deleted"]
    assert merchant.again(second).ended_at == at("2026-02-28T10:00")
    assert [one.id for one in subscriptions.list({"status": "ended"})] == [second.id, first.id]


def test_a_cancellation_can_be_taken_back(merchant: Merchant) -> None:
    subscription = merchant.subscribe()
    subscriptions = merchant.sim.stripe.v1.subscriptions
    subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    kept = subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert (kept.cancel_at, kept.canceled_at) == (None, None)
    merchant.advance(at("2026-03-01T00:00"))
    assert merchant.status(subscription) == "active"


def test_more_of_it_in_mid_period_is_prorated_on_the_next_invoice(merchant: Merchant) -> None:
    subscription = merchant.subscribe()
    item = subscription.to_dict()["items"]["data"][0]["id"]
    merchant.advance(START + 14 * DAY)
    changed: Any = {"items": [{"id": item, "quantity": 3}]}
    merchant.sim.stripe.v1.subscriptions.update(subscription.id, changed)
    merchant.advance(at("2026-03-01T00:00"))
    invoice = merchant.invoice(subscription)
    assert [line.amount for line in invoice.lines] == [-500, 1500, 3000]
    assert invoice.amount_paid == 4000


@pytest.mark.parametrize(("proration", "amounts"), [("none", [1000]), ("always_invoice", [-500, 1500])])
def test_a_change_is_not_prorated_or_billed_at_once(merchant: Merchant, proration: str, amounts: list[int]) -> None:
    subscription = merchant.subscribe()
    item = subscription.to_dict()["items"]["data"][0]["id"]
    merchant.advance(START + 14 * DAY)
    changed: Any = {"items": [{"id": item, "quantity": 3}], "proration_behavior": proration}
    merchant.sim.stripe.v1.subscriptions.update(subscription.id, changed)
    assert [line.amount for line in merchant.invoice(subscription).lines] == amounts


def test_another_interval_begins_a_new_period_and_is_billed_at_once(merchant: Merchant) -> None:
    subscription = merchant.subscribe()
    given = subscription.to_dict()["items"]["data"][0]
    merchant.advance(START + 14 * DAY)
    yearly = {"currency": "eur", "unit_amount": 9000, "recurring": {"interval": "year"}}
    data: Any = {"items": [{"id": given["id"], "price_data": {**yearly, "product": given["price"]["product"]}}]}
    changed = merchant.sim.stripe.v1.subscriptions.update(subscription.id, data)
    assert merchant.period(changed) == (START + 14 * DAY, at("2027-02-14T10:00"))
    assert [line.amount for line in merchant.invoice(subscription).lines] == [-500, 9000]
    assert merchant.invoice(subscription).amount_paid == 8500


def test_what_is_given_back_pays_later_invoices(merchant: Merchant) -> None:
    subscription = merchant.subscribe(items=[{"price": merchant.price, "quantity": 3}])
    item = subscription.to_dict()["items"]["data"][0]["id"]
    merchant.advance(START + 14 * DAY)
    changed: Any = {"items": [{"id": item, "quantity": 1}], "proration_behavior": "always_invoice"}
    merchant.sim.stripe.v1.subscriptions.update(subscription.id, changed)
    assert merchant.sim.stripe.v1.customers.retrieve(merchant.customer).balance == -1000
    merchant.advance(at("2026-03-01T00:00"))
    assert merchant.invoice(subscription).amount_due == 0
    assert merchant.sim.stripe.v1.customers.retrieve(merchant.customer).balance == 0
