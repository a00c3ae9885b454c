"""Stripe's words end here: a Stripe event's bytes become facts in ours.

Each kind of object has its own reader; a new type of event is one row in one of their tables. Only what orders
depend on is read, so a new field, a new type or a new version of Stripe's API is no error.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import orjson

from order_service import (
    charge_facts,
    dispute_facts,
    invoice_facts,
    payment_facts,
    refund_facts,
    session_facts,
    subscription_facts,
)
from order_service.happening import Happening, Reader, Saying
from order_service.stripe_values import BEGINNING, Object, an_id, an_object, metadata, moment, name, plain, reference
from order_service.told import Told, Unreadable

READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        **payment_facts.READERS,
        **session_facts.READERS,
        **refund_facts.READERS,
        **dispute_facts.READERS,
        **charge_facts.READERS,
        **subscription_facts.READERS,
        **invoice_facts.READERS,
    }
)
"""By the type of an event that Stripe sent with its object."""
OBSERVED: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "payment_intent": payment_facts.observed,
        "checkout.session": session_facts.observed,
        "refund": refund_facts.refund_of,
        "dispute": dispute_facts.dispute_of,
        "subscription": subscription_facts.subscription_of,
        "invoice": invoice_facts.invoice_of,
        "invoice_payment": invoice_facts.invoice_payment_of,
    }
)
"""By the kind of an object that was fetched from Stripe: what it says of itself counts, not what made us look."""
CARD: Final = "It is about a saved payment method, which Stripe keeps; no money moves"
CHARGE: Final = "The payment's own events tell the same"
WHY_NOT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "payment_intent.partially_funded": "Part of the money is there; the payment succeeds once all of it is",
        "setup_intent.succeeded": CARD,
        "setup_intent.setup_failed": CARD,
        "payment_method.attached": CARD,
        "payment_method.detached": CARD,
        "payment_method.automatically_updated": CARD,
        "charge.pending": CHARGE,
        "charge.succeeded": CHARGE,
        "charge.captured": CHARGE,
        "charge.failed": CHARGE,
    }
)
"""Why an order that is named by an event of this type does not depend on it."""
PAYMENT: Final = "payment_intent"
THIN: Final = "Stripe announced it without its content; that is fetched from Stripe"


def read_stripe_event(value: bytes, *, order_id_key: str) -> Told:
    """What the event tells. Raises Unreadable; a type that orders do not depend on is told without facts instead."""
    event = _json_object(value)
    event_id, event_type = an_id(event.get("id"), "the event's id"), an_id(event.get("type"), "the event's type")
    data, observed = an_object(event.get("data")), _is_observed(event)
    thing = an_object(data.get("object"))
    reader = OBSERVED.get(plain(thing.get("object"))) if observed else READERS.get(event_type)
    occurred_at = moment(event.get("created"))
    if occurred_at is None:
        if reader:
            raise Unreadable("When it happened is missing or malformed.")
        return Told(event_id, event_type, BEGINNING)
    order_id = name(metadata(thing, order_id_key)) or None
    happening = Happening(
        event_type,
        thing,
        int(occurred_at.timestamp()),
        order_id,
        api_version=plain(event.get("api_version")),
        before=an_object(data.get("previous_attributes")),
        event_id=event_id,
    )
    saying = reader(happening) if reader else Saying(words=WHY_NOT.get(event_type, "") or _thin(event))
    return Told(
        event_id=event_id,
        event_type=event_type,
        occurred_at=occurred_at,
        order_id=order_id,
        payment_id=_payment_id(event_type, thing or an_object(event.get("related_object"))),
        facts=saying.facts,
        billing=saying.billing,
        words=saying.words,
        note=_note(happening, order_id_key),
        observed=observed,
    )


def _json_object(value: bytes) -> Object:
    try:
        event = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Unreadable("The value is not JSON.") from error
    if not isinstance(event, dict):
        raise Unreadable("The value is JSON, but no object.")
    return event


def _is_observed(event: Object) -> bool:
    """Whether the resolver or the reconciler fetched the object and made this event; Stripe's have no such member."""
    if "tillstream" not in event:
        return False
    made = an_object(event["tillstream"])
    return bool(plain(made.get("resolved")) or plain(made.get("refetched")))


def _thin(event: Object) -> str:
    return THIN if an_object(event.get("related_object")) and "data" not in event else ""


def _payment_id(event_type: str, thing: Object) -> str | None:
    """The PaymentIntent that the event is about, whatever its type."""
    is_payment = event_type.startswith("payment_intent.") or PAYMENT in (thing.get("object"), thing.get("type"))
    return reference(thing.get("id" if is_payment else "payment_intent")) or None


def _note(happening: Happening, key: str) -> str:
    if happening.order_id is None and metadata(happening.thing, key) not in (None, ""):
        return f"What its metadata gives as {key} is no order id of ours; kept without an order."
    return ""
