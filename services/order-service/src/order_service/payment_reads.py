"""Reading payments by themselves: those without an order, and one with all that is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from order_service.cursors import Cursor
from order_service.shortening import LONGEST_TIMELINE, MOST_INVOICES, Shortening
from order_service.subscription_tables import InvoicePaymentRow
from order_service.tables import InboxRow, OrderRow, PaymentRow, TimelineRow


@dataclass(frozen=True, slots=True)
class PaymentPicture:
    """A payment, whose it is, and what became of each event about it: the newest LONGEST_TIMELINE."""

    payment: PaymentRow
    invoice_ids: Sequence[str]
    timeline: Sequence[tuple[TimelineRow, InboxRow]]
    shortened: Shortening


class PaymentReads:
    """The questions that the API asks about payments. One that no order claims is the deployment's own merchant's."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def unmatched(self, *, after: Cursor | None, limit: int) -> Sequence[PaymentRow]:
        """Payments of no order and of no invoice, the one seen last first, beginning after the cursor."""
        place = tuple_(col(PaymentRow.first_seen_at), col(PaymentRow.payment_id))
        invoiced = exists().where(col(InvoicePaymentRow.payment_id) == col(PaymentRow.payment_id))
        query = select(PaymentRow).where(col(PaymentRow.order_id).is_(None), ~invoiced)
        if after is not None:
            query = query.where(place < (after.created_at, after.last_id))
        newest_first = (col(PaymentRow.first_seen_at).desc(), col(PaymentRow.payment_id).desc())
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            return (await session.exec(query.order_by(*newest_first).limit(limit))).all()

    async def payment(self, merchant_id: str, payment_id: str) -> PaymentPicture | None:
        """The payment, unless it is of another merchant's order."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            payment = await session.get(PaymentRow, payment_id)
            if payment is None or not await _is_of(session, merchant_id, payment):
                return None
            link = InvoicePaymentRow
            invoices = select(link.invoice_id).where(link.payment_id == payment_id).order_by(col(link.invoice_id))
            paid = (await session.exec(invoices.limit(MOST_INVOICES + 1))).all()
            timeline, cut = await _timeline(session, payment_id, payment.order_id), Shortening()
            return PaymentPicture(
                payment,
                cut.first("invoice_ids", paid, MOST_INVOICES),
                cut.last("timeline", timeline, LONGEST_TIMELINE),
                cut,
            )

    async def has_order(self, merchant_id: str, order_id: str) -> bool:
        """Whether this merchant has such an order."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            order = await session.get(OrderRow, order_id)
            return order is not None and order.merchant_id == merchant_id


async def _is_of(session: AsyncSession, merchant_id: str, payment: PaymentRow) -> bool:
    order = await session.get(OrderRow, payment.order_id) if payment.order_id else None
    return order is None or order.merchant_id == merchant_id


async def _timeline(
    session: AsyncSession, payment_id: str, order_id: str | None
) -> Sequence[tuple[TimelineRow, InboxRow]]:
    """Its lines from when it had no order, and those in the timeline of the order that it has."""
    line = TimelineRow
    alone = and_(col(line.order_id).is_(None), col(line.payment_id) == payment_id)
    in_order = and_(col(line.order_id) == order_id, col(line.payment_id) == payment_id)
    query = (
        select(line, InboxRow)
        .join(InboxRow, col(InboxRow.event_id) == col(line.event_id))
        .where(or_(alone, in_order) if order_id else alone)
        .order_by(col(line.line).desc())
        .limit(LONGEST_TIMELINE + 1)
    )
    return (await session.exec(query)).all()[::-1]
