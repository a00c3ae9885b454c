"""Which Kafka key an event of Stripe's has: what belongs to one payment stands in one partition, in one row.

Of thin events only the object's id is known, so what is not a PaymentIntent's stands elsewhere until it is resolved.
"""

import re
from typing import Any, Final

_ID: Final = re.compile(r"[!-~]{1,255}", re.ASCII)


def key_of(event: dict[str, Any], event_id: str) -> str:
    """The PaymentIntent's id when the event names one, else the object's; the event's own where the object has none."""
    thing = _object(event)
    return _payment_intent(thing) or _id(thing) or event_id


def is_id(value: object) -> bool:
    """Whether it can stand in a Kafka key and in a header: printable ASCII, at most 255 characters."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _object(event: dict[str, Any]) -> object:
    """A snapshot event's object, or what a thin event says about the object that it is about."""
    data = event.get("data")
    if isinstance(data, dict) and "object" in data:
        return data["object"]
    return event.get("related_object")


def _payment_intent(thing: object) -> str | None:
    """Named by charges, refunds, disputes and Checkout Sessions directly, by invoice payments one level deeper."""
    if not isinstance(thing, dict) or thing.get("object") == "payment_intent":
        return None
    named = _id(thing.get("payment_intent"))
    if named is None and isinstance(payment := thing.get("payment"), dict):
        named = _id(payment.get("payment_intent"))
    return named


def _id(thing: object) -> str | None:
    """The id of an object, which Stripe writes as the id alone or, expanded, as the whole object."""
    value = thing.get("id") if isinstance(thing, dict) else thing
    return str(value) if is_id(value) else None
