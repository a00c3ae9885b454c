"""A subscription as others see it: derived from what is known, never set."""

from dataclasses import dataclass
from datetime import UTC, datetime

from order_service.invoice import Invoice
from order_service.subscription import Item, Subscription, Telling
from order_service.subscription_statuses import INVOICE_MEANING
from tillstream_contracts import InvoiceStatus, LatestInvoice, SubscriptionItem, SubscriptionStatus

INVOICE_NOT_FINALIZED = "invoice_not_finalized"
INVOICE_UNCOLLECTIBLE = "invoice_uncollectible"
TRIAL_ENDING = "trial_ending"
UPDATE_PENDING = "update_pending"


@dataclass(frozen=True, slots=True)
class SubscriptionSummary:
    """What a change of a subscription publishes."""

    merchant_id: str
    customer_id: str | None
    status: SubscriptionStatus
    currency: str | None
    items: tuple[SubscriptionItem, ...]
    cancel_at_period_end: bool
    current_period_end: datetime | None
    trial_end: datetime | None
    latest_invoice: LatestInvoice | None
    flags: tuple[str, ...]


def summarize_subscription(known: Subscription, *, merchant_id: str) -> SubscriptionSummary:
    """The subscription's summary; `merchant_id` is whose it is if nothing known of it says so."""
    telling, naming, latest = known.telling, known.naming, _latest(known)
    return SubscriptionSummary(
        merchant_id=(naming.merchant_id if naming else "") or merchant_id,
        customer_id=(naming.customer_id if naming else "") or (telling.customer if telling else "") or None,
        status=telling.status if telling else _meaning(known),
        currency=(telling.currency if telling else "") or (latest.telling.currency if latest else "") or None,
        items=tuple(map(_item, telling.items)) if telling else (),
        cancel_at_period_end=telling.ends_with_period if telling else False,
        current_period_end=_moment(telling.period_end) if telling else None,
        trial_end=_moment(telling.trial_end) if telling else None,
        latest_invoice=_latest_invoice(latest) if latest else None,
        flags=_flags(known, telling),
    )


def _meaning(known: Subscription) -> SubscriptionStatus:
    meanings = [INVOICE_MEANING.get(invoice.status) for invoice in known.invoices.values()]
    return next((meaning for meaning in meanings if meaning), SubscriptionStatus.INCOMPLETE)


def _latest(known: Subscription) -> Invoice | None:
    """The newest that left its draft, or never will."""
    shown = [one for one in known.invoices.values() if one.status is not InvoiceStatus.DRAFT or one.stuck]
    return max(shown, key=lambda one: one.place, default=None)


def _flags(known: Subscription, telling: Telling | None) -> tuple[str, ...]:
    """What is worth knowing beside the status, in alphabetical order."""
    in_trial = telling is not None and telling.status is SubscriptionStatus.TRIALING
    found = {
        INVOICE_NOT_FINALIZED: any(invoice.stuck for invoice in known.invoices.values()),
        INVOICE_UNCOLLECTIBLE: any(one.status is InvoiceStatus.UNCOLLECTIBLE for one in known.invoices.values()),
        TRIAL_ENDING: in_trial and telling is not None and 0 < telling.trial_end == known.trial_ending,
        UPDATE_PENDING: telling is not None and telling.update_pending,
    }
    return tuple(flag for flag, raised in found.items() if raised)


def _latest_invoice(invoice: Invoice) -> LatestInvoice:
    return LatestInvoice(
        invoice_id=invoice.invoice_id,
        status=invoice.status,
        amount_due=invoice.telling.amount_due,
        amount_paid=invoice.amount_paid,
        needs_action=invoice.needs_action,
    )


def _item(item: Item) -> SubscriptionItem:
    return SubscriptionItem(
        price_id=item.price_id,
        sku=item.sku or None,
        quantity=item.quantity,
        unit_amount=None if item.unit_amount < 0 else item.unit_amount,
        interval=item.interval,
        interval_count=item.interval_count,
    )


def _moment(second: int) -> datetime | None:
    return datetime.fromtimestamp(second, UTC) if second else None
