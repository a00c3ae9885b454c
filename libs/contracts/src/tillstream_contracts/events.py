"""The events that Tillstream writes to Kafka, by noun.

Each is frozen and versioned. An optional addition stays `v1`; anything else is a `v2` beside it. No id and no
time has a default: who writes an event must know both.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from tillstream_contracts.types import (
    Amounts,
    Currency,
    Frozen,
    LatestInvoice,
    MerchantId,
    MinorUnits,
    OrderId,
    OrderStatus,
    SubscriptionId,
    SubscriptionItem,
    SubscriptionStatus,
    Timestamp,
)

Metadata = Annotated[dict[str, Annotated[str, Field(max_length=500)]], Field(max_length=20)]


class Event(Frozen):
    """What every event carries: its own id (unique for its effect), when it happened, and whose it is."""

    TYPE: ClassVar[str]

    event_id: Annotated[str, Field(min_length=1, max_length=128)]
    occurred_at: Timestamp
    merchant_id: MerchantId


class OrderLine(Frozen):
    """One line of the cart, as priced by the server."""

    sku: Annotated[str, Field(min_length=1, max_length=64)]
    name: Annotated[str, Field(max_length=200)]
    quantity: Annotated[int, Field(ge=1, le=10_000)]
    unit_amount: MinorUnits


class OrderPlaced(Event):
    """Somebody asked to buy: Stripe was asked for a payment, nothing is paid yet."""

    TYPE: ClassVar[str] = "tillstream.order.placed.v1"

    order_id: OrderId
    reference: Annotated[str, Field(max_length=200)] | None
    customer_id: Annotated[str, Field(max_length=200)] | None
    currency: Currency
    amount: MinorUnits
    lines: Annotated[tuple[OrderLine, ...], Field(max_length=100)]
    metadata: Metadata
    payment_intent_id: Annotated[str, Field(max_length=255)] | None
    checkout_session_id: Annotated[str, Field(max_length=255)] | None

    @staticmethod
    def id_for(order_id: str) -> str:
        """The event's id: one order is placed once, so a retry writes the same event again."""
        return f"{order_id}.placed"


class PaymentAttached(Event):
    """An operator said which order a payment belongs to: it beats what Stripe says, a later word beats an earlier."""

    TYPE: ClassVar[str] = "tillstream.payment.attached.v1"

    payment_intent_id: Annotated[str, Field(min_length=1, max_length=255)]
    order_id: OrderId
    currency: Currency
    """The payment's, so that this event may be read before any other about it."""


class Cause(Frozen):
    """The event that made the order change."""

    event_id: Annotated[str, Field(max_length=255)]
    event_type: Annotated[str, Field(max_length=255)]


class OrderStatusChanged(Event):
    """An order changed; the whole snapshot, so that a reader needs no other version of it."""

    TYPE: ClassVar[str] = "tillstream.order.status-changed.v1"

    order_id: OrderId
    reference: Annotated[str, Field(max_length=200)] | None
    version: Annotated[int, Field(ge=1)]
    """Rises by one with each change of this order; a reader drops a version that it has passed."""
    status: OrderStatus
    previous_status: OrderStatus | None
    """None in the order's first version."""
    currency: Currency
    amounts: Amounts
    flags: Annotated[tuple[str, ...], Field(max_length=20)]
    """Things a person should look at: `overpaid`, `currency_mismatch`, …"""
    cause: Cause

    @staticmethod
    def id_for(order_id: str, version: int) -> str:
        """The event's id: the same change published twice has the same id."""
        return f"{order_id}.v{version}"


class SubscriptionStatusChanged(Event):
    """A subscription changed; the whole snapshot, so that a reader needs no other version of it."""

    TYPE: ClassVar[str] = "tillstream.subscription.status-changed.v1"

    subscription_id: SubscriptionId
    stripe_subscription_id: Annotated[str, Field(max_length=255)]
    customer_id: Annotated[str, Field(max_length=255)] | None
    """The shop's own id of its customer, else Stripe's."""
    version: Annotated[int, Field(ge=1)]
    """Rises by one with each change of this subscription; a reader drops a version that it has passed."""
    status: SubscriptionStatus
    previous_status: SubscriptionStatus | None
    """None in the subscription's first version."""
    currency: Currency | None
    items: Annotated[tuple[SubscriptionItem, ...], Field(max_length=100)]
    cancel_at_period_end: bool
    current_period_end: Timestamp | None
    """When the next period begins, or the subscription ends; of several items' periods the earliest end."""
    trial_end: Timestamp | None
    latest_invoice: LatestInvoice | None
    flags: Annotated[tuple[str, ...], Field(max_length=20)]
    """Worth knowing beside the status: `trial_ending`, `invoice_uncollectible`, …"""
    cause: Cause

    @staticmethod
    def id_for(subscription_id: str, version: int) -> str:
        """The event's id: the same change published twice has the same id."""
        return f"{subscription_id}.v{version}"
