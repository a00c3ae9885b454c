"""What a dispute does to its charge and the balance, and what it becomes. Pure.

(new) → needs_response → under_review → won | lost
(new, an inquiry) → warning_needs_response → warning_under_review → warning_closed | needs_response
"""

from stripe_sim.changes import Change, Moment
from stripe_sim.objects import Object
from stripe_sim.payments import balance_transactions
from stripe_sim.payments.test_cards import Disputed

KIND = "dispute"
FEE = 1500
DAYS_TO_RESPOND = 9
NETWORK_REASONS = {"fraudulent": "10.4", "product_not_received": "13.1"}
"""Visa's codes."""
EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)
REVIEWED = {"needs_response": "under_review", "warning_needs_response": "warning_under_review"}
"""The status after evidence was sent to the bank."""


def is_inquiry(dispute: Object) -> bool:
    """Whether the bank has only asked."""
    return str(dispute["status"]).startswith("warning_")


def opened(charge: Object, why: Disputed, moment: Moment) -> Change:
    """The buyer does not accept the charge: the bank asks, or takes the money back at once."""
    dispute = _made(charge, why, moment)
    charge = {**charge, "disputed": True}
    if why.inquiry:
        return Change((charge, dispute), (("charge.dispute.created", dispute),))
    dispute, withdrawal = _withdrawn(dispute, moment)
    events = (("charge.dispute.created", dispute), ("charge.dispute.funds_withdrawn", dispute))
    return Change((charge, withdrawal, dispute), events)


def escalated(dispute: Object, moment: Moment) -> Change:
    """The bank asked, and now takes the money back."""
    dispute = {**dispute, "is_charge_refundable": False, "status": "needs_response"} | _due(dispute, moment)
    dispute, withdrawal = _withdrawn(_as_case(dispute, "chargeback"), moment)
    events = (("charge.dispute.updated", dispute), ("charge.dispute.funds_withdrawn", dispute))
    return Change((withdrawal, dispute), events)


def updated(dispute: Object, evidence: Object, metadata: dict[str, str], *, submit: bool) -> Change:
    """With evidence, kept here or sent to the bank, and other metadata."""
    known = {**dispute["evidence"], **evidence}
    has = any(known[name] for name in EVIDENCE)
    details = {**dispute["evidence_details"], "has_evidence": has}
    dispute = {**dispute, "evidence": known, "evidence_details": details, "metadata": metadata}
    if submit:
        details["submission_count"] += 1
        dispute["status"] = REVIEWED[dispute["status"]]
    return Change((dispute,), (("charge.dispute.updated", dispute),))


def won(dispute: Object, moment: Moment) -> Change:
    """The bank found for the shop: the money comes back, where it had been taken."""
    if is_inquiry(dispute):
        return _closed(dispute, "warning_closed")
    name = moment.names.id("txn", 24)
    back = balance_transactions.made(
        name,
        dispute,
        dispute["amount"],
        "dispute_reversal",
        moment,
        fee=-FEE,
        description=f"Chargeback reversal for {dispute['charge']}",
    )
    dispute = {**dispute, "balance_transactions": [*dispute["balance_transactions"], back], "status": "won"}
    events = (("charge.dispute.closed", dispute), ("charge.dispute.funds_reinstated", dispute))
    return Change((back, dispute), events)


def lost(dispute: Object) -> Change:
    """The bank found for the buyer, or the shop gave in."""
    return _closed(dispute, "warning_closed" if is_inquiry(dispute) else "lost")


def _closed(dispute: Object, status: str) -> Change:
    dispute = {**dispute, "status": status}
    return Change((dispute,), (("charge.dispute.closed", dispute),))


def _withdrawn(dispute: Object, moment: Moment) -> tuple[Object, Object]:
    """The dispute, and the movement that takes the money and Stripe's fee away."""
    withdrawal = balance_transactions.made(
        moment.names.id("txn", 24),
        dispute,
        -dispute["amount"],
        "dispute",
        moment,
        fee=FEE,
        description=f"Chargeback withdrawal for {dispute['charge']}",
    )
    return {**dispute, "balance_transactions": [withdrawal]}, withdrawal


def _made(charge: Object, why: Disputed, moment: Moment) -> Object:
    dispute = {
        "id": moment.names.id("du", 24),
        "object": KIND,
        "amount": charge["amount"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": moment.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": moment.now,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": why.inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": why.reason,
        "status": "warning_needs_response" if why.inquiry else "needs_response",
    }
    card = charge["payment_method_details"].get("card")
    if card:
        shown = {"brand": card["brand"], "network": card["brand"]}
        shown["network_reason_code"] = NETWORK_REASONS.get(why.reason)
        dispute["payment_method_details"] = {"card": shown, "type": "card"}
    return _as_case(dispute | _due(dispute, moment), "inquiry" if why.inquiry else "chargeback")


def _due(dispute: Object, moment: Moment) -> Object:
    return {"evidence_details": {**dispute["evidence_details"], "due_by": moment.now + DAYS_TO_RESPOND * 86_400}}


def _as_case(dispute: Object, case_type: str) -> Object:
    """A dispute of a card says of which sort it is."""
    details = dispute.get("payment_method_details")
    if details is None:
        return dispute
    return {**dispute, "payment_method_details": {**details, "card": {**details["card"], "case_type": case_type}}}
