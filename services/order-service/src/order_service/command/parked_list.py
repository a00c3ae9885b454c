"""Which records are parked, and what became of each: what PostgreSQL knows, asked by what an operator looks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from order_service.command.places import Place
from order_service.postgres import Connection

ALL: Final = """
    SELECT known.topic, known.partition, known.record_offset, known.event_id, known.event_type, known.order_id,
        known.reason, known.parked_at, copy.parked_by, copy.copy_partition, copy.copy_offset, copy.has_value,
        last.acted_by, last.acted_at, last.because, last.written_partition, last.written_offset,
        before.partition AS before_partition, before.record_offset AS before_offset,
        CASE
            WHEN last.action = 'discard' THEN 'discarded'
            WHEN last.action = 'replay' THEN 'replayed'
            WHEN before.record_offset IS NOT NULL THEN 'again'
            ELSE 'open'
        END AS state
    FROM parked_records AS known
    LEFT JOIN parked_copies AS copy USING (topic, partition, record_offset)
    LEFT JOIN LATERAL (
        SELECT acted.* FROM operator_actions AS acted
        WHERE (acted.topic, acted.partition, acted.record_offset) = (known.topic, known.partition, known.record_offset)
            AND (acted.action = 'discard' OR acted.written_offset IS NOT NULL)
        ORDER BY acted.line DESC LIMIT 1
    ) AS last ON true
    LEFT JOIN LATERAL (
        SELECT acted.partition, acted.record_offset FROM operator_actions AS acted
        WHERE acted.topic = known.topic AND acted.written_partition = known.partition
            AND acted.written_offset = known.record_offset LIMIT 1
    ) AS before ON true"""
MATCHING: Final = f"""
    SELECT * FROM ({ALL}) AS parked
    WHERE ($1::text IS NULL OR topic = $1) AND ($2::text IS NULL OR strpos(lower(reason), lower($2)) > 0)
        AND ($3::timestamptz IS NULL OR parked_at >= $3) AND ($4::text IS NULL OR starts_with(event_type, $4))
        AND state = ANY($5::text[])"""  # noqa: S608  # all of it is ours
PAGE: Final = f"""{MATCHING}
        AND ($6::timestamptz IS NULL OR (parked_at, topic, partition, record_offset) < ($6, $7, $8, $9))
    ORDER BY parked_at DESC, topic DESC, partition DESC, record_offset DESC LIMIT $10"""
COUNT: Final = f"SELECT state, count(*) FROM ({MATCHING}) AS found GROUP BY state"  # noqa: S608
ONE: Final = f"SELECT * FROM ({ALL}) AS parked WHERE (topic, partition, record_offset) = ($1, $2, $3)"  # noqa: S608


class State(StrEnum):
    """What became of a parked record."""

    OPEN = "open"
    AGAIN = "again"
    """It was replayed, and parked again: replaying alone does not help."""
    REPLAYED = "replayed"
    DISCARDED = "discarded"


WORDS: Final = {
    State.OPEN: "open",
    State.AGAIN: "parked again",
    State.REPLAYED: "replayed",
    State.DISCARDED: "discarded",
}
WAITING: Final = (State.OPEN, State.AGAIN)
"""Somebody has to decide about these."""


@dataclass(frozen=True, slots=True)
class Known:
    """A parked record, without what it says."""

    place: Place
    event_id: str | None
    event_type: str | None
    order_id: str | None
    reason: str
    parked_at: datetime
    parked_by: str | None
    copy: Place | None
    """Where it stands among the parked ones; None while that has not been looked up."""
    has_value: bool
    state: State
    by: str | None
    at: datetime | None
    because: str | None
    written: Place | None
    """Where its latest replay stands."""
    before: Place | None
    """Whose replay it is."""


@dataclass(frozen=True, slots=True)
class Filters:
    """All have to hold; of the states any."""

    topic: str | None = None
    reason: str | None = None
    since: datetime | None = None
    event_type: str | None = None
    states: tuple[State, ...] = WAITING

    def given(self) -> tuple[Any, ...]:
        """As the statements take them."""
        return self.topic, self.reason, self.since, self.event_type, list(self.states)


async def page(connection: Connection, filters: Filters, *, after: Known | None, limit: int) -> Sequence[Known]:
    """Parked records, newest first, beginning behind another."""
    cursor = (after.parked_at, after.place.topic, after.place.partition, after.place.offset) if after else (None,) * 4
    return [_known(row) for row in await connection.fetch(PAGE, *filters.given(), *cursor, limit)]


async def count(connection: Connection, filters: Filters) -> dict[State, int]:
    """How many there are in each state."""
    return {State(state): number for state, number in await connection.fetch(COUNT, *filters.given())}


async def find(connection: Connection, place: Place) -> Known | None:
    """The record that first stood there."""
    row = await connection.fetchrow(ONE, place.topic, place.partition, place.offset)
    return _known(row) if row else None


def _known(row: Any) -> Known:
    topic = row["topic"]
    return Known(
        place=Place(topic, row["partition"], row["record_offset"]),
        event_id=row["event_id"],
        event_type=row["event_type"],
        order_id=row["order_id"],
        reason=row["reason"],
        parked_at=row["parked_at"],
        parked_by=row["parked_by"],
        copy=_place(f"{topic}.parked", row["copy_partition"], row["copy_offset"]),
        has_value=bool(row["has_value"]),
        state=State(row["state"]),
        by=row["acted_by"],
        at=row["acted_at"],
        because=row["because"],
        written=_place(topic, row["written_partition"], row["written_offset"]),
        before=_place(topic, row["before_partition"], row["before_offset"]),
    )


def _place(topic: str, partition: int | None, offset: int | None) -> Place | None:
    return None if partition is None or offset is None else Place(topic, partition, offset)
