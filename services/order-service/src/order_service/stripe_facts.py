"""Stripe's words end here: a Stripe event's bytes become facts in ours.

Only what orders depend on is read, so a new field, a new type or a new version of Stripe's API is no error.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

import orjson

from order_service.order import Mention, Payment, Session, payment_told
from order_service.statuses import PaymentStatus, SessionStatus
from order_service.told import Fact, Told, Unreadable

MAX_MINOR_UNITS: Final = 10**15
LAST_SECOND: Final = 253_402_300_799
"""The last of the year 9999, as in webhook-ingest."""
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ID = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""An order's or a merchant's, as the contracts have them."""
_TEXT = re.compile(r"[^\0]{1,200}", re.DOTALL)
"""A reference or a customer's id, as the contracts have them, without what PostgreSQL cannot keep."""
_CURRENCY = re.compile(r"[a-z]{3}", re.ASCII)

Object = Mapping[str, Any]

PAYMENT_TYPES: Final[Mapping[str, PaymentStatus]] = MappingProxyType(
    {
        "payment_intent.created": PaymentStatus.OPEN,
        "payment_intent.requires_action": PaymentStatus.REQUIRES_ACTION,
        "payment_intent.processing": PaymentStatus.PROCESSING,
        "payment_intent.amount_capturable_updated": PaymentStatus.AUTHORIZED,
        "payment_intent.payment_failed": PaymentStatus.FAILED,
        "payment_intent.canceled": PaymentStatus.CANCELED,
        "payment_intent.succeeded": PaymentStatus.SUCCEEDED,
    }
)
SESSION_TYPES: Final[Mapping[str, SessionStatus]] = MappingProxyType(
    {
        "checkout.session.completed": SessionStatus.AWAITING_FUNDS,
        "checkout.session.async_payment_succeeded": SessionStatus.PAID,
        "checkout.session.async_payment_failed": SessionStatus.FAILED,
        "checkout.session.expired": SessionStatus.EXPIRED,
    }
)
SETTLED: Final = ("paid", "no_payment_required")


def read_stripe_event(value: bytes, *, order_id_key: str) -> Told:
    """What the event tells. Raises Unreadable; a type that orders do not depend on is told without facts instead."""
    event = _json_object(value)
    event_id, event_type = _id(event.get("id"), "the event's id"), _id(event.get("type"), "the event's type")
    handled, moment = event_type in PAYMENT_TYPES or event_type in SESSION_TYPES, _moment(event.get("created"))
    if moment is None and handled:
        raise Unreadable("When it happened is missing or malformed.")
    if moment is None:
        return Told(event_id, event_type, BEGINNING)
    told_of = _object(event)
    payment_id, order_id = _payment_id(event_type, told_of), _order_id(told_of, order_id_key)
    return Told(
        event_id=event_id,
        event_type=event_type,
        occurred_at=moment,
        order_id=order_id,
        payment_id=payment_id,
        facts=_facts(event_type, told_of, order_id, int(moment.timestamp())),
        note=_note(told_of, order_id, order_id_key),
    )


def _facts(event_type: str, told_of: Object, order_id: str | None, at: int) -> tuple[Fact, ...]:
    if event_type in PAYMENT_TYPES:
        payment = _payment(told_of, PAYMENT_TYPES[event_type], order_id, at)
        return (payment, *_mention(told_of, order_id, payment.telling.currency, at))
    if event_type in SESSION_TYPES:
        return _session(told_of, SESSION_TYPES[event_type], order_id, at)
    return ()


def _mention(told_of: Object, order_id: str | None, currency: str, at: int) -> tuple[Mention, ...]:
    """What the metadata tells of the order that it names, by the names that intent-api gives."""
    if order_id is None:
        return ()
    merchant_id = _matching(_NAME, _metadata(told_of, "merchant_id"))
    reference, customer_id = (_matching(_TEXT, _metadata(told_of, name)) for name in ("reference", "customer_id"))
    return (Mention(order_id, at, currency, merchant_id, reference, customer_id),)


