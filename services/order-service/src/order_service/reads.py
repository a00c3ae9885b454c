"""Reading orders: PostgreSQL asked through SQLModel, one consistent picture a request."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import URL, and_, make_url, or_
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from order_service.cursors import Cursor
from order_service.order_filters import Filters, newest_first
from order_service.shortening import LONGEST_TIMELINE, MOST_PAYMENTS, MOST_SESSIONS, Shortening
from order_service.statuses import PaymentStatus
from order_service.tables import InboxRow, OrderRow, ParkedRow, PaymentRow, SessionRow, TimelineRow

PLANNING = {"plan_cache_mode": "force_custom_plan", "jit": "off"}
"""A plan for each question, as one for all customers or statuses would be wrong for the rare or the frequent ones."""
HELD_OR_COMING = (PaymentStatus.AUTHORIZED, PaymentStatus.PROCESSING)


@dataclass(frozen=True, slots=True)
class OrderPicture:
    """An order and what is shown with it: of many payments those with money, then the newest; the newest lines."""

    order: OrderRow
    payments: Sequence[PaymentRow]
    sessions: Sequence[SessionRow]
    timeline: Sequence[tuple[TimelineRow, InboxRow]]
    parked: Sequence[ParkedRow]
    shortened: Shortening


def sqlalchemy_url(database_url: str) -> URL:
    """The same database by SQLAlchemy's name for asyncpg."""
    return make_url(database_url).set(drivername="postgresql+asyncpg")


def open_engine(database_url: str, *, connections: int, timeout: timedelta) -> AsyncEngine:
    """A pool that reads in snapshots: an order, its payments and its timeline are of the same moment."""
    seconds = timeout.total_seconds()
    return create_async_engine(
        sqlalchemy_url(database_url),
        isolation_level="REPEATABLE READ",
        pool_size=connections,
        max_overflow=0,
        pool_timeout=seconds,
        pool_pre_ping=True,
        connect_args={"timeout": seconds, "command_timeout": seconds, "server_settings": PLANNING},
    )


class Reads:
    """The questions that the API asks."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def order(self, merchant_id: str, order_id: str) -> OrderPicture | None:
        """The order, if it is this merchant's."""
        async with self._session() as session:
            order = await session.get(OrderRow, order_id)
            if order is None or order.merchant_id != merchant_id:
                return None
            cut = Shortening()
            payments = cut.first("payments", await _payments(session, order_id), MOST_PAYMENTS)
            timeline = await _timeline(session, order_id, [payment.payment_id for payment in payments])
            return OrderPicture(
                order,
                payments,
                cut.first("checkout_sessions", await _sessions(session, order_id), MOST_SESSIONS),
                cut.last("timeline", timeline, LONGEST_TIMELINE),
                await _parked(session, order_id),
                cut,
            )

    async def orders(
        self, merchant_id: str, filters: Filters, *, after: Cursor | None, limit: int
    ) -> Sequence[OrderRow]:
        """Orders, newest first, beginning after the cursor."""
        async with self._session() as session:
            return (await session.exec(newest_first(merchant_id, filters, after=after, limit=limit))).all()

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            yield session


async def _payments(session: AsyncSession, order_id: str) -> Sequence[PaymentRow]:
    """First those that brought money, then those that may; of the others the newest."""
    may = col(PaymentRow.status).in_(HELD_OR_COMING)
    order = col(PaymentRow.captured).desc(), may.desc(), col(PaymentRow.told_at).desc(), col(PaymentRow.payment_id)
    query = select(PaymentRow).where(PaymentRow.order_id == order_id).order_by(*order).limit(MOST_PAYMENTS + 1)
    return (await session.exec(query)).all()


async def _sessions(session: AsyncSession, order_id: str) -> Sequence[SessionRow]:
    query = select(SessionRow).where(SessionRow.order_id == order_id).order_by(col(SessionRow.session_id))
    return (await session.exec(query.limit(MOST_SESSIONS + 1))).all()


async def _timeline(
    session: AsyncSession, order_id: str, payment_ids: Sequence[str]
) -> Sequence[tuple[TimelineRow, InboxRow]]:
    """The order's lines, and those of its payments from when nobody knew whose they were."""
    of_payments = and_(col(TimelineRow.order_id).is_(None), col(TimelineRow.payment_id).in_(payment_ids))
    query = (
        select(TimelineRow, InboxRow)
        .join(InboxRow, col(InboxRow.event_id) == col(TimelineRow.event_id))
        .where(or_(col(TimelineRow.order_id) == order_id, of_payments))
        .order_by(col(TimelineRow.line).desc())
        .limit(LONGEST_TIMELINE + 1)
    )
    return (await session.exec(query)).all()[::-1]


async def _parked(session: AsyncSession, order_id: str) -> Sequence[ParkedRow]:
    query = select(ParkedRow).where(ParkedRow.order_id == order_id).order_by(col(ParkedRow.parked_at))
    return (await session.exec(query.limit(LONGEST_TIMELINE))).all()
