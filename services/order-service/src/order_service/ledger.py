"""Orders and what they are made of: locked and read before a batch is folded, written after it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from order_service import bulk, rows
from order_service.fold import Books, Known
from order_service.mention import Mention
from order_service.order import Order, Part
from order_service.payment import Payment
from order_service.placed import Placed
from order_service.postgres import Connection
from order_service.session import Session
from order_service.tables import Base, MentionRow, OrderRow, PaymentRow, PlacementRow, SessionRow, table
from order_service.told import Told

LOCK_PAYMENTS = "SELECT * FROM payments WHERE payment_id = ANY($1::text[]) ORDER BY payment_id FOR UPDATE"
LOCK_ORDERS = "SELECT * FROM orders WHERE order_id = ANY($1::text[]) ORDER BY order_id FOR UPDATE"
LAST_VERSIONS = """
    SELECT order_id, max(version) AS version FROM order_changes WHERE order_id = ANY($1::text[]) GROUP BY order_id"""
PAYMENTS_OF = "SELECT * FROM payments WHERE order_id = ANY($1::text[])"

PAYMENTS = bulk.insert(table(PaymentRow)), bulk.upsert(table(PaymentRow), keep=["first_seen_at"])
ORDERS = bulk.insert(table(OrderRow)), bulk.upsert(table(OrderRow), keep=["created_at"])


class Kept(NamedTuple):
    """How one kind of an order's parts is kept: how to read and write it, and the way to a row and back."""

    of_orders: str
    write: bulk.Statement
    row: Callable[[Any], bulk.Row]
    part: Callable[[rows.Record], Part]


def _kept(model: type[Base], row: Callable[[Any], bulk.Row], part: Callable[[rows.Record], Part]) -> Kept:
    stored = table(model)
    asked = f"SELECT {bulk.names(stored)} FROM {stored.name} WHERE order_id = ANY($1::text[])"  # noqa: S608  # our own
    return Kept(asked, bulk.upsert(stored), row, part)


PARTS: Final[Mapping[type[Part], Kept]] = MappingProxyType(
    {
        Placed: _kept(PlacementRow, rows.placement_row, rows.placed_of),
        Session: _kept(SessionRow, rows.session_row, rows.session_of),
        Mention: _kept(MentionRow, rows.mention_row, rows.mention_of),
    }
)


async def open_books(connection: Connection, told: Iterable[Told], merchant_id: str) -> Books:
    """Lock the payments and orders that these events are about, and read what is known of them."""
    books = Books(merchant_id)
    facts = [fact for one in told for fact in one.facts]
    payment_ids = sorted({fact.payment_id for fact in facts if isinstance(fact, Payment | Session)} - {""})
    locked = await connection.fetch(LOCK_PAYMENTS, payment_ids) if payment_ids else []
    books.payments.update((row["payment_id"], rows.payment_of(row)) for row in locked)
    named = [fact.order_id for fact in facts] + [payment.order_id for payment in books.payments.values()]
    order_ids = sorted({order_id for order_id in named if order_id})
    if order_ids:
        await _read_orders(connection, books, order_ids)
    return books


async def _read_orders(connection: Connection, books: Books, order_ids: Sequence[str]) -> None:
    known = {row["order_id"]: rows.known_of(row) for row in await connection.fetch(LOCK_ORDERS, order_ids)}
    if not known:
        return
    orders = await _whole(connection, list(known))
    books.orders.update((order_id, replace(one, order=orders[order_id])) for order_id, one in known.items())


async def _whole(connection: Connection, order_ids: Sequence[str]) -> dict[str, Order]:
    """Orders with all that they are made of."""
    payments: dict[str, list[Payment]] = {order_id: [] for order_id in order_ids}
    for row in await connection.fetch(PAYMENTS_OF, order_ids):
        payments[row["order_id"]].append(rows.payment_of(row))
    orders = {order_id: Order(order_id).with_all(found) for order_id, found in payments.items()}
    for kept in PARTS.values():
        for row in await connection.fetch(kept.of_orders, order_ids):
            orders[row["order_id"]] = orders[row["order_id"]].with_part(kept.part(row))
    return orders


async def open_as_they_stand(connection: Connection, order_ids: Sequence[str], merchant_id: str) -> Books:
    """Lock orders and read what they are made of now; one whose row is missing goes on from its last change.

    Left out are those that no fact is known of.
    """
    books = Books(merchant_id)
    known = {row["order_id"]: rows.known_of(row) for row in await connection.fetch(LOCK_ORDERS, order_ids)}
    told = {row["order_id"]: row["version"] for row in await connection.fetch(LAST_VERSIONS, order_ids)}
    orders = await _whole(connection, order_ids)
    for order_id, order in orders.items():
        if not order.is_told_of:
            continue
        one = known.get(order_id) or Known(order, told.get(order_id, 0))
        books.orders[order_id] = replace(one, order=order, version=max(one.version, told.get(order_id, 0)))
    return books


async def write_books(connection: Connection, books: Books, now: datetime) -> None:
    """Write what is new in the books. Raises Overtaken if somebody else created one of these rows meanwhile."""
    payments = {key: rows.payment_row(books.payments[key], now) for key in sorted(books.new_payments)}
    await bulk.write(connection, payments, created=books.created_payments, by=PAYMENTS)
    orders = {key: rows.order_row(books.orders[key], now) for key in sorted(books.new_versions)}
    await bulk.write(connection, orders, created=books.created_orders, by=ORDERS)
    for kind, anew in books.new_parts.items():
        kept = PARTS[kind]
        await connection.execute(*kept.write.of(kept.row(anew[key]) for key in sorted(anew)))
