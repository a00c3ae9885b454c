"""What one life is: what happens to one order at Stripe, and how it ends."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["order", "subscription", "unmatched"]


@dataclass(frozen=True, slots=True)
class Event:
    """One of Stripe's events, as its bytes are posted."""

    event_id: str
    type: str
    created: int
    """The second in which it happened at Stripe, which may be hours before it is posted."""
    body: bytes
    dropped: bool = False
    """Never posted; only Stripe's list of events knows it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """How a life ends by the rules that are written down: what order-service has to answer once all has arrived."""

    kind: Kind
    id: str
    """The order's or the subscription's id of ours; of unmatched money its PaymentIntent's."""
    status: str
    """As order-service writes it: of unmatched money the payment's own (`succeeded`)."""
    amount: int = 0
    captured: int = 0
    refunded: int = 0
    disputed: int = 0
    currency: str = "eur"
    flags: tuple[str, ...] = ()
    latest_invoice: str | None = None
    """The status of a subscription's latest invoice."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What intent-api answered when the life's order was placed through it."""

    order_id: str
    payment_intent_id: str


@dataclass(frozen=True, slots=True)
class Life:
    """Everything that happens to one order, subscription or payment, in the order in which it happens."""

    number: int
    key: str
    """The Idempotency-Key with which it begins at intent-api."""
    kind: str
    """Which of the catalogue's it is."""
    events: tuple[Event, ...]
    expected: Expected
    through_intent_api: bool = False
    amount: int = 0
    currency: str = "eur"
    without_effect: frozenset[str] = field(default_factory=frozenset)
    """The ids of its events that must change nothing, yet stay in Kafka."""
