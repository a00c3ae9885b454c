"""Between rows of subscriptions and what they mean: each function mirrors one table, column by column."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from order_service.invoice import Invoice, InvoiceTelling, LastAttempt
from order_service.subscription import Item, Naming, Subscription, Telling
from order_service.subscription_fold import KnownSubscription, SubscriptionLine
from order_service.subscription_statuses import INVOICE, Attempt
from order_service.subscription_summary import SubscriptionSummary
from tillstream_contracts import InvoiceStatus, LatestInvoice, SubscriptionItem, SubscriptionStatus

Record = Mapping[str, Any]
Row = tuple[Any, ...]


def subscription_row(known: KnownSubscription, now: datetime) -> Row:
    """A row of `subscriptions`."""
    summary, telling = known.summary, known.subscription.telling
    if summary is None:
        raise ValueError(f"subscription {known.subscription.stripe_id} has nothing to tell yet")
    return (
        known.subscription_id,
        known.subscription.stripe_id,
        summary.merchant_id,
        known.version,
        summary.status,
        known.previous_status,
        summary.customer_id,
        (telling.customer if telling else "") or None,
        summary.currency,
        [item.model_dump() for item in summary.items],
        summary.cancel_at_period_end,
        summary.current_period_end,
        summary.trial_end,
        summary.latest_invoice.model_dump() if summary.latest_invoice else None,
        summary.flags,
        now,
        now,
    )


def known_subscription(subscription: Subscription, row: Record) -> KnownSubscription:
    """A subscription and its latest version, by its facts and its row of `subscriptions`."""
    invoice, previous = row["latest_invoice"], row["previous_status"]
    summary = SubscriptionSummary(
        merchant_id=row["merchant_id"],
        customer_id=row["customer_id"],
        status=SubscriptionStatus(row["status"]),
        currency=row["currency"],
        items=tuple(SubscriptionItem(**item) for item in orjson.loads(row["items"])),
        cancel_at_period_end=row["cancel_at_period_end"],
        current_period_end=row["current_period_end"],
        trial_end=row["trial_end"],
        latest_invoice=LatestInvoice.model_validate_json(invoice) if invoice else None,
        flags=tuple(orjson.loads(row["flags"])),
    )
    previous_status = SubscriptionStatus(previous) if previous else None
    return KnownSubscription(subscription, row["subscription_id"], row["version"], summary, previous_status)


def facts_row(known: Subscription) -> Row:
    """A row of `subscription_facts`."""
    return (
        known.stripe_id,
        known.final,
        known.told_at,
        [{**one._asdict(), "items": [item._asdict() for item in one.items]} for one in sorted(known.tellings)],
        known.naming._asdict() if known.naming else None,
        known.trial_ending,
    )


def facts_of(row: Record) -> Subscription:
    """What is told of a subscription in a row of `subscription_facts`; its invoices stand in other rows."""
    naming = orjson.loads(row["naming"]) if row["naming"] else None
    return Subscription(
        row["stripe_subscription_id"],
        final=row["final"],
        told_at=row["told_at"],
        tellings=frozenset(_telling(one) for one in orjson.loads(row["tellings"])),
        naming=Naming(**naming) if naming else None,
        trial_ending=row["trial_ending"],
    )


def invoice_row(stripe_id: str, invoice: Invoice) -> Row:
    """A row of `invoices`."""
    telling = invoice.telling
    return (
        invoice.invoice_id,
        stripe_id,
        invoice.status,
        invoice.needs_action,
        telling.amount_due,
        invoice.amount_paid,
        telling.currency,
        telling.created,
        telling.status,
        telling.at,
        int(invoice.last_attempt.attempt),
        invoice.last_attempt.at,
        invoice.finalization_failed,
        telling.sequence,
    )


def invoice_of(row: Record) -> Invoice:
    """The facts in a row of `invoices`."""
    status = InvoiceStatus(row["told_status"])
    particulars = (row["amount_due"], row["currency"], row["created"], row["sequence"])
    return Invoice(
        row["invoice_id"],
        InvoiceTelling(INVOICE[status], row["told_at"], status, *particulars),
        amount_paid=row["amount_paid"],
        last_attempt=LastAttempt(row["attempted_at"], Attempt(row["attempt"])),
        finalization_failed=row["finalization_failed"],
    )


def subscription_timeline_row(line: SubscriptionLine, now: datetime) -> Row:
    """A row of `subscription_timeline`, without its number."""
    told = line.told
    return (
        told.event_id,
        told.event_type,
        line.stripe_id,
        line.invoice_id,
        line.outcome,
        line.reason,
        line.version,
        told.occurred_at,
        now,
    )


def _telling(told: dict[str, Any]) -> Telling:
    items = tuple(Item(**item) for item in told["items"])
    return Telling(**{**told, "status": SubscriptionStatus(told["status"]), "items": items})
