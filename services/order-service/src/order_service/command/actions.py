"""What operators did, written down: a row for each record that they touched, and a line in the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import structlog

from order_service.command.places import Place
from order_service.postgres import Connection

log = structlog.get_logger(__name__)

BEGIN: Final = """
    INSERT INTO operator_actions (acted_at, acted_by, action, because, topic, partition, record_offset)
    VALUES (now(), $1, $2, $3, $4, $5, $6) RETURNING line"""
WRITTEN: Final = "UPDATE operator_actions SET written_partition = $2, written_offset = $3 WHERE line = $1"
LATEST: Final = """
    SELECT acted_at, acted_by, action, because, topic, partition, record_offset, written_partition, written_offset
    FROM operator_actions WHERE ($1::text IS NULL OR action = $1) AND ($2::text IS NULL OR acted_by = $2)
        AND ($3::timestamptz IS NULL OR acted_at >= $3)
        AND ($4::text IS NULL OR (topic = $4 AND partition = $5 AND record_offset = $6))
    ORDER BY line DESC LIMIT $7"""


class Action(StrEnum):
    """What an operator can do."""

    REPLAY = "replay"
    DISCARD = "discard"
    SWAP = "swap"
    """Let orders be what the topics say."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who does what to which record, and why."""

    by: str
    action: str
    place: Place | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Acted:
    """An act as it is written down; `written` is where Kafka has what was replayed."""

    at: datetime
    act: Act
    written: Place | None


@dataclass(frozen=True, slots=True)
class Which:
    """Which acts are asked for."""

    action: str | None = None
    by: str | None = None
    since: datetime | None = None
    place: Place | None = None
    limit: int = 50


async def note(connection: Connection, act: Act) -> int:
    """Write an act down; the number is its line's."""
    place = act.place
    where = (place.topic, place.partition, place.offset) if place else (None, None, None)
    line: int = await connection.fetchval(BEGIN, act.by, act.action, act.because, *where)
    log.info("operator_acted", action=act.action, by=act.by, record=place and str(place), because=act.because)
    return line


async def note_written(connection: Connection, line: int, written: Place) -> None:
    """Kafka has acknowledged what this line began."""
    await connection.execute(WRITTEN, line, written.partition, written.offset)
    log.info("record_replayed", line=line, written_to=str(written))


async def latest(connection: Connection, which: Which) -> Sequence[Acted]:
    """Acts, newest first."""
    place = which.place
    where = (place.topic, place.partition, place.offset) if place else (None, None, None)
    rows = await connection.fetch(LATEST, which.action, which.by, which.since, *where, which.limit)
    return [_acted(*row) for row in rows]


def _acted(
    at: datetime,
    by: str,
    action: str,
    because: str,
    topic: str | None,
    partition: int,
    offset: int,
    written_partition: int,
    written_offset: int | None,
) -> Acted:
    place = Place(topic, partition, offset) if topic is not None else None
    written = Place(topic, written_partition, written_offset) if topic and written_offset is not None else None
    return Acted(at, Act(by, action, place, because), written)
