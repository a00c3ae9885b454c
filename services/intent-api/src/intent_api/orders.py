"""An order as it is placed, in the three tongues it is told in: ours, Stripe's metadata, and Kafka's event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from intent_api.locales import AUTO
from intent_api.pricing import Priced
from tillstream_contracts import OrderPlaced

RESERVED_METADATA: Final = frozenset(
    {
        "began_with",
        "capture_hash",
        "capture_key",
        "change_hash",
        "change_key",
        "customer_id",
        "merchant_id",
        "order_id",
        "price_source",
        "reference",
        "request_hash",
        "request_key",
        "subscription_id",
    }
)
"""Ours, on the Stripe object; a caller's metadata may not use them."""


@dataclass(frozen=True)
class NewOrder:
    """Everything about an order that is known before Stripe is asked."""

    order_id: str
    merchant_id: str
    request_hash: str
    priced: Priced
    reference: str | None
    customer_id: str | None
    metadata: Mapping[str, str]
    locale: str = AUTO
    """Stripe's, for its hosted page."""
    manual_capture: bool = False
    """The buyer's money is held, to be captured later."""


def stripe_metadata(order: NewOrder) -> dict[str, str]:
    """What travels with the Stripe object.

    The request's hash is there so that Stripe, which compares parameters, tells another body under the same key.
    """
    own = {
        "order_id": order.order_id,
        "merchant_id": order.merchant_id,
        "request_hash": order.request_hash,
        "reference": order.reference,
        "customer_id": order.customer_id,
    }
    every = {**order.metadata, **{name: value for name, value in own.items() if value is not None}}
    return dict(sorted(every.items()))  # a retry that spells its body in another order is still the same


def order_placed(
    order: NewOrder,
    *,
    created: int,
    payment_intent_id: str | None = None,
    checkout_session_id: str | None = None,
) -> OrderPlaced:
    """The event; `created` is the Stripe object's, so that a retry tells exactly the same."""
    return OrderPlaced(
        event_id=OrderPlaced.id_for(order.order_id),
        occurred_at=datetime.fromtimestamp(created, UTC),
        merchant_id=order.merchant_id,
        order_id=order.order_id,
        reference=order.reference,
        customer_id=order.customer_id,
        currency=order.priced.currency,
        amount=order.priced.amount,
        lines=order.priced.lines,
        metadata=dict(sorted(order.metadata.items())),
        payment_intent_id=payment_intent_id,
        checkout_session_id=checkout_session_id,
    )
