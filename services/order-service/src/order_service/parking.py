"""What a record looks like in `<topic>.parked`: untouched, with the reason beside it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from order_service.publisher import Outgoing
from order_service.records import Record
from order_service.told import Told
from tillstream_contracts.headers import texts

if TYPE_CHECKING:
    from order_service import bulk  # brings SQLAlchemy, which the resolver has no use for

SUFFIX = ".parked"
ORDER_SERVICE, RESOLVER = "order-service", "resolver"
"""Who may park a record, by the group of consumers."""
HEADERS = ("parked_reason", "parked_from", "parked_by", "parked_at", "parked_without_value")
"""What is added to a record's own headers, after them."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A record that could not be read or applied, why, and what is known of it."""

    record: Record
    reason: str
    told: Told | None = None
    is_ours: bool = False
    """Whether it failed here, perhaps by our own fault, and not by what it says alone."""


def outgoing(parked: Parked, now: datetime, *, by: str = ORDER_SERVICE) -> Outgoing:
    """The record for the parked topic; where it stood first tells copies apart, and finds the value of a huge one."""
    record = parked.record
    added = {
        "parked_reason": parked.reason,
        "parked_from": f"{record.topic}/{record.partition}/{record.offset}",
        "parked_by": by,
        "parked_at": now.isoformat(),
    }
    headers = [*record.headers, *((name, text.encode()) for name, text in added.items())]
    too_large = [(name, text.encode()) for name, text in {**added, "parked_without_value": "too large"}.items()]
    topic = record.topic + SUFFIX
    return Outgoing(topic, record.key, record.value, headers, Outgoing(topic, record.key, None, too_large))


def parked_row(parked: Parked, now: datetime) -> "bulk.Row":
    """A row of `parked_records`."""
    record, told = parked.record, parked.told
    return (
        record.topic,
        record.partition,
        record.offset,
        told.event_id if told else _header(record, "ce_id"),
        told.event_type if told else _header(record, "ce_type"),
        told.order_id if told else None,
        parked.reason,
        told.occurred_at if told else datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC),
        now,
        told.stripe_subscription_id if told else None,
    )


def _header(record: Record, name: str) -> str | None:
    """A header as PostgreSQL can keep it."""
    text = texts(record.headers).get(name)
    return text.replace("\x00", "")[:255] if text else None
