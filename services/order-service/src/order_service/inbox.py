"""The inbox: every event that has taken effect, once each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from order_service import bulk
from order_service.postgres import Connection
from order_service.tables import InboxRow, ParkedRow, table
from order_service.told import Told

FIRST_SIGHT = bulk.insert(table(InboxRow))
COUNT_COPIES = """
    UPDATE inbox SET deliveries = deliveries + later.copies, partition = later.partition,
        last_offset = later.last_offset, last_delivered_at = $4
    FROM (
        SELECT given.event_id, count(*) AS copies, max(given.partition) AS partition,
            max(given.record_offset) AS last_offset
        FROM unnest($1::text[], $2::int[], $3::bigint[]) AS given(event_id, partition, record_offset)
        JOIN inbox AS known ON known.event_id = given.event_id
            AND (known.partition <> given.partition OR known.last_offset < given.record_offset)
        GROUP BY given.event_id
    ) AS later
    WHERE inbox.event_id = later.event_id"""
PARKED = bulk.insert(table(ParkedRow))


@dataclass(frozen=True, slots=True)
class Heard:
    """An event and where in its topic it was heard."""

    told: Told
    partition: int
    offset: int


async def first_sight(connection: Connection, heard: Sequence[Heard], now: datetime) -> dict[str, Told]:
    """The events that are new, by id, in the order heard; from now on they are not.

    Further copies of an event are counted. A record that Kafka delivers again is none: its offset was seen before.
    """
    given = {row[0]: row for row in _inbox_rows(heard, now)}
    inserted = await connection.fetch(*FIRST_SIGHT.of(given[event_id] for event_id in sorted(given)))
    new = {row["event_id"] for row in inserted}
    if len(new) < len(given):
        columns = zip(*((one.told.event_id, one.partition, one.offset) for one in heard), strict=True)
        await connection.execute(COUNT_COPIES, *columns, now)
    first: dict[str, Told] = {}
    for one in heard:
        if one.told.event_id in new:
            first.setdefault(one.told.event_id, one.told)
    return first


def _inbox_rows(heard: Sequence[Heard], now: datetime) -> Iterable[bulk.Row]:
    """A row for each record; of several with the same event the last is right."""
    copies: dict[str, int] = {}
    for one in heard:
        event_id = one.told.event_id
        copies[event_id] = copies.get(event_id, 0) + 1
        yield event_id, one.partition, one.offset, copies[event_id], now


async def note_parked(connection: Connection, given: Iterable[bulk.Row]) -> None:
    """Let timelines know of parked records; one that is parked again is known already."""
    await connection.execute(*PARKED.of(given))
