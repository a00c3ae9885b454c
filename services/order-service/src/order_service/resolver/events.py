"""Thin events as Stripe sends them, and the snapshot events that stand for them once their object is known.

Source: Stripe's "Migrate from snapshot events to thin events": a thin event's type is the snapshot's after `v1.`, and
`snapshot_event` is the id of the snapshot event about the same occurrence, by which the two count as one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from order_service.records import Record
from tillstream_contracts.headers import texts
from tillstream_contracts.stripe_keys import is_id, key_of

THIN: Final = ("v1.", "v2.")
"""How thin events' types begin."""
MAX_BYTES: Final = 2**20
"""A larger record is no thin event; the consumer of orders parks it."""
_PATH: Final = re.compile(
    r"/v1/(payment_intents|charges|refunds|disputes|checkout/sessions|setup_intents|payment_methods|subscriptions"
    r"|invoices|invoice_payments)/[A-Za-z0-9_]{1,255}",
    re.ASCII,
)
"""The objects that tell of orders, subscriptions and saved cards; nothing else is ever asked for."""
_CONTEXT: Final = re.compile(r"[A-Za-z0-9_]{1,255}(/[A-Za-z0-9_]{1,255}){0,3}", re.ASCII)


class Unresolvable(Exception):
    """A thin event that can never be resolved as it stands: park it. Prints why, without any of its content."""


@dataclass(frozen=True, slots=True)
class Object:
    """Where to ask Stripe for an object, and on whose behalf."""

    path: str
    context: str | None

    @property
    def id(self) -> str:
        """Stripe's id of it."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Thin:
    """A thin event about an object that can be asked for."""

    id: str
    snapshot_id: str
    """The id under which it takes effect."""
    type: str
    """As snapshot events name it."""
    created: datetime
    livemode: bool
    about: Object


@dataclass(frozen=True, slots=True)
class Answer:
    """An object as Stripe returned it."""

    body: bytes
    content: Mapping[str, Any]
    api_version: str
    date: str = ""
    """When, by Stripe's clock, as HTTP writes it."""


def read_thin(record: Record) -> Thin | None:
    """The thin event in a record; None for any other record, readable or not, and for objects of no concern to us.

    Raises Unresolvable.
    """
    told_type = texts(record.headers).get("ce_type", THIN[0])
    if not told_type.startswith(THIN) or not record.value or len(record.value) > MAX_BYTES:
        return None
    try:
        event = orjson.loads(record.value)
    except orjson.JSONDecodeError:
        return None  # the consumer of orders parks it
    if not isinstance(event, dict) or not str(event.get("type")).startswith("v1."):
        return None
    path = _path(event.get("related_object"))
    return _thin(event, path) if path else None


def snapshot(thin: Thin, answer: Answer) -> bytes:
    """The snapshot event, with the object exactly as Stripe wrote it."""
    account = (thin.about.context or "").rpartition("/")[2]
    event = {
        "id": thin.snapshot_id,
        "object": "event",
        "api_version": answer.api_version,
        "created": int(thin.created.timestamp()),
        "data": {"object": orjson.Fragment(answer.body)},
        "livemode": thin.livemode,
        "pending_webhooks": 0,
        "request": None,
        "type": thin.type,
        "tillstream": {"resolved": thin.id},
    }
    of_account = {"account": account, "context": thin.about.context} if account else {}
    return orjson.dumps({**event, **of_account})


def snapshot_key(thin: Thin, answer: Answer) -> str:
    """Its key in Kafka, as webhook-ingest would choose it."""
    return key_of({"data": {"object": answer.content}}, thin.snapshot_id)


def _path(related: object) -> str | None:
    url = related.get("url") if isinstance(related, dict) else None
    return url if isinstance(url, str) and _PATH.fullmatch(url) else None


def _thin(event: Mapping[str, Any], path: str) -> Thin:
    thin_id, snapshot_id = event.get("id"), event.get("snapshot_event")
    if not is_id(thin_id) or not is_id(snapshot_type := event["type"].removeprefix("v1.")):
        raise Unresolvable("Its id or type is missing or malformed.")
    effect_id = f"{thin_id}.resolved" if snapshot_id is None else snapshot_id
    if not is_id(effect_id):
        raise Unresolvable("Its snapshot_event is no id, or it has none and its own id is too long to make one from.")
    return Thin(
        id=str(thin_id),
        snapshot_id=str(effect_id),
        type=snapshot_type,
        created=_created(event.get("created")),
        livemode=event.get("livemode") is True,
        about=Object(path, _context(event.get("context"))),
    )


def _context(value: object) -> str | None:
    if value in (None, ""):
        return None
    if isinstance(value, str) and _CONTEXT.fullmatch(value):
        return value
    raise Unresolvable("Its context is malformed.")


def _created(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        moment = moment.astimezone(UTC) if moment and moment.tzinfo else moment and moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.timestamp() < 0:
        raise Unresolvable("When it happened is missing or malformed.")
    return moment
