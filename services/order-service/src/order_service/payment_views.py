"""What the read API answers of payments by themselves."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from order_service.dispute_views import DisputeView, dispute_views
from order_service.payment import NOBODY, Namer, payment_behind
from order_service.payment_reads import PaymentPicture
from order_service.refund_views import RefundView, refund_views
from order_service.rows import refunds_of
from order_service.shortening import MOST_DISPUTES, MOST_REFUNDS
from order_service.statuses import PaymentStatus
from order_service.tables import PaymentRow
from order_service.views import LineView, View, line_views

NAMES_NO_ORDER: Final = (
    "Its metadata names no order of ours: it was made in Stripe's dashboard, or by another integration."
)
ONLY_MENTIONED: Final = "Only a refund, a dispute or a session told of it so far; no event of its own has come."


class PaymentAloneView(View):
    """A payment, in minor units of its currency."""

    payment_intent_id: str
    order_id: str | None
    status: str
    """As in an order; `unknown` if only something else told of it so far."""
    currency: str
    amount: int
    captured: int
    refunded: int
    customer_id: str | None
    """Stripe's."""
    error: str | None
    reason: str | None
    """Why it has no order."""
    first_seen_at: datetime
    updated_at: datetime


class WholePaymentView(PaymentAloneView):
    """A payment with all that belongs to it."""

    attached: bool
    """Whether an operator said which order it belongs to."""
    invoice_ids: list[str]
    """The invoices of subscriptions that it pays."""
    refunds: list[RefundView]
    disputes: list[DisputeView]
    timeline: list[LineView]
    shortened: list[str]
    """Which of these lists are not whole: shown are 100 invoices, the newest 200 refunds, disputes and lines."""


class PaymentPageView(View):
    """Some payments, the one seen last first."""

    payments: list[PaymentAloneView]
    next_cursor: str | None
    """Send it as `cursor` to get the payments after these; none if there are no more."""


def payment_view(row: PaymentRow) -> PaymentAloneView:
    """A payment that is no invoice's, for a list."""
    return PaymentAloneView(
        payment_intent_id=row.payment_id,
        order_id=row.order_id,
        status=row.status,
        currency=row.currency,
        amount=row.amount,
        captured=row.captured,
        refunded=_refunded(row),
        customer_id=row.customer_id or None,
        error=(row.error or None) if row.status == "failed" else None,
        reason=_reason(row),
        first_seen_at=row.first_seen_at,
        updated_at=row.updated_at,
    )


def whole_payment_view(picture: PaymentPicture) -> WholePaymentView:
    """A payment for whoever asks for just this one."""
    row, told, cut = picture.payment, payment_view(picture.payment).model_dump(), picture.shortened
    return WholePaymentView(
        **{**told, "reason": None if picture.invoice_ids else told["reason"]},
        attached=row.named_by == Namer.OPERATOR,
        invoice_ids=list(picture.invoice_ids),
        refunds=[*cut.last("refunds", refund_views([row]), MOST_REFUNDS)],
        disputes=[*cut.last("disputes", dispute_views([row]), MOST_DISPUTES)],
        timeline=line_views(picture.timeline),
        shortened=sorted(cut.names),
    )


def _reason(row: PaymentRow) -> str | None:
    if row.order_id:
        return None
    return ONLY_MENTIONED if row.status == PaymentStatus.UNKNOWN else NAMES_NO_ORDER


def _refunded(row: PaymentRow) -> int:
    behind = payment_behind(
        row.payment_id, row.currency, NOBODY, refunds=refunds_of(row.refunds), charge_refunded=row.charge_refunded
    )
    return replace(behind, captured=row.captured).refunded
