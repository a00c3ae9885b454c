"""What a record in a parked topic says of itself: where it first stood, why it was parked, and what it was before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from order_service import bulk
from order_service.command.places import NoPlace, Place
from order_service.parking import HEADERS, ORDER_SERVICE, SUFFIX
from order_service.records import Record
from tillstream_contracts.headers import texts

LONGEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Copy:
    """A record in `<topic>.parked`, as two rows: of `parked_copies`, and of `parked_records` if it is not there yet."""

    place: Place
    copy: bulk.Row
    parked: bulk.Row


def read_copy(record: Record) -> Copy | None:
    """None if it does not say where it first stood: somebody else wrote it."""
    told = {name: text.replace("\x00", "")[:LONGEST] for name, text in texts(record.headers).items()}
    try:
        place = Place.parse(told.get("parked_from", ""))
    except NoPlace:
        return None
    if record.topic != place.topic + SUFFIX:
        return None
    key = (place.topic, place.partition, place.offset)
    has_value = "parked_without_value" not in told
    at = _parked_at(told.get("parked_at", ""), record)
    event = (told.get("ce_id"), told.get("ce_type"), None)
    return Copy(
        place,
        (*key, record.partition, record.offset, told.get("parked_by", ORDER_SERVICE), has_value),
        (*key, *event, told.get("parked_reason", "No reason is given."), at, at, None),
    )


def original_headers(headers: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """The record's own; what parking added stands behind them."""
    own = list(headers)
    while own and own[-1][0] in HEADERS:
        own.pop()
    return own


def _parked_at(told: str, record: Record) -> datetime:
    try:
        return datetime.fromisoformat(told).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC)
