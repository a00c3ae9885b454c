"""Orders and subscriptions that stand too long in a state that should move, and when each is asked for again.

Nothing is remembered of any of them: with every status and every pause goes one walk along the time of their last
change, a pause behind now. So each is due once per pause, the pauses grow, and the last one is the end of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from order_service.reconciler.cursors import NOWHERE, Place
from order_service.reconciler.leadership import Lead
from order_service.tables import UNSETTLED

GROWS: Final = 4
LONGEST: Final = timedelta(days=30)
BILLING: Final = "status = ANY (ARRAY['incomplete', 'past_due'])"
RUNNING: Final = "status = ANY (ARRAY['trialing', 'active'])"
SLOW: Final[Mapping[str, int]] = MappingProxyType({"processing": 4, "authorized": 16, "past_due": 16})
"""How many times as long as others these may stand: banks take days, shops ship before they capture."""
ORDERS: Final = ("pending", "requires_action", "processing", "authorized", "payment_failed")
OLDEST: Final = f"""
    SELECT status, (
        SELECT updated_at FROM orders
        WHERE orders.status = given.status AND orders.{UNSETTLED} AND updated_at > $2
        ORDER BY updated_at LIMIT 1
    ) AS since FROM unnest($1::text[]) AS given(status)"""  # noqa: S608  # all names are our own


@dataclass(frozen=True, slots=True)
class Kind:
    """What is walked along."""

    name: str
    id: str
    at: str
    where: str

    @property
    def due(self) -> str:
        """The question for those that are due."""
        table = self.name
        return f"""
            SELECT {self.id} AS id, {self.at} AS at FROM {table}
            WHERE status = $1 AND {self.where}
                AND {self.at} > $2 AND {self.at} <= $3 AND ({self.at}, {self.id}) > ($4, $5)
            ORDER BY {self.at}, {self.id} LIMIT $6"""  # noqa: S608  # all names are our own


OF_ORDERS: Final = Kind("orders", "order_id", "updated_at", UNSETTLED)
OF_BILLING: Final = Kind("subscriptions", "subscription_id", "updated_at", BILLING)
OF_PERIODS: Final = Kind("subscriptions", "subscription_id", "current_period_end", RUNNING)
STATUSES: Final = (
    *((OF_ORDERS, status) for status in ORDERS),
    *((OF_BILLING, status) for status in ("incomplete", "past_due")),
    *((OF_PERIODS, status) for status in ("trialing", "active")),
)


@dataclass(frozen=True, slots=True)
class Walk:
    """Those of one status whose last change is longer ago than `after`, and not as long as `until`."""

    kind: Kind
    status: str
    after: timedelta
    until: timedelta

    @property
    def name(self) -> str:
        """What its cursor is called."""
        return f"{self.kind.name}/{self.status}/{self.after.total_seconds():.0f}"


@dataclass(frozen=True, slots=True)
class Due:
    """One that is due, and its place in the walk."""

    id: str
    place: Place


def pauses(first: timedelta) -> list[timedelta]:
    """When to look after the last change, again and again: each time later by a factor, the last time after 30 days."""
    found = [first]
    while found[-1] * GROWS < LONGEST:
        found.append(found[-1] * GROWS)
    return [*found, LONGEST] if found[-1] < LONGEST else found


def walks(first: timedelta) -> list[Walk]:
    """All of them. Who is due for a longer pause is not asked for at a shorter one, too."""
    found = []
    for kind, status in STATUSES:
        moments = pauses(min(first * SLOW.get(status, 1), LONGEST))
        untils = [*moments[1:], LONGEST + first]
        found += [Walk(kind, status, after, until) for after, until in zip(moments, untils, strict=True)]
    return found


async def due(lead: Lead, walk: Walk, reached: Place | None, now: datetime, most: int) -> list[Due]:
    """The next ones of a walk, as many at most."""
    place = reached or NOWHERE
    asked = walk.status, now - walk.until, now - walk.after, place.at, place.id, most
    return [Due(row["id"], Place(row["at"], row["id"])) for row in await lead.fetch(walk.kind.due, *asked)]


async def oldest(lead: Lead, now: datetime) -> dict[str, float]:
    """Since how many seconds the order of each status that has stood longest has stood, of the last 30 days."""
    rows: Sequence[Mapping[str, datetime | None]] = await lead.fetch(OLDEST, list(ORDERS), now - LONGEST)
    return {str(row["status"]): (now - row["since"]).total_seconds() if row["since"] else 0.0 for row in rows}
