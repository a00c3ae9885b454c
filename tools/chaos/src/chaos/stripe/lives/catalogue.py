"""Everything that may happen, and how often of a thousand lives."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from chaos.stripe.life import Expected
from chaos.stripe.lives import disputes, double_charges, holds, payments, refunds, sessions, subscriptions, unmatched
from chaos.stripe.story import Story

Tell = Callable[[Story], Expected]


class Kind(NamedTuple):
    """One kind of life."""

    tell: Tell
    weight: int
    placeable: bool = False
    """Whether it may begin at intent-api: it then begins with a payment that names its order."""


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "paid": Kind(payments.paid, 160, placeable=True),
        "abandoned": Kind(payments.abandoned, 15, placeable=True),
        "declined": Kind(payments.declined, 25, placeable=True),
        "declined_then_paid": Kind(payments.declined_then_paid, 60, placeable=True),
        "processing": Kind(payments.processing, 10, placeable=True),
        "processing_then_paid": Kind(payments.processing_then_paid, 30, placeable=True),
        "processing_then_failed": Kind(payments.processing_then_failed, 15, placeable=True),
        "challenged": Kind(payments.challenged, 10, placeable=True),
        "challenged_then_paid": Kind(payments.challenged_then_paid, 40, placeable=True),
        "challenged_then_failed": Kind(payments.challenged_then_failed, 15, placeable=True),
        "declined_then_challenged": Kind(payments.declined_then_challenged, 10, placeable=True),
        "canceled": Kind(payments.canceled, 20, placeable=True),
        "canceled_then_paid_anew": Kind(payments.canceled_then_paid_anew, 20, placeable=True),
        "authorized": Kind(holds.authorized, 15),
        "declined_then_authorized": Kind(holds.declined_then_authorized, 10),
        "captured": Kind(holds.captured, 30),
        "captured_in_part": Kind(holds.captured_in_part, 20),
        "captured_in_part_then_refunded": Kind(holds.captured_in_part_then_refunded, 10),
        "hold_released": Kind(holds.released, 15),
        "session_paid": Kind(sessions.session_paid, 50),
        "session_expired": Kind(sessions.session_expired, 20),
        "session_awaiting_funds": Kind(sessions.session_awaiting_funds, 10),
        "session_funds_came": Kind(sessions.session_funds_came, 20),
        "session_funds_failed": Kind(sessions.session_funds_failed, 15),
        "refunded_in_part": Kind(refunds.refunded_in_part, 30, placeable=True),
        "refunded_in_parts": Kind(refunds.refunded_in_parts, 20, placeable=True),
        "refunded": Kind(refunds.refunded, 30, placeable=True),
        "refunded_bit_by_bit": Kind(refunds.refunded_bit_by_bit, 15, placeable=True),
        "refund_pending": Kind(refunds.refund_pending, 10, placeable=True),
        "refund_failed": Kind(refunds.refund_failed, 20, placeable=True),
        "refund_failed_then_repeated": Kind(refunds.refund_failed_then_repeated, 10, placeable=True),
        "refund_canceled": Kind(refunds.refund_canceled, 10, placeable=True),
        "disputed": Kind(disputes.disputed, 15, placeable=True),
        "dispute_won": Kind(disputes.dispute_won, 20, placeable=True),
        "dispute_lost": Kind(disputes.dispute_lost, 20, placeable=True),
        "dispute_lost_in_part": Kind(disputes.dispute_lost_in_part, 10, placeable=True),
        "inquiry_closed": Kind(disputes.inquiry_closed, 15, placeable=True),
        "inquiry_becomes_dispute": Kind(disputes.inquiry_becomes_dispute, 10, placeable=True),
        "refunded_in_part_then_disputed": Kind(disputes.refunded_in_part_then_disputed, 10, placeable=True),
        "overpaid": Kind(double_charges.overpaid, 15, placeable=True),
        "overpaid_then_refunded": Kind(double_charges.overpaid_then_refunded, 15, placeable=True),
        "overpaid_then_refunded_in_part": Kind(double_charges.overpaid_then_refunded_in_part, 10, placeable=True),
        "overpaid_then_lost": Kind(double_charges.overpaid_then_lost, 10, placeable=True),
        "unmatched": Kind(unmatched.unmatched, 20),
        "subscription_active": Kind(subscriptions.active, 15),
        "subscription_renewed": Kind(subscriptions.renewed, 15),
        "subscription_on_trial": Kind(subscriptions.on_trial, 10),
        "subscription_trial_then_active": Kind(subscriptions.trial_then_active, 10),
        "subscription_trial_then_paused": Kind(subscriptions.trial_then_paused, 5),
        "subscription_past_due": Kind(subscriptions.past_due, 10),
        "subscription_past_due_then_active": Kind(subscriptions.past_due_then_active, 15),
        "subscription_unpaid": Kind(subscriptions.unpaid, 5),
        "subscription_given_up": Kind(subscriptions.given_up, 5),
        "subscription_canceled": Kind(subscriptions.canceled, 10),
        "subscription_never_begun": Kind(subscriptions.never_begun, 5),
    }
)
