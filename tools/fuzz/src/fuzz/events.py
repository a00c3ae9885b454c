"""The readers of Kafka records and of webhooks' bodies."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from fuzz.target import Target, golden, words_of
from order_service.attached_facts import read_payment_attached
from order_service.placed_facts import read_order_placed
from order_service.resolver.events import Answer, Unresolvable, read_thin, snapshot, snapshot_key
from order_service.stripe_events import READERS, read_stripe_event
from order_service.told import Told, Unreadable
from tillstream_contracts import ORDERS_PLACED, PAYMENTS_ATTACHED, STRIPE_EVENTS
from webhook_ingest import stripe_event
from webhook_ingest.stripe_event import NotAnEvent

LONGEST_ID: Final = 255
STRIPES: Final = golden(STRIPE_EVENTS.name)
PLACED: Final = golden(ORDERS_PLACED.name)
ATTACHED: Final = golden(PAYMENTS_ATTACHED.name)


@dataclass(frozen=True)
class Record:
    """A record with this value and no headers."""

    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()
    topic: str = STRIPE_EVENTS.name
    partition: int = 0
    offset: int = 0
    timestamp: int = 0
    key: bytes | None = field(default=None)


def webhook_body(data: bytes) -> None:
    """What is an event can stand in Kafka under its key and headers."""
    with suppress(NotAnEvent):
        event = stripe_event.read(data)
        for text in (event.id, event.type, event.key, event.account or "-"):
            assert 0 < len(text) <= LONGEST_ID
            assert text.isascii()
            assert text.isprintable()
        assert event.created.tzinfo is not None
        event.created.timestamp()


def _reader(read: Callable[[bytes], Told]) -> Callable[[bytes], None]:
    def check(data: bytes) -> None:
        """What is told can be kept by PostgreSQL, which has no NUL and no lone surrogate."""
        with suppress(Unreadable):
            told = read(data)
            text = repr(told)
            assert "\\x00" not in text
            text.encode()

    return check


def thin_event(data: bytes) -> None:
    """What is to be resolved is asked for below /v1, and its snapshot event is readable by all who read those."""
    with suppress(Unresolvable):
        thin = read_thin(Record(data))
        if thin is None:
            return
        assert thin.about.path.startswith("/v1/")
        thing: dict[str, Any] = {"id": thin.about.id, "object": "payment_intent"}
        answer = Answer(orjson.dumps(thing), thing, "2026-10-28.endive")
        resolved = snapshot(thin, answer)
        assert stripe_event.read(resolved).id == thin.snapshot_id
        assert snapshot_key(thin, answer)


TARGETS: Final = (
    Target("webhook-body", webhook_body, STRIPES, words_of(STRIPES)),
    Target(
        "stripe-event",
        _reader(lambda data: read_stripe_event(data, order_id_key="order_id")),
        STRIPES,
        (*words_of(STRIPES), *READERS),
    ),
    Target("order-placed", _reader(read_order_placed), PLACED, words_of(PLACED)),
    Target("payment-attached", _reader(read_payment_attached), ATTACHED, words_of(ATTACHED)),
    Target("thin-event", thin_event, STRIPES, words_of(STRIPES)),
)
