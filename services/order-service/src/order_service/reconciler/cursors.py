"""How far each walk has come, across restarts and leaders."""

from dataclasses import dataclass
from datetime import UTC, datetime

from order_service.reconciler.leadership import Lead

READ = "SELECT name, reached_at, reached_id FROM reconciler_cursors"
ADVANCE = """
    INSERT INTO reconciler_cursors AS known (name, reached_at, reached_id) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET reached_at = excluded.reached_at, reached_id = excluded.reached_id
    WHERE (known.reached_at, known.reached_id) < (excluded.reached_at, excluded.reached_id)"""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A moment, and within it an id; everything up to there is done."""

    at: datetime
    id: str = ""


NOWHERE = Place(datetime(1970, 1, 1, tzinfo=UTC))


async def read_cursors(lead: Lead) -> dict[str, Place]:
    """Where each walk stands."""
    return {row["name"]: Place(row["reached_at"], row["reached_id"]) for row in await lead.fetch(READ)}


async def advance(lead: Lead, name: str, place: Place) -> None:
    """The walk has come so far; it never goes back, whoever says so."""
    await lead.fetch(ADVANCE, name, place.at, place.id)
