"""The small words that every event is made of."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

OrderId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""Names one order, in our API, in Stripe's metadata and in a Kafka key."""

SubscriptionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""Names one subscription: our own id of it, or Stripe's where it was not made here."""

MerchantId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""Names whose order it is; `default` where a deployment serves one merchant."""

Currency = Annotated[str, Field(pattern=r"^[a-z]{3}$")]
"""An ISO 4217 code in lower case, as Stripe writes it."""

MinorUnits = Annotated[int, Field(ge=0, le=10**15, strict=True)]
"""Money in the currency's smallest unit: 1999 is 19.99 usd, and 1999 jpy. Never a float."""

Timestamp = AwareDatetime
"""A moment in UTC."""


class OrderStatus(StrEnum):
    """What an order can be (DESIGN §4). Derived from the order's facts, never set."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    PAID = "paid"
    PAYMENT_FAILED = "payment_failed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute_lost"


class SubscriptionStatus(StrEnum):
    """What a subscription can be, in Stripe's own words: it is Stripe that keeps its calendar."""

    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    PAUSED = "paused"
    CANCELED = "canceled"


class InvoiceStatus(StrEnum):
    """What an invoice of a subscription can be."""

    DRAFT = "draft"
    OPEN = "open"
    UNCOLLECTIBLE = "uncollectible"
    VOID = "void"
    NOTHING_DUE = "nothing_due"
    """Settled without any money, as a trial's first invoice is: no payment, though Stripe calls it paid."""
    PAID = "paid"


class Frozen(BaseModel):
    """A value: it never changes once made, and a reader passes over fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Amounts(Frozen):
    """Where an order's money stands, each in minor units of the order's currency."""

    ordered: MinorUnits
    captured: MinorUnits
    refunded: MinorUnits
    disputed: MinorUnits


class SubscriptionItem(Frozen):
    """One thing that is subscribed to."""

    price_id: Annotated[str, Field(max_length=255)]
    sku: Annotated[str, Field(max_length=64)] | None
    """Which product of the catalogue it is; None for a price that was not made here."""
    quantity: Annotated[int, Field(ge=0, le=10**9)]
    """0 where it is billed by what is used."""
    unit_amount: MinorUnits | None
    """What one costs in each period; None where the price is no single amount."""
    interval: Annotated[str, Field(max_length=16)]
    """`day`, `week`, `month` or `year`."""
    interval_count: Annotated[int, Field(ge=1, le=10_000)]
    """How many intervals one period has."""


class LatestInvoice(Frozen):
    """How the newest invoice of a subscription stands, in minor units of its currency."""

    invoice_id: Annotated[str, Field(max_length=255)]
    status: InvoiceStatus
    amount_due: MinorUnits
    amount_paid: MinorUnits
    needs_action: bool
    """The customer has to do something, such as 3-D Secure, before it can be paid."""
