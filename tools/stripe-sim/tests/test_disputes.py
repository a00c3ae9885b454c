"""Disputes and inquiries, by the official library against the running stand-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Sim

OPENED = ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


def disputes_told(sim: Sim) -> list[str]:
    """The disputes' events, oldest first."""
    return [told for told in sim.event_types() if told.startswith("charge.dispute.")]


def dispute_of(sim: Sim, intent: stripe.PaymentIntent, until: Callable[..., Any]) -> stripe.Dispute:
    """The dispute of the payment, once it is there."""
    found: list[stripe.Dispute] = until(lambda: sim.stripe.v1.disputes.list({"payment_intent": intent.id}).data)
    return found[0]


def wait_for(sim: Sim, dispute: str, status: str, until: Callable[..., Any]) -> None:
    """Return once it has this status."""
    until(lambda: sim.stripe.v1.disputes.retrieve(dispute).status == status, status)


def submit(sim: Sim, dispute: str, text: str) -> stripe.Dispute:
    """Send evidence to the bank."""
    return sim.stripe.v1.disputes.update(dispute, {"evidence": {"uncategorized_text": text}})


@pytest.mark.shows("charge.dispute.created", "charge.dispute.funds_withdrawn")
@pytest.mark.parametrize(("card", "reason"), [
    ("pm_card_createDispute", "fraudulent"),
    ("pm_card_createDisputeProductNotReceived", "product_not_received"),
])  # fmt: skip
def test_a_disputing_card_takes_its_money_back(sim: Sim, until: Callable[..., Any], card: str, reason: str) -> None:
    paid = sim.pay(card)
    assert paid.status == "succeeded"
    dispute = dispute_of(sim, paid, until)
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", reason, 1999)
    (withdrawal,) = dispute.balance_transactions
    assert (withdrawal.amount, withdrawal.fee, withdrawal.net) == (-1999, 1500, -3499)
    charge = sim.stripe.v1.charges.retrieve(str(paid.latest_charge))
    assert (charge.disputed, charge.amount_refunded) == (True, 0)
    assert disputes_told(sim) == OPENED
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sim.stripe.v1.refunds.create({"payment_intent": paid.id})
    assert refused.value.code == "charge_disputed"


@pytest.mark.shows("charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_reinstated")
def test_a_dispute_is_won_by_winning_evidence(sim: Sim, until: Callable[..., Any]) -> None:
    dispute = dispute_of(sim, sim.pay("pm_card_createDispute"), until)
    sent = submit(sim, dispute.id, "winning_evidence")
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert sent.evidence_details.has_evidence is True
    wait_for(sim, dispute.id, "won", until)
    taken, back = sim.stripe.v1.disputes.retrieve(dispute.id).balance_transactions
    assert taken.net + back.net == 0
    last = ["charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_reinstated"]
    assert disputes_told(sim) == OPENED + last


def test_a_dispute_is_lost_by_losing_evidence(sim: Sim, until: Callable[..., Any]) -> None:
    dispute = dispute_of(sim, sim.pay("pm_card_createDispute"), until)
    submit(sim, dispute.id, "losing_evidence")
    wait_for(sim, dispute.id, "lost", until)
    assert disputes_told(sim) == [*OPENED, "charge.dispute.updated", "charge.dispute.closed"]
    with pytest.raises(stripe.InvalidRequestError, match="closed"):
        sim.stripe.v1.disputes.close(dispute.id)
    with pytest.raises(stripe.InvalidRequestError, match="status of lost"):
        submit(sim, dispute.id, "winning_evidence")


def test_a_shop_gives_in_by_closing(sim: Sim, until: Callable[..., Any]) -> None:
    dispute = dispute_of(sim, sim.pay("pm_card_createDispute"), until)
    assert sim.stripe.v1.disputes.close(dispute.id).status == "lost"
    assert disputes_told(sim) == [*OPENED, "charge.dispute.closed"]


def test_evidence_can_be_kept_before_it_is_sent(sim: Sim, until: Callable[..., Any]) -> None:
    dispute = dispute_of(sim, sim.pay("pm_card_createDispute"), until)
    kept = sim.stripe.v1.disputes.update(
        dispute.id, {"evidence": {"customer_name": "A"}, "submit": False, "metadata": {"case": "7"}}
    )
    assert (kept.status, kept.evidence.customer_name, kept.evidence_details.submission_count) == (
        "needs_response",
        "A",
        0,
    )
    sent = sim.stripe.v1.disputes.update(dispute.id, {"submit": True})
    assert (sent.status, sent.evidence.customer_name) == ("under_review", "A")
    assert sent.metadata.to_dict() == {"case": "7"}


def test_an_inquiry_takes_no_money_until_it_becomes_a_dispute(sim: Sim, until: Callable[..., Any]) -> None:
    paid, other = sim.pay("pm_card_createDisputeInquiry"), sim.pay("pm_card_createDisputeInquiry")
    inquiry = dispute_of(sim, paid, until)
    assert (inquiry.status, inquiry.is_charge_refundable) == ("warning_needs_response", True)
    assert inquiry.balance_transactions == []
    second = dispute_of(sim, other, until)
    assert disputes_told(sim) == ["charge.dispute.created"] * 2
    submit(sim, inquiry.id, "winning_evidence")
    wait_for(sim, inquiry.id, "warning_closed", until)
    assert submit(sim, second.id, "escalate_inquiry_evidence").status == "warning_under_review"
    wait_for(sim, second.id, "needs_response", until)
    assert disputes_told(sim)[-2:] == ["charge.dispute.updated", "charge.dispute.funds_withdrawn"]
    assert sim.stripe.v1.refunds.create({"payment_intent": paid.id}).status == "succeeded"


@pytest.mark.parametrize(("verdict", "status"), [("win", "won"), ("lose", "lost")])
def test_any_payment_can_be_disputed_and_decided_by_hand(
    sim: Sim, until: Callable[..., Any], verdict: str, status: str
) -> None:
    paid = sim.pay("pm_card_visa")
    sim.control(f"objects/{paid.id}/dispute")
    dispute = dispute_of(sim, paid, until)
    again = sim.call("POST", f"/sim/objects/{paid.latest_charge}/dispute")
    assert again.status_code == 409, "a charge is disputed once"
    assert sim.control(f"objects/{dispute.id}/{verdict}")["status"] == status
    assert sim.call("POST", f"/sim/objects/{dispute.id}/win").status_code == 409


def test_an_issuer_warns_of_fraud_without_taking_money(sim: Sim, until: Callable[..., Any]) -> None:
    paid = sim.pay("pm_card_createIssuerFraudRecord")
    warnings = sim.stripe.v1.radar.early_fraud_warnings
    (warning,) = until(lambda: warnings.list({"payment_intent": paid.id}).data)
    assert (warnings.retrieve(warning.id).charge, warning.actionable) == (paid.latest_charge, True)
    assert sim.event_types()[-1] == "radar.early_fraud_warning.created"
    assert disputes_told(sim) == []


def test_only_taken_money_is_disputed(sim: Sim, until: Callable[..., Any]) -> None:
    held = sim.pay("pm_card_createDispute", capture_method="manual")
    assert sim.call("POST", f"/sim/objects/{held.id}/dispute").status_code == 409
    sim.stripe.v1.payment_intents.capture(held.id, {"amount_to_capture": 1500})
    assert dispute_of(sim, held, until).amount == 1500