def _payment(intent: Object, status: PaymentStatus, order_id: str | None, at: int) -> Payment:
    error = intent.get("last_payment_error") if status is PaymentStatus.FAILED else None
    error = error if isinstance(error, dict) else {}
    return payment_told(
        _id(intent.get("id"), "the PaymentIntent's id"),
        status,
        at=at,
        amount=_amount(intent.get("amount"), "amount"),
        currency=_currency(intent.get("currency")),
        captured=_amount(intent.get("amount_received", 0), "amount_received"),
        order_id=order_id,
        attempt="" if status is PaymentStatus.OPEN else _attempt(intent, error),
        charge="" if status is PaymentStatus.OPEN else _reference(intent.get("latest_charge")),
        customer_id=_reference(intent.get("customer")),
        error=_plain(error.get("decline_code")) or _plain(error.get("code")),
    )


def _attempt(intent: Object, error: Object) -> str:
    """What this try at paying is with: the payment method, which a failed PaymentIntent only keeps in its error."""
    return _reference(error.get("payment_method")) or _reference(intent.get("payment_method"))


def _session(session: Object, status: SessionStatus, order_id: str | None, at: int) -> tuple[Fact, ...]:
    """The session, and the payment that a paid one vouches for."""
    if session.get("currency") is None:
        return ()  # it sets up a payment method, no money is asked for
    session_id = _id(session.get("id"), "the Checkout Session's id")
    settled = session.get("payment_status") in SETTLED
    if status is SessionStatus.AWAITING_FUNDS and settled:
        status = SessionStatus.PAID
    amount, currency = _amount(session.get("amount_total") or 0, "amount_total"), _currency(session["currency"])
    payment_id = _reference(session.get("payment_intent"))
    facts: list[Fact] = []
    if order_id:
        facts.append(Session(order_id, session_id, status, amount, currency, payment_id))
    if status is SessionStatus.PAID and payment_id:
        facts.append(_payment_of_session(payment_id, amount, currency, order_id, at))
    return (*facts, *_mention(session, order_id, currency, at))


def _payment_of_session(payment_id: str, amount: int, currency: str, order_id: str | None, at: int) -> Payment:
    paid = PaymentStatus.SUCCEEDED
    return payment_told(payment_id, paid, at=at, amount=amount, currency=currency, captured=amount, order_id=order_id)


def _json_object(value: bytes) -> Object:
    try:
        event = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Unreadable("The value is not JSON.") from error
    if not isinstance(event, dict):
        raise Unreadable("The value is JSON, but no object.")
    return event


def _object(event: Object) -> Object:
    """Stripe's `data.object`; empty where there is none, as in thin events."""
    data = event.get("data")
    told_of = data.get("object") if isinstance(data, dict) else None
    return told_of if isinstance(told_of, dict) else {}


def _payment_id(event_type: str, told_of: Object) -> str | None:
    """The PaymentIntent that the event is about, whatever its type."""
    named = told_of.get("id") if event_type.startswith("payment_intent.") else told_of.get("payment_intent")
    return _reference(named) or None


def _metadata(told_of: Object, key: str) -> object:
    metadata = told_of.get("metadata")
    return metadata.get(key) if isinstance(metadata, dict) else None


def _order_id(told_of: Object, key: str) -> str | None:
    return _matching(_NAME, _metadata(told_of, key)) or None


def _note(told_of: Object, order_id: str | None, key: str) -> str:
    if order_id is None and _metadata(told_of, key) not in (None, ""):
        return f"What its metadata gives as {key} is no order id of ours; kept without an order."
    return ""


def _id(value: object, what: str) -> str:
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise Unreadable(f"{what[0].upper()}{what[1:]} is missing or malformed.")


def _reference(value: object) -> str:
    """The id of another object, which Stripe may have expanded; empty if there is none."""
    return _plain(value.get("id") if isinstance(value, dict) else value)


def _plain(value: object) -> str:
    """A short word in printable ASCII; empty for anything else."""
    return _matching(_ID, value)


def _matching(pattern: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""


def _amount(value: object, what: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_MINOR_UNITS:
        return value
    raise Unreadable(f"Its {what} is no amount of money.")


def _currency(value: object) -> str:
    if isinstance(value, str) and _CURRENCY.fullmatch(value):
        return value
    raise Unreadable("Its currency is missing or malformed.")


def _moment(value: object) -> datetime | None:
    """A snapshot event has Unix seconds, a thin one ISO 8601; None for anything else, and before 1970."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
            return moment if moment >= BEGINNING else None
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LAST_SECOND:
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError):
        pass
    return None
