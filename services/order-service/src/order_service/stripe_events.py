"""Stripe's words end here: a Stripe event's bytes become facts in ours.

Each kind of object has its own reader; a new type of event is one row in one of their tables. Only what orders
depend on is read, so a new field, a new type or a new version of Stripe's API is no error.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import orjson

from order_service import payment_facts, session_facts
from order_service.happening import Happening, Reader, Saying
from order_service.stripe_values import BEGINNING, Object, an_id, an_object, metadata, moment, name, reference
from order_service.told import Told, Unreadable

READERS: Final[Mapping[str, Reader]] = MappingProxyType({**payment_facts.READERS, **session_facts.READERS})


def read_stripe_event(value: bytes, *, order_id_key: str) -> Told:
    """What the event tells. Raises Unreadable; a type that orders do not depend on is told without facts instead."""
    event = _json_object(value)
    event_id, event_type = an_id(event.get("id"), "the event's id"), an_id(event.get("type"), "the event's type")
    occurred_at, reader = moment(event.get("created")), READERS.get(event_type)
    if occurred_at is None and reader:
        raise Unreadable("When it happened is missing or malformed.")
    if occurred_at is None:
        return Told(event_id, event_type, BEGINNING)
    thing = an_object(an_object(event.get("data")).get("object"))
    happening = Happening(event_type, thing, int(occurred_at.timestamp()), name(metadata(thing, order_id_key)) or None)
    saying = reader(happening) if reader else Saying()
    return Told(
        event_id=event_id,
        event_type=event_type,
        occurred_at=occurred_at,
        order_id=happening.order_id,
        payment_id=_payment_id(event_type, thing),
        facts=saying.facts,
        note=_note(happening, order_id_key) or saying.words,
    )


def _json_object(value: bytes) -> Object:
    try:
        event = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Unreadable("The value is not JSON.") from error
    if not isinstance(event, dict):
        raise Unreadable("The value is JSON, but no object.")
    return event


def _payment_id(event_type: str, thing: Object) -> str | None:
    """The PaymentIntent that the event is about, whatever its type."""
    named = thing.get("id") if event_type.startswith("payment_intent.") else thing.get("payment_intent")
    return reference(named) or None


def _note(happening: Happening, key: str) -> str:
    if happening.order_id is None and metadata(happening.thing, key) not in (None, ""):
        return f"What its metadata gives as {key} is no order id of ours; kept without an order."
    return ""
