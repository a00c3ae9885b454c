"""What the read API answers."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from order_service.dispute_views import DisputeView, dispute_views
from order_service.reads import OrderPicture
from order_service.refund_views import RefundView, refund_views
from order_service.shortening import MOST_DISPUTES, MOST_REFUNDS
from order_service.subscription_tables import SubscriptionTimelineRow
from order_service.tables import InboxRow, OrderRow, ParkedRow, PaymentRow, SessionRow, TimelineRow


class View(BaseModel):
    """An answer, made from a row."""

    model_config = ConfigDict(from_attributes=True, frozen=True, use_attribute_docstrings=True)


class PaymentView(View):
    """One PaymentIntent of the order."""

    payment_intent_id: str
    status: str
    currency: str
    amount: int
    captured: int
    error: str | None
    updated_at: datetime


class SessionView(View):
    """One hosted Checkout Session of the order."""

    checkout_session_id: str
    status: str
    currency: str
    amount: int
    payment_intent_id: str | None


class LineView(View):
    """What one event did to the order or subscription, and why."""

    event_id: str | None
    event_type: str | None
    outcome: str
    """`applied`, `healed`, `duplicate`, `out_of_date`, `ignored` or `parked`."""
    reason: str
    occurred_at: datetime
    recorded_at: datetime
    version: int | None
    """The version of the order or subscription that it made."""


class OrderView(View):
    """An order, in minor units of its currency."""

    order_id: str
    merchant_id: str
    reference: str | None
    customer_id: str | None
    status: str
    previous_status: str | None
    version: int
    currency: str
    amount: int
    captured: int
    refunded: int
    disputed: int
    flags: list[str]
    created_at: datetime
    updated_at: datetime


class WholeOrderView(OrderView):
    """An order with all that belongs to it."""

    payments: list[PaymentView]
    checkout_sessions: list[SessionView]
    refunds: list[RefundView]
    disputes: list[DisputeView]
    timeline: list[LineView]
    shortened: list[str]
    """Which of these lists are not whole: shown are 100 payments (those with money before the newest), 100 sessions,
    the newest 200 refunds, disputes and lines of the timeline. A single payment is whole at `/v1/payments/{id}`."""


class PageView(View):
    """Some orders, newest first."""

    orders: list[OrderView]
    next_cursor: str | None
    """Send it as `cursor` to get the orders after these; none if there are no more."""


def order_view(row: OrderRow) -> OrderView:
    """An order for a list."""
    return OrderView.model_validate(row)


def whole_order_view(picture: OrderPicture) -> WholeOrderView:
    """An order for whoever asks for just this one."""
    payments, cut = sorted(picture.payments, key=lambda row: row.payment_id), picture.shortened
    return WholeOrderView(
        **order_view(picture.order).model_dump(),
        payments=[_payment_view(row) for row in payments],
        checkout_sessions=[_session_view(row) for row in picture.sessions],
        refunds=[*cut.last("refunds", refund_views(payments), MOST_REFUNDS)],
        disputes=[*cut.last("disputes", dispute_views(payments), MOST_DISPUTES)],
        timeline=line_views(picture.timeline, picture.parked),
        shortened=sorted(cut.names),
    )


def line_views(
    timeline: Sequence[tuple[TimelineRow | SubscriptionTimelineRow, InboxRow]], parked: Sequence[ParkedRow] = ()
) -> list[LineView]:
    """A line an event, one more for its copies, one a parked record; in the order in which they were recorded."""
    lines = [LineView.model_validate(line) for line, _ in timeline]
    lines += [_parked_view(row) for row in parked]
    lines += [
        _copies_view(line, inbox.deliveries, inbox.last_delivered_at)
        for line, inbox in timeline
        if inbox.deliveries > 1
    ]
    return sorted(lines, key=lambda line: line.recorded_at)


def _copies_view(line: TimelineRow | SubscriptionTimelineRow, deliveries: int, at: datetime) -> LineView:
    return LineView(
        event_id=line.event_id,
        event_type=line.event_type,
        outcome="duplicate",
        reason=f"It came {deliveries} times; only the first took effect.",
        occurred_at=line.occurred_at,
        recorded_at=at,
        version=None,
    )


def _parked_view(row: ParkedRow) -> LineView:
    return LineView(
        event_id=row.event_id,
        event_type=row.event_type,
        outcome="parked",
        reason=row.reason,
        occurred_at=row.occurred_at,
        recorded_at=row.parked_at,
        version=None,
    )


def _payment_view(row: PaymentRow) -> PaymentView:
    return PaymentView(
        payment_intent_id=row.payment_id,
        status=row.status,
        currency=row.currency,
        amount=row.amount,
        captured=row.captured,
        error=(row.error or None) if row.status == "failed" else None,
        updated_at=row.updated_at,
    )


def _session_view(row: SessionRow) -> SessionView:
    return SessionView(
        checkout_session_id=row.session_id,
        status=row.status,
        currency=row.currency,
        amount=row.amount,
        payment_intent_id=row.payment_id or None,
    )
