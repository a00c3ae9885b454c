"""Thin events: that something happened to an object, without the object.

Source: Stripe documentation, "Migrate from snapshot events to thin events"; Stripe API v2 reference, "Events". A thin
event is made from the snapshot event about the same occurrence, its id too, so none has to be kept.
"""

from datetime import UTC, datetime
from typing import Final

from stripe_sim.objects import Object

KIND: Final = "v2.core.event"
_V1: Final = "v1."
_ID, _SNAPSHOT_ID = "evt_test_", "evt_"


def thin(event: Object) -> Object:
    """The thin form of a snapshot event."""
    about = event["data"]["object"]
    return {
        "id": _ID + event["id"].removeprefix(_SNAPSHOT_ID),
        "object": KIND,
        "changes": None,
        "context": event.get("account"),
        "created": written_time(event["created"]),
        "livemode": event["livemode"],
        "reason": _reason(event["request"]),
        "related_object": {"id": about["id"], "type": about["object"], "url": url_of(about)},
        "snapshot_event": event["id"],
        "type": type_of(event["type"]),
    }


def notification(event: Object) -> Object:
    """What is delivered of a thin event: all but what it must be fetched for."""
    return {name: value for name, value in event.items() if name != "changes"}


def type_of(snapshot_type: str) -> str:
    """`v1.payment_intent.succeeded` for `payment_intent.succeeded`."""
    return _V1 + snapshot_type


def snapshot_id(thin_id: str) -> str:
    """The id of the snapshot event about the same occurrence."""
    return _SNAPSHOT_ID + thin_id.removeprefix(_ID)


def url_of(thing: Object) -> str:
    """Where the object is retrieved: `/v1/checkout/sessions/cs_…`."""
    return f"/v1/{thing['object'].replace('.', '/')}s/{thing['id']}"


def written_time(seconds: float) -> str:
    """As API v2 writes a time."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _reason(request: Object) -> Object | None:
    if request["id"] is None:
        return None
    return {"type": "request", "request": {"id": request["id"], "idempotency_key": request["idempotency_key"] or ""}}
