"""How far each partition has been taken in, written in the very transaction that took it in.

Kafka remembers the same for the consumer group, and is believed as long as the database says no less. A database that
was restored from a backup does: what came after the backup is taken in again, from where the database really is
(`restoring`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from order_service.failures import WentBack
from order_service.postgres import Connection
from order_service.records import Record

REACH: Final = """
    WITH given AS (
        SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[])
            AS given(topic, partition, since, next_offset)
    ), moved AS (
        UPDATE consumed SET next_offset = greatest(consumed.next_offset, given.next_offset), reached_at = $5
        FROM given WHERE consumed.topic = given.topic AND consumed.partition = given.partition
            AND consumed.next_offset >= given.since
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM moved) AS moved,
        (SELECT coalesce(max(version_floor), 0) FROM consumed WHERE next_offset < replay_until) AS floor"""
KNOWS_LESS: Final = """
    SELECT EXISTS (
        SELECT FROM unnest($1::text[], $2::int[], $3::bigint[]) AS known(topic, partition, next_offset)
        LEFT JOIN consumed USING (topic, partition)
        WHERE consumed.next_offset IS NULL OR consumed.next_offset < known.next_offset
    )"""
FLOOR: Final = "SELECT coalesce(max(version_floor), 0) FROM consumed WHERE next_offset < replay_until"

Partition = tuple[str, int]


class Reach(NamedTuple):
    """How far a batch goes in a partition, and how far its consumer had come there before."""

    topic: str
    partition: int
    since: int
    next_offset: int


@dataclass(slots=True)
class Reached:
    """How far one consumer has come, by partition; what it does not know is 0."""

    known: dict[Partition, int] = field(default_factory=dict)

    def by(self, records: Iterable[Record]) -> list[Reach]:
        """How far these records go, in the sequence in which all consumers lock partitions."""
        ends = {(record.topic, record.partition): record.offset + 1 for record in records}
        return [Reach(*key, self.known.get(key, 0), end) for key, end in sorted(ends.items())]

    def note(self, reached: Iterable[Reach]) -> None:
        """So far it is committed."""
        self.known.update({(one.topic, one.partition): one.next_offset for one in reached})

    async def is_forgotten(self, connection: Connection) -> bool:
        """Whether the database knows less than this consumer has written into it."""
        known = [(*place, offset) for place, offset in self.known.items()]
        found: bool = bool(known) and await connection.fetchval(KNOWS_LESS, *zip(*known, strict=True))
        return found


async def reach(connection: Connection, reached: Sequence[Reach], now: datetime) -> int:
    """Note how far the caller's transaction goes; the number above which it has to give versions.

    That is 0 unless a restored database takes in again what it had before: those versions were published already, and
    none may be given twice. Raises WentBack if the database knows less than this consumer has written into it.
    """
    if not reached:
        floor: int = await connection.fetchval(FLOOR)
        return floor
    row = await connection.fetchrow(REACH, *zip(*reached, strict=True), now)
    if row["moved"] < len(reached):
        raise WentBack
    return int(row["floor"])
