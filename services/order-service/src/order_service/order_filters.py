"""What a list of orders may be filtered by."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from sqlalchemy import ColumnElement, literal_column, tuple_, union, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from order_service.cursors import Cursor, fingerprint
from order_service.tables import FLAGGED, WITH_METADATA, OrderRow, PaymentRow, PlacementRow
from tillstream_contracts import OrderStatus

STRIPES_CUSTOMER: Final = "cus_"
"""What Stripe's ids of customers begin with, and no shop's own."""


@dataclass(frozen=True)
class Filters:
    """All have to hold; of several statuses any."""

    statuses: tuple[OrderStatus, ...] = ()
    customer: str | None = None
    currency: str | None = None
    amount_min: int | None = None
    amount_max: int | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    reference: str | None = None
    flag: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()

    @cached_property
    def fingerprint(self) -> str:
        """Names them in a cursor, however they were written down."""
        return fingerprint({**asdict(self), "statuses": sorted(set(self.statuses)), "metadata": sorted(self.metadata)})


def newest_first(merchant_id: str, filters: Filters, *, after: Cursor | None, limit: int) -> SelectOfScalar[OrderRow]:
    """The statement for one page. Each of several statuses is read by itself from its index, then they are merged."""
    conditions = [col(OrderRow.merchant_id) == merchant_id, *_conditions(merchant_id, filters)]
    if after:
        conditions.append(tuple_(col(OrderRow.created_at), col(OrderRow.order_id)) < (after.created_at, after.last_id))
    page = _in_order(select(OrderRow).where(*conditions), OrderRow).limit(limit)
    statuses = sorted(set(filters.statuses))
    if not statuses:
        return page
    of_each = [page.where(col(OrderRow.status) == status) for status in statuses]
    if len(of_each) == 1:
        return of_each[0]
    merged = aliased(OrderRow, union_all(*(one.subquery().select() for one in of_each)).subquery())
    return _in_order(select(merged), merged).limit(limit)


def _in_order(query: SelectOfScalar[OrderRow], order: type[OrderRow]) -> SelectOfScalar[OrderRow]:
    return query.order_by(col(order.created_at).desc(), col(order.order_id).desc())


def _conditions(merchant_id: str, filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.customer is not None:
        yield _of_customer(merchant_id, filters.customer)
    if filters.currency is not None:
        yield col(OrderRow.currency) == filters.currency
    if filters.amount_min is not None:
        yield col(OrderRow.amount) >= filters.amount_min
    if filters.amount_max is not None:
        yield col(OrderRow.amount) <= filters.amount_max
    if filters.created_after is not None:
        yield col(OrderRow.created_at) > filters.created_after
    if filters.created_before is not None:
        yield col(OrderRow.created_at) < filters.created_before
    if filters.reference is not None:
        yield col(OrderRow.reference) == filters.reference
    if filters.flag is not None:
        yield literal_column(FLAGGED)
        yield col(OrderRow.flags).contains([filters.flag])
    if filters.metadata:
        pairs = col(PlacementRow.shop_metadata).contains(dict(filters.metadata))
        yield col(OrderRow.order_id).in_(select(PlacementRow.order_id).where(pairs, literal_column(WITH_METADATA)))


def _of_customer(merchant_id: str, customer: str) -> ColumnElement[bool]:
    """By the id that the shop gave; Stripe's own is also found where only a payment tells it."""
    if not customer.startswith(STRIPES_CUSTOMER):
        return col(OrderRow.customer_id) == customer
    named = aliased(OrderRow)
    as_placed = select(named.order_id).where(named.merchant_id == merchant_id, named.customer_id == customer)
    as_paid = select(PaymentRow.order_id).where(
        PaymentRow.customer_id == customer, col(PaymentRow.order_id).isnot(None)
    )
    return col(OrderRow.order_id).in_(union(as_placed, as_paid))
