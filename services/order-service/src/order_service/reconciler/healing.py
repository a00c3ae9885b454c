"""The records that heal: Stripe's events as it lists them, and events made of what its objects say now. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final

import orjson

from order_service.publisher import Outgoing
from tillstream_contracts import EventHeaders
from tillstream_contracts.headers import HEALED
from tillstream_contracts.stripe_keys import is_id, key_of

SOURCE: Final = "tillstream/order-service"
LISTED, REFETCHED = "listed", "refetched"
MAX_VALUE_BYTES: Final = 1_000_000
"""What fits into Kafka's `message.max.bytes` with its headers."""
INTENT_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "requires_payment_method": "payment_intent.created",
        "requires_confirmation": "payment_intent.created",
        "requires_action": "payment_intent.requires_action",
        "processing": "payment_intent.processing",
        "requires_capture": "payment_intent.amount_capturable_updated",
        "canceled": "payment_intent.canceled",
        "succeeded": "payment_intent.succeeded",
    }
)
SESSION_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {"complete": "checkout.session.completed", "expired": "checkout.session.expired"}
)
TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "refund": "refund.updated",
        "dispute": "charge.dispute.updated",
        "subscription": "customer.subscription.updated",
        "invoice": "invoice.updated",
    }
)


def listed(event: Mapping[str, Any], value: bytes, topic: str, now: datetime) -> Outgoing:
    """The record for an event of Stripe's, with the key and headers that webhook-ingest would have given it."""
    return _outgoing(event, value, topic, now, LISTED)


def refetched(
    thing: Mapping[str, Any], api_version: str, at: datetime, cause: str, *, changed_at: datetime | None = None
) -> dict[str, Any] | None:
    """The event that tells how an object stands, None for one that tells nothing.

    Its id is of what is told, and of when its cause last changed here: the same state of the object is the same event,
    whoever looks and however often, until it has been in another one meanwhile.
    """
    kind = _type(thing)
    if kind is None or not is_id(thing.get("id")):
        return None
    state = blake2b(orjson.dumps([thing, changed_at], option=orjson.OPT_SORT_KEYS), digest_size=10).hexdigest()
    return {
        "id": f"{thing['id']}.seen.{state}",
        "object": "event",
        "api_version": api_version,
        "created": int(at.timestamp()),
        "data": {"object": thing},
        "livemode": thing.get("livemode") is True,
        "pending_webhooks": 0,
        "request": None,
        "type": kind,
        "tillstream": {"refetched": cause},
    }


def refetched_record(event: Mapping[str, Any], topic: str, now: datetime) -> Outgoing:
    """The record for it."""
    return _outgoing(event, orjson.dumps(event), topic, now, REFETCHED)


def _type(thing: Mapping[str, Any]) -> str | None:
    """What Stripe would call the event that left the object like this."""
    kind, status = thing.get("object"), str(thing.get("status"))
    if kind == "payment_intent":
        failed = status == "requires_payment_method" and thing.get("last_payment_error")
        return "payment_intent.payment_failed" if failed else INTENT_TYPES.get(status)
    return SESSION_TYPES.get(status) if kind == "checkout.session" else TYPES.get(str(kind))


def _outgoing(event: Mapping[str, Any], value: bytes, topic: str, now: datetime, way: str) -> Outgoing:
    key = key_of(dict(event), event["id"])
    recorded = now.isoformat(timespec="microseconds").replace("+00:00", "Z")
    headers = EventHeaders(
        id=event["id"],
        source=SOURCE,
        type=event["type"],
        time=datetime.fromtimestamp(event["created"], UTC),
        partition_key=key,
        extensions=(("ce_recordedtime", recorded), (HEALED, way)),
    )
    return Outgoing(topic, key.encode(), value, headers.to_kafka())
