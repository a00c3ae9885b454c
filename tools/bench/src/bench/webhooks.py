"""What Stripe would post when an order is paid: a signed `payment_intent.succeeded` of the usual size."""

import hashlib
import hmac
from typing import Any

import orjson

FILLER = {f"note_{number}": "x" * 60 for number in range(20)}
"""Brings the body to the 2–3 KB of a real event."""


def paid(order_id: str, now: float) -> bytes:
    """The body of the event: PaymentIntent and event ids follow from the order's."""
    intent: dict[str, Any] = {
        "id": f"pi_{order_id}",
        "object": "payment_intent",
        "amount": 1999,
        "amount_capturable": 0,
        "amount_received": 1999,
        "capture_method": "automatic",
        "created": int(now),
        "currency": "usd",
        "customer": None,
        "last_payment_error": None,
        "latest_charge": f"ch_{order_id}",
        "livemode": False,
        "metadata": {"order_id": order_id, **FILLER},
        "status": "succeeded",
    }
    event = {
        "id": f"evt_{order_id}",
        "object": "event",
        "api_version": "2025-09-30.clover",
        "created": int(now),
        "data": {"object": intent},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "payment_intent.succeeded",
    }
    return orjson.dumps(event, option=orjson.OPT_INDENT_2)


def signature(body: bytes, secret: str, now: float) -> str:
    """The `Stripe-Signature` header over these bytes at this time."""
    moment = int(now)
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"
