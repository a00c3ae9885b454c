"""Comparing the live schema with the rebuilt one, row by row, at one moment of the live one."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from order_service.postgres import Connection
from order_service.rebuilding.differences import (
    COMPARED,
    KNOWN_SINCE,
    Difference,
    Row,
    can_be_compared,
    difference,
    merged,
)
from order_service.rebuilding.topics import Place

ROWS_AT_A_TIME: Final = 1000
MOST_KEPT: Final = 10_000
"""How many differences of either sort are kept and shown; the others are counted."""
LATE: Final = timedelta(days=1)
"""A consumer may have been behind by as much when it first saw what it took in."""
CONSUMED: Final = "SELECT topic, partition, next_offset FROM consumed WHERE topic = ANY($1::text[])"


@dataclass(slots=True)
class Count:
    """How many rows of a table are the same, differ, and cannot be compared, as the topics no longer reach so far."""

    same: int = 0
    differ: int = 0
    unknown: int = 0


@dataclass(slots=True)
class Comparison:
    """What came of it."""

    counts: dict[str, Count] = field(default_factory=dict)
    mendable: list[Difference] = field(default_factory=list)
    only_live: list[Difference] = field(default_factory=list)
    """What no record tells of. It is kept by itself, so that much of it leaves room for what can be mended."""
    only_live_count: int = 0

    @property
    def differences(self) -> list[Difference]:
        """All that are kept."""
        return [*self.mendable, *self.only_live]

    @property
    def differ(self) -> int:
        """How many rows do."""
        return sum(count.differ for count in self.counts.values())

    def add(self, found: Difference) -> None:
        """Count it, and keep it if there is room."""
        self.counts[found.table].differ += 1
        self.only_live_count += found.rebuilt is None
        kept = self.only_live if found.rebuilt is None else self.mendable
        if len(kept) < MOST_KEPT:
            kept.append(found)


def known_from(reaches_back_to: datetime | None) -> datetime | None:
    """Rows first known after this can be compared, where the topics reach back so far; None if all can."""
    return reaches_back_to and reaches_back_to + LATE


async def reached(connection: Connection, topics: Collection[str]) -> dict[Place, int]:
    """How far a schema has taken the topics in."""
    rows = await connection.fetch(CONSUMED, sorted(topics))
    return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def compare(live: Connection, rebuilt: Connection, reaches_back_to: datetime | None) -> Comparison:
    """Read both to the end, side by side, each in its transaction."""
    since = known_from(reaches_back_to)
    comparison = Comparison()
    for table in COMPARED:
        count = comparison.counts[table] = Count()
        async for left, right in merged(table, _rows(live, table), _rows(rebuilt, table)):
            if not can_be_compared(left, since):
                count.unknown += 1
            elif found := difference(table, left, right):
                comparison.add(found)
            else:
                count.same += 1
    return comparison


async def _rows(connection: Connection, table: str) -> AsyncIterator[Row]:
    """A table's rows in the order of their keys, as Python compares them."""
    compared = COMPARED[table]
    order = ", ".join(f't.{name} COLLATE "C"' for name in compared.key)
    query = f"SELECT t.*, {compared.since} AS {KNOWN_SINCE} FROM {table} AS t ORDER BY {order}"  # noqa: S608  # our own names
    async for row in connection.cursor(query, prefetch=ROWS_AT_A_TIME):
        yield dict(row)
