"""Between rows and what they mean: each function mirrors one table, column by column."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from order_service.dispute import Dispute
from order_service.fold import Known
from order_service.mention import Mention
from order_service.order import Order
from order_service.payment import NOBODY, Named, Payment, Telling
from order_service.placed import Placed
from order_service.refund import Refund
from order_service.session import Session
from order_service.statuses import PAYMENT, DisputeStatus, PaymentStatus, RefundStatus, SessionStatus
from order_service.summary import Summary
from order_service.timeline import Line
from tillstream_contracts import Amounts, OrderStatus

Record = Mapping[str, Any]
Parts = Mapping[str, Mapping[str, Any]]
Row = tuple[Any, ...]


def order_row(known: Known, now: datetime) -> Row:
    """A row of `orders`."""
    order_id, version, summary = known.order.order_id, known.version, known.summary
    if summary is None:
        raise ValueError(f"order {order_id} has nothing to tell yet")
    amounts = summary.amounts
    return (
        order_id,
        summary.merchant_id,
        version,
        summary.status,
        known.previous_status,
        summary.currency,
        amounts.ordered,
        amounts.captured,
        amounts.refunded,
        amounts.disputed,
        summary.flags,
        summary.reference,
        summary.customer_id,
        now,
        now,
    )


def known_of(row: Record) -> Known:
    """An order's latest version; its facts stand in other tables."""
    amounts = Amounts.model_construct(
        ordered=row["amount"], captured=row["captured"], refunded=row["refunded"], disputed=row["disputed"]
    )
    summary = Summary(
        merchant_id=row["merchant_id"],
        status=OrderStatus(row["status"]),
        currency=row["currency"],
        amounts=amounts,
        flags=tuple(orjson.loads(row["flags"])),
        reference=row["reference"],
        customer_id=row["customer_id"],
    )
    previous = row["previous_status"]
    return Known(Order(row["order_id"]), row["version"], summary, OrderStatus(previous) if previous else None)


def placement_row(placed: Placed) -> Row:
    """A row of `placements`."""
    return (
        placed.order_id,
        placed.merchant_id,
        placed.occurred_at,
        placed.currency,
        placed.amount,
        placed.reference,
        placed.customer_id,
        orjson.Fragment(placed.metadata),
    )


def placed_of(row: Record) -> Placed:
    """The fact in a row of `placements`."""
    return Placed(
        occurred_at=row["occurred_at"],
        order_id=row["order_id"],
        merchant_id=row["merchant_id"],
        currency=row["currency"],
        amount=row["amount"],
        reference=row["reference"],
        customer_id=row["customer_id"],
        metadata=orjson.dumps(orjson.loads(row["shop_metadata"]), option=orjson.OPT_SORT_KEYS).decode(),
    )


def payment_row(payment: Payment, now: datetime) -> Row:
    """A row of `payments`."""
    telling = payment.telling
    return (
        payment.payment_id,
        payment.order_id,
        payment.named.by,
        payment.named.at,
        payment.status,
        telling.amount,
        payment.captured,
        telling.currency,
        telling.customer_id,
        telling.error,
        telling.status,
        telling.at,
        payment.attempts,
        payment.attempted_at,
        payment.refunds,
        payment.disputes,
        payment.charge_refunded,
        now,
        now,
        payment.named.merchant_id,
    )


def payment_of(row: Record) -> Payment:
    """The facts in a row of `payments`."""
    status, order_id = PaymentStatus(row["told_status"]), row["order_id"]
    final, rank, _ = PAYMENT[status]
    particulars = (row["amount"], row["currency"], row["customer_id"], row["error"])
    return Payment(
        payment_id=row["payment_id"],
        telling=Telling(final, row["told_at"], rank, status, *particulars),
        named=Named(row["named_by"], row["named_at"], order_id, row["named_merchant_id"]) if order_id else NOBODY,
        captured=row["captured"],
        attempts={attempt: PaymentStatus(told) for attempt, told in orjson.loads(row["attempts"]).items()},
        attempted_at=row["attempted_at"],
        refunds=refunds_of(_json(row["refunds"])),
        disputes=disputes_of(_json(row["disputes"])),
        charge_refunded=row["charge_refunded"],
    )


def _json(text: str) -> Parts:
    """What stands in a column; most payments have nothing there."""
    return orjson.loads(text) if text != "{}" else {}


def refunds_of(told: Parts) -> dict[str, Refund]:
    """The facts in `payments.refunds`, by id."""
    return {key: Refund(**{**one, "status": RefundStatus(one["status"])}) for key, one in told.items()}


def disputes_of(told: Parts) -> dict[str, Dispute]:
    """The facts in `payments.disputes`, by id."""
    return {key: Dispute(**{**one, "status": DisputeStatus(one["status"])}) for key, one in told.items()}


def session_row(session: Session) -> Row:
    """A row of `checkout_sessions`."""
    return (
        session.order_id,
        session.session_id,
        session.status,
        session.amount,
        session.currency,
        session.payment_id,
    )


def session_of(row: Record) -> Session:
    """The facts in a row of `checkout_sessions`."""
    return Session(**{**row, "status": SessionStatus(row["status"])})


def mention_row(mention: Mention) -> Row:
    """A row of `mentions`."""
    return (
        mention.order_id,
        mention.at,
        mention.currency,
        mention.merchant_id,
        mention.reference,
        mention.customer_id,
    )


def mention_of(row: Record) -> Mention:
    """The fact in a row of `mentions`."""
    return Mention(**{("at" if column == "told_at" else column): value for column, value in row.items()})


def timeline_row(line: Line, now: datetime) -> Row:
    """A row of `timeline`, without its number."""
    told = line.told
    return (
        told.event_id,
        told.event_type,
        line.order_id,
        told.payment_id,
        line.outcome,
        line.reason,
        line.version,
        told.occurred_at,
        now,
    )
