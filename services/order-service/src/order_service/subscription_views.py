"""What the read API answers of subscriptions."""

from datetime import UTC, datetime

from order_service.subscription_reads import SubscriptionPicture
from order_service.subscription_tables import InvoicePaymentRow, InvoiceRow, SubscriptionRow
from order_service.tables import PaymentRow
from order_service.views import LineView, View, line_views
from tillstream_contracts import LatestInvoice, SubscriptionItem


class InvoicePaymentView(View):
    """A payment of an invoice: one PaymentIntent. Of one that no event has told of yet only its id is known."""

    payment_intent_id: str
    status: str | None
    amount: int | None
    captured: int | None
    error: str | None


class InvoiceView(View):
    """One invoice, in minor units of its currency."""

    invoice_id: str
    status: str
    """`draft`, `open`, `uncollectible`, `void`, `nothing_due` or `paid`."""
    currency: str
    amount_due: int
    amount_paid: int
    needs_action: bool
    created_at: datetime
    payments: list[InvoicePaymentView]


class SubscriptionView(View):
    """A subscription as it stands."""

    subscription_id: str
    stripe_subscription_id: str
    merchant_id: str
    customer_id: str | None
    stripe_customer_id: str | None
    status: str
    previous_status: str | None
    version: int
    currency: str | None
    items: list[SubscriptionItem]
    cancel_at_period_end: bool
    current_period_end: datetime | None
    trial_end: datetime | None
    latest_invoice: LatestInvoice | None
    flags: list[str]
    created_at: datetime
    updated_at: datetime


class WholeSubscriptionView(SubscriptionView):
    """A subscription with its newest invoices and its timeline."""

    invoices: list[InvoiceView]
    timeline: list[LineView]
    shortened: list[str]
    """Which of these lists are not whole: shown are the newest 100 invoices, 500 payments of them all (`payments`;
    those with money first), and the newest 200 lines."""


class SubscriptionPageView(View):
    """Some subscriptions, newest first."""

    subscriptions: list[SubscriptionView]
    next_cursor: str | None
    """Send it as `cursor` to get the subscriptions after these; none if there are no more."""


def subscription_view(row: SubscriptionRow) -> SubscriptionView:
    """A subscription for a list."""
    return SubscriptionView.model_validate(row)


def whole_subscription_view(picture: SubscriptionPicture) -> WholeSubscriptionView:
    """A subscription for whoever asks for just this one."""
    return WholeSubscriptionView(
        **subscription_view(picture.subscription).model_dump(),
        invoices=[_invoice_view(row, picture) for row in picture.invoices],
        timeline=line_views(picture.timeline, picture.parked),
        shortened=sorted(picture.shortened.names),
    )


def _invoice_view(row: InvoiceRow, picture: SubscriptionPicture) -> InvoiceView:
    payments = [_payment_view(link, paid) for link, paid in picture.payments if link.invoice_id == row.invoice_id]
    return InvoiceView(
        invoice_id=row.invoice_id,
        status=row.status,
        currency=row.currency,
        amount_due=row.amount_due,
        amount_paid=row.amount_paid,
        needs_action=row.needs_action,
        created_at=datetime.fromtimestamp(row.created, UTC),
        payments=payments,
    )


def _payment_view(link: InvoicePaymentRow, row: PaymentRow | None) -> InvoicePaymentView:
    return InvoicePaymentView(
        payment_intent_id=link.payment_id,
        status=row.status if row else None,
        amount=row.amount if row else None,
        captured=row.captured if row else None,
        error=(row.error or None) if row and row.status == "failed" else None,
    )
