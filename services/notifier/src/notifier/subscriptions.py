"""Subscriptions, as clients get them. No I/O."""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field

from notifier.frames import Change
from notifier.kinds import Heard, Kind
from notifier.wire import encoded
from tillstream_contracts import (
    SUBSCRIPTIONS_STATUS,
    LatestInvoice,
    SubscriptionItem,
    SubscriptionStatus,
    SubscriptionStatusChanged,
)
from tillstream_contracts.stream import SubscriptionFrame, SubscriptionSnapshot, SubscriptionUpdate
from tillstream_contracts.types import Currency, Frozen, MerchantId, SubscriptionId, Timestamp


class Told(SubscriptionUpdate):
    """What notifier reads of a `SubscriptionStatusChanged`: the frame that clients get, and whose it is."""

    merchant_id: Annotated[MerchantId, Field(exclude=True)]
    at: Annotated[Timestamp, Field(validation_alias="occurred_at")]


class StoredSubscription(Frozen):
    """What notifier reads of order-service's `GET /v1/subscriptions/{subscription_id}`."""

    subscription_id: SubscriptionId
    version: Annotated[int, Field(ge=0)]
    status: SubscriptionStatus
    previous_status: SubscriptionStatus | None = None
    currency: Currency | None
    items: tuple[SubscriptionItem, ...]
    cancel_at_period_end: bool
    current_period_end: Timestamp | None
    trial_end: Timestamp | None
    latest_invoice: LatestInvoice | None
    flags: tuple[str, ...] = ()
    updated_at: Timestamp


def read_event(value: bytes) -> Heard:
    """An event from Kafka as the `status` frame that clients get."""
    told = Told.model_validate_json(value)
    return Heard(told.merchant_id, told.subscription_id, told.at, Change(told.version, encoded(told)))


def read_stored(body: bytes) -> Change:
    """A subscription as it is stored, as a `snapshot` frame."""
    stored = StoredSubscription.model_validate_json(body)
    return Change(stored.version, encoded(SubscriptionSnapshot(**_fields_of(stored), at=stored.updated_at)))


def unheard_of(subscription_id: str, now: datetime) -> Change:
    """The snapshot of a subscription that order-service has not heard of yet: incomplete, version 0."""
    frame = SubscriptionSnapshot(
        subscription_id=subscription_id,
        version=0,
        status=SubscriptionStatus.INCOMPLETE,
        previous_status=None,
        currency=None,
        items=(),
        cancel_at_period_end=False,
        current_period_end=None,
        trial_end=None,
        latest_invoice=None,
        flags=(),
        at=now,
    )
    return Change(0, encoded(frame))


def _fields_of(told: StoredSubscription) -> dict[str, Any]:
    return {name: getattr(told, name) for name in SubscriptionFrame.model_fields if name != "at"}


SUBSCRIPTIONS: Final = Kind(
    "subscription",
    topic=SUBSCRIPTIONS_STATUS,
    event_type=SubscriptionStatusChanged.TYPE,
    path="/v1/subscriptions/",
    read_event=read_event,
    read_stored=read_stored,
    unheard_of=unheard_of,
)
