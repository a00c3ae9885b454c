"""`PaymentAttached` becomes a fact: which order a payment belongs to, on an operator's word."""

from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import ValidationError

from order_service.payment import Named, Namer, payment_behind
from order_service.told import Told, Unreadable
from tillstream_contracts import PaymentAttached

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def read_payment_attached(value: bytes) -> Told:
    """What the event tells. Raises Unreadable."""
    attached = _validated(value)
    payment_id, order_id = attached.payment_intent_id, attached.order_id
    named = Named(Namer.OPERATOR, (attached.occurred_at - _EPOCH) // _MICROSECOND, order_id)
    return Told(
        event_id=attached.event_id,
        event_type=PaymentAttached.TYPE,
        occurred_at=attached.occurred_at,
        order_id=order_id,
        payment_id=payment_id,
        facts=(payment_behind(payment_id, attached.currency, named),),
        words=f"Payment {payment_id} was attached to order {order_id} by an operator",
    )


def _validated(value: bytes) -> PaymentAttached:
    try:
        attached = PaymentAttached.model_validate_json(value)
    except ValidationError as error:
        fields = ", ".join(sorted({str((*item["loc"], "value")[0]) for item in error.errors()}))
        raise Unreadable(f"It is no PaymentAttached; wrong: {fields}.") from error
    if "\x00" in attached.payment_intent_id + attached.event_id or attached.occurred_at < _EPOCH:
        raise Unreadable("Its ids or its time are none that PostgreSQL can keep.")
    return attached
