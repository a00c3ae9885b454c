"""Reading subscriptions: PostgreSQL asked through SQLModel, one consistent picture a request."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from order_service.cursors import Cursor
from order_service.shortening import LONGEST_TIMELINE, MOST_INVOICE_PAYMENTS, MOST_INVOICES, Shortening
from order_service.subscription_tables import InvoicePaymentRow, InvoiceRow, SubscriptionRow, SubscriptionTimelineRow
from order_service.tables import InboxRow, ParkedRow, PaymentRow


@dataclass(frozen=True, slots=True)
class SubscriptionPicture:
    """A subscription and all that is shown with it: its newest invoices, the newest lines of its timeline."""

    subscription: SubscriptionRow
    invoices: Sequence[InvoiceRow]
    payments: Sequence[tuple[InvoicePaymentRow, PaymentRow | None]]
    timeline: Sequence[tuple[SubscriptionTimelineRow, InboxRow]]
    parked: Sequence[ParkedRow]
    shortened: Shortening


class SubscriptionReads:
    """The questions that the API asks."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def subscription(self, merchant_id: str, subscription_id: str) -> SubscriptionPicture | None:
        """The subscription by our id or by Stripe's, if it is this merchant's."""
        query = select(SubscriptionRow).where(
            or_(
                col(SubscriptionRow.subscription_id) == subscription_id,
                col(SubscriptionRow.stripe_subscription_id) == subscription_id,
            ),
            SubscriptionRow.merchant_id == merchant_id,
        )
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            found = (await session.exec(query)).first()
            return await _picture(session, found) if found else None

    async def subscriptions(
        self, merchant_id: str, *, status: str | None, customer: str | None, after: Cursor | None, limit: int
    ) -> Sequence[SubscriptionRow]:
        """Subscriptions, newest first, beginning after the cursor. A customer has the shop's own id or Stripe's."""
        place = tuple_(col(SubscriptionRow.created_at), col(SubscriptionRow.subscription_id))
        query = select(SubscriptionRow).where(SubscriptionRow.merchant_id == merchant_id)
        if status is not None:
            query = query.where(SubscriptionRow.status == status)
        if customer is not None:
            ids = col(SubscriptionRow.customer_id), col(SubscriptionRow.stripe_customer_id)
            query = query.where(or_(*(column == customer for column in ids)))
        if after is not None:
            query = query.where(place < (after.created_at, after.last_id))
        newest_first = (col(SubscriptionRow.created_at).desc(), col(SubscriptionRow.subscription_id).desc())
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            return (await session.exec(query.order_by(*newest_first).limit(limit))).all()


async def _picture(session: AsyncSession, subscription: SubscriptionRow) -> SubscriptionPicture:
    stripe_id = subscription.stripe_subscription_id
    newest = [col(column).desc() for column in (InvoiceRow.created, InvoiceRow.sequence, InvoiceRow.invoice_id)]
    query = select(InvoiceRow).where(InvoiceRow.stripe_subscription_id == stripe_id)
    found, cut = (await session.exec(query.order_by(*newest).limit(MOST_INVOICES + 1))).all(), Shortening()
    invoices = cut.first("invoices", found, MOST_INVOICES)
    invoice_ids = [invoice.invoice_id for invoice in invoices]
    payments = cut.first("payments", await _payments(session, invoice_ids), MOST_INVOICE_PAYMENTS)
    return SubscriptionPicture(
        subscription,
        invoices,
        sorted(payments, key=lambda one: one[0].payment_id),
        cut.last("timeline", await _timeline(session, stripe_id, invoice_ids), LONGEST_TIMELINE),
        await _parked(session, stripe_id),
        cut,
    )


async def _payments(
    session: AsyncSession, invoice_ids: Sequence[str]
) -> Sequence[tuple[InvoicePaymentRow, PaymentRow | None]]:
    """The payments of these invoices; of one that no event has told of yet only its id is known."""
    query = (
        select(InvoicePaymentRow, PaymentRow)
        .join(PaymentRow, col(PaymentRow.payment_id) == col(InvoicePaymentRow.payment_id), isouter=True)
        .where(col(InvoicePaymentRow.invoice_id).in_(invoice_ids))
        .order_by(col(PaymentRow.captured).desc().nulls_last(), col(InvoicePaymentRow.payment_id))
        .limit(MOST_INVOICE_PAYMENTS + 1)
    )
    return (await session.exec(query)).all()


async def _timeline(
    session: AsyncSession, stripe_id: str, invoice_ids: Sequence[str]
) -> Sequence[tuple[SubscriptionTimelineRow, InboxRow]]:
    """The subscription's lines, and those of its invoices from when nobody knew whose they were."""
    line = SubscriptionTimelineRow
    of_invoices = and_(col(line.stripe_subscription_id).is_(None), col(line.invoice_id).in_(invoice_ids))
    query = (
        select(line, InboxRow)
        .join(InboxRow, col(InboxRow.event_id) == col(line.event_id))
        .where(or_(col(line.stripe_subscription_id) == stripe_id, of_invoices))
        .order_by(col(line.line).desc())
        .limit(LONGEST_TIMELINE + 1)
    )
    return (await session.exec(query)).all()[::-1]


async def _parked(session: AsyncSession, stripe_id: str) -> Sequence[ParkedRow]:
    query = select(ParkedRow).where(ParkedRow.stripe_subscription_id == stripe_id).order_by(col(ParkedRow.parked_at))
    return (await session.exec(query.limit(LONGEST_TIMELINE))).all()
