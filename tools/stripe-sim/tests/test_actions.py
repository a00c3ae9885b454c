"""What a bank, a buyer or time does at the press of a button."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Shop, Sim


def actions_of(sim: Sim, name: str) -> set[str]:
    """What can be done to the object now."""
    return {row["action"] for row in sim.call("GET", f"/sim/objects/{name}/actions", key=None).json()["data"]}


@pytest.mark.parametrize(("action", "status", "last_events"), [
    ("succeed", "succeeded", ["charge.succeeded", "payment_intent.succeeded"]),
    ("fail", "requires_payment_method", ["charge.failed", "payment_intent.payment_failed"]),
])  # fmt: skip
def test_a_bank_ends_processing_whenever_it_likes(
    start_sim: Callable[..., Sim], action: str, status: str, last_events: list[str]
) -> None:
    sim = start_sim(processing_seconds=60)
    intent = sim.pay("pm_usBankAccount_success")
    assert {"succeed", "fail"} <= actions_of(sim, intent.id)
    assert sim.control(f"objects/{intent.id}/{action}")["status"] == status
    assert sim.event_types()[-2:] == last_events
    assert sim.call("POST", f"/sim/objects/{intent.id}/{action}").status_code == 409, "over is over"


def test_a_checkout_session_expires_before_its_time(sim: Sim) -> None:
    session = sim.session()
    assert sim.control(f"objects/{session.id}/expire")["status"] == "expired"
    assert sim.event_types() == ["checkout.session.expired"]
    assert actions_of(sim, session.id) == set()


def test_an_event_is_delivered_as_often_as_wanted(sim_with_shop: Sim, shop: Shop) -> None:
    sim_with_shop.intent()
    (event,) = shop.wait_for(1)
    sim_with_shop.control(f"objects/{event.id}/resend")
    sim_with_shop.control(f"objects/{event.id}/duplicate")
    assert {one.id for one in shop.wait_for(4)} == {event.id}


def test_nothing_is_done_to_an_object_that_is_not_there(sim: Sim) -> None:
    assert sim.call("POST", "/sim/objects/pi_none/dispute").status_code == 404
    assert sim.call("GET", "/sim/objects/pi_none/actions").status_code == 404


def test_the_network_replaces_a_saved_card(sim: Sim) -> None:
    customer = sim.customer(payment_method="pm_card_visa").id
    (card,) = sim.stripe.v1.customers.payment_methods.list(customer).data
    assert sim.control(f"objects/{card.id}/replace")["card"]["exp_year"] == 2038
    told = sim.call("GET", "/v1/events?limit=1").json()["data"][0]
    assert (told["type"], told["data"]["previous_attributes"]) == (
        "payment_method.automatically_updated", {"card": {"exp_year": 2034}},
    )  # fmt: skip
    assert sim.pay(card.id, customer=customer, off_session=True).status == "succeeded"
    unsaved = str(sim.pay("pm_card_visa").payment_method)
    assert actions_of(sim, unsaved) == set(), "nobody would tell"


@pytest.mark.parametrize(("action", "payment", "setup"), [
    ("authenticate", "succeeded", "succeeded"), ("deny", "requires_payment_method", "requires_payment_method"),
])  # fmt: skip
def test_a_buyer_answers_a_challenge_without_its_page(sim: Sim, action: str, payment: str, setup: str) -> None:
    intent = sim.pay("pm_card_authenticationRequired")
    assert sim.control(f"objects/{intent.id}/{action}")["status"] == payment
    saving = sim.stripe.v1.setup_intents.create(
        {"payment_method": "pm_card_authenticationRequired", "confirm": True, "return_url": "https://shop.test/done"}
    )
    assert sim.control(f"objects/{saving.id}/{action}")["status"] == setup
