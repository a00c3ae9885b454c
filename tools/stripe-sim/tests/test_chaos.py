"""Chaos: what may happen to webhooks on their way."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import requests

from stripe_sim.controls.chaos import Chaos, deliveries

if TYPE_CHECKING:
    from conftest import Shop, Sim


def waits(event_type: str = "charge.succeeded", **knobs: float) -> list[float]:
    return deliveries(Chaos(**knobs), event_type, random.Random(1))


def test_at_rest_every_event_is_delivered_once_at_once() -> None:
    assert waits() == [0]


def test_knobs_lose_double_and_hold_back() -> None:
    assert waits(drop=1) == []
    assert len(waits(duplicate=1)) == 2
    assert 0 < waits(delay=1, delay_seconds=3)[0] <= 3
    assert 0 < waits(reorder=1, reorder_seconds=0.5)[0] <= 0.5


def test_only_failures_are_held_back_as_late_failures() -> None:
    knobs = {"late_failure": 1, "late_failure_seconds": 7}
    assert waits("payment_intent.payment_failed", **knobs) == [7]
    assert waits("payment_intent.succeeded", **knobs) == [0]


def test_the_same_seed_makes_the_same_chaos() -> None:
    knobs = Chaos(drop=0.3, duplicate=0.3, delay=0.5)
    runs = [
        [deliveries(knobs, "charge.succeeded", chance) for _ in range(50)]
        for chance in (random.Random(7), random.Random(7))
    ]
    assert runs[0] == runs[1]


def test_duplicates_reach_the_shop_with_the_same_id(sim_with_shop: Sim, shop: Shop) -> None:
    sim_with_shop.control("chaos", duplicate=1, delay_seconds=0.01)
    sim_with_shop.intent()
    assert len({event.id for event in shop.wait_for(2)}) == 1


def test_dropped_events_are_still_in_the_list(sim_with_shop: Sim, shop: Shop) -> None:
    sim_with_shop.control("chaos", drop=1)
    sim_with_shop.pay("pm_card_visa")
    assert len(sim_with_shop.event_types()) == 3
    assert [line["outcome"] for line in sim_with_shop.deliveries()] == ["dropped_by_chaos"] * 3
    assert shop.received == []


def test_a_late_failure_comes_after_the_success(sim_with_shop: Sim, shop: Shop) -> None:
    sim_with_shop.control("chaos", late_failure=1, late_failure_seconds=0.3)
    intent = sim_with_shop.intent()
    path = f"/v1/payment_intents/{intent.id}/confirm"
    for card in ("pm_card_chargeDeclined", "pm_card_visa"):
        sim_with_shop.call("POST", path, {"payment_method": card, "return_url": "https://a.test"})
    types = [event.type for event in shop.wait_for(5)]
    assert types.index("payment_intent.succeeded") < types.index("payment_intent.payment_failed")


def test_all_events_can_share_one_second(start_sim: Callable[..., Sim], until: Callable[..., object]) -> None:
    sim = start_sim(chaos=Chaos(same_second=True))
    first = sim.pay("pm_card_visa")
    until(lambda: sim.intent().created > first.created)
    assert len({event.created for event in sim.stripe.v1.events.list({"limit": 100})}) == 1


def test_knobs_out_of_range_are_refused(sim: Sim) -> None:
    with pytest.raises(requests.HTTPError, match="422"):
        sim.control("chaos", drop=2)
