"""What the parts of Tillstream say to each other: events, topics, headers, tokens. No I/O, no settings."""

from tillstream_contracts.events import Cause, Event, OrderLine, OrderPlaced, OrderStatusChanged
from tillstream_contracts.headers import EventHeaders
from tillstream_contracts.topics import ORDERS_PLACED, ORDERS_STATUS, STRIPE_EVENTS, TOPICS, Topic
from tillstream_contracts.types import Amounts, OrderStatus

__all__ = [
    "ORDERS_PLACED",
    "ORDERS_STATUS",
    "STRIPE_EVENTS",
    "TOPICS",
    "Amounts",
    "Cause",
    "Event",
    "EventHeaders",
    "OrderLine",
    "OrderPlaced",
    "OrderStatus",
    "OrderStatusChanged",
    "Topic",
]
