"""Events of our own as a test needs them, and what events of any topic come to."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from order_service.attached_facts import read_payment_attached
from order_service.fold import Books
from order_service.placed_facts import read_order_placed
from order_service.stripe_events import read_stripe_event
from order_service.summary import Summary
from order_service.told import Told
from stripes_events import EPOCH
from tillstream_contracts import OrderPlaced, PaymentAttached


def order_placed(order_id: str = "ord_1", **changes: Any) -> bytes:
    """intent-api's event for the same 19.99 usd."""
    placed = {
        "event_id": OrderPlaced.id_for(order_id),
        "occurred_at": datetime.fromtimestamp(EPOCH, UTC),
        "merchant_id": "default",
        "order_id": order_id,
        "reference": "shop-7",
        "customer_id": "customer-9",
        "currency": "usd",
        "amount": 1999,
        "lines": [],
        "metadata": {"colour": "blue", "a": "b"},
        "payment_intent_id": "pi_1",
        "checkout_session_id": None,
        **changes,
    }
    return OrderPlaced.model_validate(placed).model_dump_json().encode()


def payment_attached(order_id: str, *, pi: str = "pi_1", after: timedelta = timedelta()) -> bytes:
    """An operator's event, `after` a fixed moment."""
    at = datetime.fromtimestamp(EPOCH, UTC) + after
    told = {"payment_intent_id": pi, "order_id": order_id, "currency": "usd"}
    event = {"event_id": f"att_{pi}_{order_id}_{at.isoformat()}", "occurred_at": at, "merchant_id": "default", **told}
    return PaymentAttached.model_validate(event).model_dump_json().encode()


def read(value: bytes) -> Told:
    """What an event of any topic tells."""
    if value.startswith(b'{"event_id":"att_'):
        return read_payment_attached(value)
    return read_order_placed(value) if b'"lines"' in value else read_stripe_event(value, order_id_key="order_id")


def books_of(*values: bytes) -> Books:
    """What stands in the books after these events."""
    books = Books("default")
    for value in values:
        books.take_in(read(value), datetime.fromtimestamp(EPOCH, UTC))
    return books


def end_of(*values: bytes, order_id: str = "ord_1") -> Summary | None:
    """What an order is after these events; that it is the same in whatever order they come is made sure of."""
    orders = [books_of(*way).orders.get(order_id) for way in itertools.islice(itertools.permutations(values), 120)]
    ends = {known.summary if known else None for known in orders}
    assert len(ends) == 1, ends
    return ends.pop()
