"""`OrderPlaced` becomes facts: the order, and the payment or session that was opened for it."""

from dataclasses import replace
from typing import Final

import orjson
from pydantic import ValidationError

from order_service.payment import Named, Namer, payment_told
from order_service.placed import Placed
from order_service.session import Session
from order_service.statuses import PaymentStatus, SessionStatus
from order_service.told import Fact, Told, Unreadable
from tillstream_contracts import OrderPlaced
from tillstream_contracts.money import written

BEFORE_ALL: Final = 0
"""To be opened comes before all else that becomes of a payment, whatever the clocks of two programs say."""


def read_order_placed(value: bytes) -> Told:
    """What the event tells. Raises Unreadable."""
    placed = _validated(value)
    return Told(
        event_id=placed.event_id,
        event_type=OrderPlaced.TYPE,
        occurred_at=placed.occurred_at,
        order_id=placed.order_id,
        payment_id=placed.payment_intent_id,
        facts=_facts(placed),
        words=f"Order of {written(placed.amount, placed.currency)} was placed",
    )


def _facts(placed: OrderPlaced) -> tuple[Fact, ...]:
    order_id, amount, currency = placed.order_id, placed.amount, placed.currency
    facts: list[Fact] = [_placed(placed)]
    if placed.payment_intent_id:
        named = Named(Namer.ITSELF, int(placed.occurred_at.timestamp()), order_id)
        opened = payment_told(
            placed.payment_intent_id, PaymentStatus.OPEN, at=BEFORE_ALL, amount=amount, currency=currency
        )
        facts.append(replace(opened, named=named))
    if placed.checkout_session_id:
        facts.append(Session(order_id, placed.checkout_session_id, SessionStatus.OPEN, amount, currency))
    return tuple(facts)


def _placed(placed: OrderPlaced) -> Placed:
    return Placed(
        occurred_at=placed.occurred_at,
        order_id=placed.order_id,
        merchant_id=placed.merchant_id,
        currency=placed.currency,
        amount=placed.amount,
        reference=placed.reference or "",
        customer_id=placed.customer_id or "",
        metadata=orjson.dumps(placed.metadata, option=orjson.OPT_SORT_KEYS).decode(),
    )


def _validated(value: bytes) -> OrderPlaced:
    try:
        placed = OrderPlaced.model_validate_json(value)
    except ValidationError as error:
        fields = ", ".join(sorted({str((*item["loc"], "value")[0]) for item in error.errors()}))
        raise Unreadable(f"It is no OrderPlaced; wrong: {fields}.") from error
    if b"\\u0000" in value and "\x00" in "".join(_texts(placed)):
        raise Unreadable("One of its texts holds the character NUL, which PostgreSQL cannot keep.")
    return placed


def _texts(placed: OrderPlaced) -> list[str]:
    optional = (placed.reference, placed.customer_id, placed.payment_intent_id, placed.checkout_session_id)
    return [placed.event_id, *(text for text in optional if text), *placed.metadata, *placed.metadata.values()]
