"""What the parts of Tillstream say to each other: events, topics, headers, tokens. No I/O, no settings."""

from tillstream_contracts.events import (
    Cause,
    Event,
    OrderLine,
    OrderPlaced,
    OrderStatusChanged,
    PaymentAttached,
    SubscriptionStatusChanged,
)
from tillstream_contracts.headers import EventHeaders
from tillstream_contracts.topics import (
    ORDERS_PLACED,
    ORDERS_STATUS,
    PAYMENTS_ATTACHED,
    STRIPE_EVENTS,
    SUBSCRIPTIONS_STATUS,
    TOPICS,
    Topic,
)
from tillstream_contracts.types import (
    Amounts,
    InvoiceStatus,
    LatestInvoice,
    OrderStatus,
    SubscriptionItem,
    SubscriptionStatus,
)

__all__ = [
    "ORDERS_PLACED",
    "ORDERS_STATUS",
    "PAYMENTS_ATTACHED",
    "STRIPE_EVENTS",
    "SUBSCRIPTIONS_STATUS",
    "TOPICS",
    "Amounts",
    "Cause",
    "Event",
    "EventHeaders",
    "InvoiceStatus",
    "LatestInvoice",
    "OrderLine",
    "OrderPlaced",
    "OrderStatus",
    "OrderStatusChanged",
    "PaymentAttached",
    "SubscriptionItem",
    "SubscriptionStatus",
    "SubscriptionStatusChanged",
    "Topic",
]
