"""What a browser and notifier say to each other over `GET /v1/stream` (WebSocket, JSON text frames)."""

from typing import Annotated, Literal

from pydantic import Field

from tillstream_contracts.types import (
    Amounts,
    Currency,
    Frozen,
    LatestInvoice,
    OrderId,
    OrderStatus,
    SubscriptionId,
    SubscriptionItem,
    SubscriptionStatus,
    Timestamp,
)


class Subscribe(Frozen):
    """The browser's one frame: what it watches (the token says), and the version of it that it has already seen."""

    type: Literal["subscribe"]
    token: Annotated[str, Field(min_length=1, max_length=2048)]
    after_version: Annotated[int, Field(ge=0, le=2**53)] = 0


class OrderFrame(Frozen):
    """An order as it stands at `version`."""

    order_id: OrderId
    reference: str | None
    version: Annotated[int, Field(ge=0)]
    """0 while order-service has not heard of the order yet; its status is then `pending`."""
    status: OrderStatus
    previous_status: OrderStatus | None
    currency: Currency | None
    amounts: Amounts
    flags: tuple[str, ...]
    at: Timestamp


class Snapshot(OrderFrame):
    """The first frame after a subscription."""

    type: Literal["snapshot"] = "snapshot"


class Status(OrderFrame):
    """A newer version of the order."""

    type: Literal["status"] = "status"


class SubscriptionFrame(Frozen):
    """A subscription as it stands at `version`."""

    subscription_id: SubscriptionId
    version: Annotated[int, Field(ge=0)]
    """0 while order-service has not heard of the subscription yet; its status is then `incomplete`."""
    status: SubscriptionStatus
    previous_status: SubscriptionStatus | None
    currency: Currency | None
    items: tuple[SubscriptionItem, ...]
    cancel_at_period_end: bool
    current_period_end: Timestamp | None
    trial_end: Timestamp | None
    latest_invoice: LatestInvoice | None
    flags: tuple[str, ...]
    at: Timestamp


class SubscriptionSnapshot(SubscriptionFrame):
    """The first frame after a subscription to a subscription."""

    type: Literal["snapshot"] = "snapshot"


class SubscriptionUpdate(SubscriptionFrame):
    """A newer version of the subscription."""

    type: Literal["status"] = "status"


class Heartbeat(Frozen):
    """The stream is alive. A browser cannot see WebSocket pings, so this lets it notice a dead connection."""

    type: Literal["heartbeat"] = "heartbeat"
    next_within_seconds: Annotated[float, Field(gt=0)]
    """Unless another frame comes within about twice this time the connection is dead: connect again."""


class StreamError(Frozen):
    """Why notifier closes the connection: `code` is stable, `detail` says what to do."""

    type: Literal["error"] = "error"
    code: str
    detail: str
