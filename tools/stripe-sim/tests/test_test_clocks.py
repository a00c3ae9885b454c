"""Test clocks: how far and whom they move."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from stripe_sim.billing import due

if TYPE_CHECKING:
    from conftest import Sim

NOON = 1_800_000_000
DAY = 86_400


def subscribed(sim: Sim, clock: str) -> stripe.Subscription:
    v1 = sim.stripe.v1
    customer = v1.customers.create({"test_clock": clock, "payment_method": "pm_card_visa"})
    v1.customers.update(
        customer.id,
        {"invoice_settings": {"default_payment_method": v1.customers.payment_methods.list(customer.id).data[0].id}},
    )
    weekly: Any = {"currency": "eur", "unit_amount": 500, "recurring": {"interval": "week"}}
    weekly["product_data"] = {"name": "Tea"}
    price = v1.prices.create(weekly).id
    return v1.subscriptions.create({"customer": customer.id, "items": [{"price": price}]})


@pytest.mark.shows(
    "test_helpers.test_clock.created", "test_helpers.test_clock.advancing", "test_helpers.test_clock.ready"
)
def test_a_clock_stands_still_until_it_is_advanced(sim: Sim, until: Callable[..., Any]) -> None:
    clocks = sim.stripe.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": NOON, "name": "Year's end"})
    assert (clock.frozen_time, clock.status) == (NOON, "ready")
    moving = clocks.advance(clock.id, {"frozen_time": NOON + 400 * DAY})
    assert moving.to_dict()["status_details"] == {"advancing": {"target_frozen_time": NOON + 400 * DAY}}
    until(lambda: clocks.retrieve(clock.id).status == "ready")
    assert clocks.retrieve(clock.id).frozen_time == NOON + 400 * DAY
    told = ["created", "advancing", "ready"]
    assert sim.event_types() == [f"test_helpers.test_clock.{one}" for one in told]


@pytest.mark.parametrize("days", [-1, 0, 15])
def test_a_clock_goes_forward_by_two_intervals_at_most(sim: Sim, days: int) -> None:
    clocks = sim.stripe.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": NOON})
    subscribed(sim, clock.id)
    with pytest.raises(stripe.InvalidRequestError):
        clocks.advance(clock.id, {"frozen_time": NOON + days * DAY})
    assert clocks.advance(clock.id, {"frozen_time": NOON + 14 * DAY}).status == "advancing"


def test_one_clock_moves_nobody_elses_time(sim: Sim, until: Callable[..., Any]) -> None:
    clocks = sim.stripe.v1.test_helpers.test_clocks
    one, other = (clocks.create({"frozen_time": NOON}).id for _ in range(2))
    moved, stays = subscribed(sim, one), subscribed(sim, other)
    clocks.advance(one, {"frozen_time": NOON + 10 * DAY})
    until(lambda: clocks.retrieve(one).status == "ready")
    invoices = sim.stripe.v1.invoices
    counts = [len(invoices.list({"subscription": name}).data) for name in (moved.id, stays.id)]
    assert counts == [2, 1]


@pytest.mark.shows("test_helpers.test_clock.deleted")
def test_a_deleted_clock_takes_its_customers_along(sim: Sim) -> None:
    clocks = sim.stripe.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": NOON}).id
    subscription = subscribed(sim, clock)
    assert clocks.delete(clock).deleted
    assert sim.stripe.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        sim.stripe.v1.customers.retrieve(str(subscription.customer))


@pytest.mark.shows("test_helpers.test_clock.internal_failure")
def test_a_clock_whose_advance_fails_says_so(
    start_sim: Callable[..., Sim], until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = start_sim()
    clocks = sim.stripe.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": NOON}).id
    subscribed(sim, clock)

    def breaks(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setitem(due._WORK, due.RENEW, breaks)
    clocks.advance(clock, {"frozen_time": NOON + 8 * DAY})
    until(lambda: clocks.retrieve(clock).status == "internal_failure")
    assert sim.event_types()[-1] == "test_helpers.test_clock.internal_failure"
