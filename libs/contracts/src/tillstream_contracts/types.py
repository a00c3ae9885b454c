"""The small words that every event is made of."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

OrderId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""Names one order, in our API, in Stripe's metadata and in a Kafka key."""

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


class Frozen(BaseModel):
    """A value: it never changes once made, and a reader passes over fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Amounts(Frozen):
    """Where an order's money stands, each in minor units of the order's currency."""

    ordered: MinorUnits
    captured: MinorUnits
    refunded: MinorUnits
    disputed: MinorUnits
