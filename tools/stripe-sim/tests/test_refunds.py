"""Refunds, by the official library against the running stand-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Shop, Sim

PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def refund(sim: Sim, **params: Any) -> stripe.Refund:
    """A new one."""
    asked: Any = params
    return sim.stripe.v1.refunds.create(asked)


def charge_of(sim: Sim, intent: stripe.PaymentIntent) -> stripe.Charge:
    """The latest charge as it is now."""
    name = sim.stripe.v1.payment_intents.retrieve(intent.id).latest_charge
    return sim.stripe.v1.charges.retrieve(str(name))


def told_since(sim: Sim, before: list[str]) -> list[str]:
    """What happened after that."""
    return sim.event_types()[len(before) :]


@pytest.mark.shows("refund.created", "charge.refunded")
def test_a_card_gets_its_money_back_at_once(sim: Sim) -> None:
    paid = sim.pay("pm_card_visa")
    whole = refund(sim, payment_intent=paid.id, reason="requested_by_customer", metadata={"ticket": "7"})
    assert (whole.object, whole.status, whole.amount, whole.currency) == ("refund", "succeeded", 1999, "usd")
    assert (whole.payment_intent, whole.charge, whole.reason) == (
        paid.id,
        paid.latest_charge,
        "requested_by_customer",
    )
    charge = charge_of(sim, paid)
    assert (charge.amount_refunded, charge.refunded, charge.amount_captured) == (1999, True, 1999)
    assert sim.event_types() == [*PAID, "refund.created", "charge.refunded"]
    assert sim.status_of(paid.id) == "succeeded", "a PaymentIntent does not tell of refunds"


def test_several_parts_add_up_and_no_more_than_the_whole_goes_back(sim: Sim) -> None:
    paid = sim.pay("pm_card_visa")
    refund(sim, payment_intent=paid.id, amount=500)
    part = refund(sim, charge=paid.latest_charge, amount=600)
    charge = charge_of(sim, paid)
    assert (charge.amount_refunded, charge.refunded) == (1100, False)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount on charge") as refused:
        refund(sim, payment_intent=paid.id, amount=900)
    assert (refused.value.code, refused.value.param) == ("amount_too_large", "amount")
    assert refund(sim, payment_intent=paid.id).amount == 899
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refund(sim, payment_intent=paid.id, amount=1)
    assert refused.value.code == "charge_already_refunded"
    listed = sim.stripe.v1.refunds.list({"payment_intent": paid.id})
    assert [one.amount for one in listed.data] == [899, 600, 500]
    assert sim.stripe.v1.refunds.retrieve(part.id).amount == 600


@pytest.mark.shows("refund.updated", "charge.refund.updated")
@pytest.mark.parametrize("method", ["pm_card_pendingRefund", "pm_usBankAccount_success", "pm_success_de"])
def test_a_pending_refund_counts_once_it_has_arrived(sim: Sim, until: Callable[..., Any], method: str) -> None:
    paid = sim.pay(method)
    sim.wait_for_status(paid.id, "succeeded")
    before = sim.event_types()
    begun = refund(sim, payment_intent=paid.id, amount=1000)
    assert (begun.status, begun.pending_reason) == ("pending", "processing")
    until(lambda: sim.stripe.v1.refunds.retrieve(begun.id).status == "succeeded")
    assert charge_of(sim, paid).amount_refunded == 1000
    assert told_since(sim, before) == ["refund.created", "refund.updated", "charge.refund.updated", "charge.refunded"]


def test_what_is_pending_cannot_be_refunded_again(start_sim: Callable[..., Sim]) -> None:
    sim = start_sim(processing_seconds=60)
    paid = sim.pay("pm_card_pendingRefund")
    begun = refund(sim, payment_intent=paid.id, amount=1500)
    assert charge_of(sim, paid).amount_refunded == 0
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refund(sim, payment_intent=paid.id, amount=500)
    assert refused.value.code == "amount_too_large"
    assert sim.control(f"objects/{begun.id}/cancel")["status"] == "canceled"
    assert refund(sim, payment_intent=paid.id).amount == 1999, "what was canceled can be refunded"


@pytest.mark.shows("refund.failed")
def test_a_refund_that_fails_after_success_gives_the_amount_back(sim: Sim, until: Callable[..., Any]) -> None:
    paid = sim.pay("pm_card_refundFail")
    before = sim.event_types()
    begun = refund(sim, payment_intent=paid.id)
    assert begun.status == "succeeded"
    failed = until(lambda: one if (one := sim.stripe.v1.refunds.retrieve(begun.id)).status == "failed" else None)
    assert failed.failure_reason == "expired_or_canceled_card"
    back = sim.stripe.v1.balance_transactions.retrieve(failed.failure_balance_transaction)
    assert (back.amount, back.type, back.source) == (1999, "refund_failure", begun.id)
    charge = charge_of(sim, paid)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    told = told_since(sim, before)
    assert told == ["refund.created", "charge.refunded", "refund.failed", "refund.updated", "charge.refund.updated"]
    (updated,) = sim.stripe.v1.events.list({"type": "refund.updated"}).data
    was = updated.data.previous_attributes
    assert was is not None
    assert was["status"] == "succeeded"


def test_a_bank_decides_about_a_refund_whenever_it_likes(start_sim: Callable[..., Sim]) -> None:
    sim = start_sim(processing_seconds=60)
    paid = sim.pay("pm_card_pendingRefund")
    begun = refund(sim, payment_intent=paid.id)
    assert sim.control(f"objects/{begun.id}/succeed")["status"] == "succeeded"
    assert charge_of(sim, paid).refunded is True
    assert sim.control(f"objects/{begun.id}/fail")["status"] == "failed"
    assert charge_of(sim, paid).refunded is False
    assert sim.call("POST", f"/sim/objects/{begun.id}/succeed").status_code == 409


def test_a_refund_in_the_dashboard_is_told_like_any_other(sim_with_shop: Sim, shop: Shop) -> None:
    paid = sim_with_shop.pay("pm_card_visa")
    sim_with_shop.control(f"objects/{paid.id}/refund")
    (event,) = shop.wait_for(1, "charge.refunded")
    assert event.data.object["amount_refunded"] == 1999
    assert event.data.previous_attributes is not None
    assert event.data.previous_attributes["amount_refunded"] == 0


def test_metadata_is_all_that_can_be_changed(sim: Sim) -> None:
    paid = sim.pay("pm_card_visa")
    made = refund(sim, payment_intent=paid.id, metadata={"a": "1"})
    updated = sim.stripe.v1.refunds.update(made.id, {"metadata": {"b": "2"}})
    assert updated.metadata is not None
    assert updated.metadata.to_dict() == {"a": "1", "b": "2"}
    assert sim.event_types()[-2:] == ["refund.updated", "charge.refund.updated"]
    refused = sim.call("POST", f"/v1/refunds/{made.id}", {"amount": 3})
    assert refused.json()["error"]["code"] == "parameter_unknown"


def test_a_finished_refund_cannot_be_canceled(sim: Sim) -> None:
    made = refund(sim, payment_intent=sim.pay("pm_card_visa").id)
    with pytest.raises(stripe.InvalidRequestError, match="requires_action"):
        sim.stripe.v1.refunds.cancel(made.id)


def test_what_was_not_paid_cannot_be_refunded(sim: Sim) -> None:
    held = sim.pay("pm_card_visa", capture_method="manual")
    refusals: list[tuple[dict[str, Any], str]] = [
        ({"payment_intent": sim.intent().id}, "does not have a successful charge"),
        ({"payment_intent": sim.pay("pm_card_simProcessing").id}, "does not have a successful charge"),
        ({"payment_intent": held.id}, "You must cancel the PaymentIntent"),
        ({"payment_intent": "pi_none"}, "No such payment_intent"),
        ({"charge": "ch_none"}, "No such charge"),
        ({}, "payment_intent or charge"),
        ({"charge": str(held.latest_charge), "amount": 0}, "greater than or equal to 1"),
    ]
    for params, message in refusals:
        with pytest.raises(stripe.InvalidRequestError, match=message):
            refund(sim, **params)


def test_the_refunds_of_a_charge_can_be_expanded(sim: Sim) -> None:
    paid = sim.pay("pm_card_visa")
    made = [refund(sim, payment_intent=paid.id, amount=100).id for _ in range(2)]
    intent = sim.call("GET", f"/v1/payment_intents/{paid.id}?expand[]=latest_charge.refunds").json()
    refunds = intent["latest_charge"]["refunds"]
    assert ([one["id"] for one in refunds["data"]], refunds["has_more"]) == (made[::-1], False)


def test_held_money_that_was_let_go_never_reached_a_bank(sim: Sim) -> None:
    held = sim.pay("pm_card_visa", capture_method="manual")
    sim.stripe.v1.payment_intents.capture(held.id, {"amount_to_capture": 1500})
    (rest,) = sim.stripe.v1.refunds.list({"payment_intent": held.id}).data
    assert (rest.amount, rest.status, rest.balance_transaction) == (499, "succeeded", None)
    assert sim.call("POST", f"/sim/objects/{rest.id}/fail").status_code == 409


def test_a_repeated_request_refunds_once(sim: Sim) -> None:
    paid = sim.pay("pm_card_visa")
    headers = {"Idempotency-Key": "refund-1"}
    form = {"payment_intent": paid.id, "amount": 500}
    first, second = (sim.call("POST", "/v1/refunds", form, **headers).json() for _ in range(2))
    assert first == second
    assert charge_of(sim, paid).amount_refunded == 500


def test_a_balance_adds_up(sim: Sim) -> None:
    paid = sim.pay("pm_card_visa")
    refund(sim, payment_intent=paid.id, amount=999)
    expanded = sim.stripe.v1.charges.retrieve(str(paid.latest_charge), {"expand": ["balance_transaction"]})
    gain = expanded.balance_transaction
    assert isinstance(gain, stripe.BalanceTransaction)
    assert (gain.amount, gain.fee, gain.net, gain.type) == (1999, 87, 1912, "charge")
    movements = sim.stripe.v1.balance_transactions.list().data
    assert [(one.type, one.amount) for one in movements] == [("refund", -999), ("charge", 1999)]
