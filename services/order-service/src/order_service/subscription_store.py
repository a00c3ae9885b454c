"""PostgreSQL's side of what a batch tells of subscriptions, within the batch's one transaction (see `store`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orjson import Fragment

from order_service import bulk
from order_service.consumed import reach
from order_service.postgres import Connection
from order_service.subscription_fold import SubscriptionBooks, SubscriptionLine
from order_service.subscription_ledger import (
    open_as_they_stand,
    open_subscription_books,
    write_subscription_books,
)
from order_service.subscription_rows import subscription_timeline_row
from order_service.subscription_tables import SubscriptionChangeRow, SubscriptionTimelineRow
from order_service.tables import table
from order_service.told import Told
from tillstream_contracts import SubscriptionStatusChanged

CHANGES = bulk.names(table(SubscriptionChangeRow))
"""The columns of a change."""
CHANGES_CAUSED = f"SELECT {CHANGES} FROM subscription_changes WHERE cause_event_id = ANY($1::text[])"  # noqa: S608  # our own
APPEND_CHANGES = bulk.append(table(SubscriptionChangeRow))
APPEND_TIMELINE = bulk.append(table(SubscriptionTimelineRow))


@dataclass(frozen=True, slots=True)
class SubscriptionChange:
    """One version of a subscription, ready to be published."""

    subscription_id: str
    version: int
    cause_event_id: str
    occurred_at: datetime
    body: str

    def row(self) -> bulk.Row:
        """A row of `subscription_changes`; PostgreSQL keeps the body as it is, to the letter."""
        return self.subscription_id, self.version, self.cause_event_id, self.occurred_at, Fragment(self.body)

    @classmethod
    def of(cls, change: SubscriptionStatusChanged) -> "SubscriptionChange":
        """The change that the fold noted."""
        whose = change.subscription_id, change.version, change.cause.event_id, change.occurred_at
        return cls(*whose, change.model_dump_json())


@dataclass(frozen=True, slots=True)
class SubscriptionsWritten:
    """What a batch left of subscriptions: lines for what was new, and all changes that its events ever caused."""

    lines: Sequence[SubscriptionLine] = ()
    changes: Sequence[SubscriptionChange] = ()


async def take_in_subscriptions(
    connection: Connection,
    first: Sequence[Told],
    repeated: set[str],
    *,
    merchant_id: str,
    now: datetime,
    above: int = 0,
) -> SubscriptionsWritten:
    """Let each event that is here for the first time take effect; the changes of repeated ones come again.

    Inside the caller's transaction. Raises what `failures` sorts.
    """
    again = await _caused_by(connection, repeated)
    told = [one for one in first if one.billing]
    if not told:
        return SubscriptionsWritten(changes=again)
    books = await open_subscription_books(connection, told, merchant_id)
    books.above = above
    lines = [line for one in told if (line := books.take_in(one, now))]
    await write_subscription_books(connection, books, now)
    fresh = await _append(connection, books, lines, now)
    changes = sorted([*again, *fresh], key=lambda change: (change.subscription_id, change.version))
    return SubscriptionsWritten(lines, changes)


async def renew_subscriptions(
    connection: Connection, stripe_ids: Sequence[str], told: Told, *, merchant_id: str, now: datetime
) -> list[SubscriptionChange]:
    """Let each of these subscriptions be again what its facts say (see `store.renew`)."""
    books = await open_as_they_stand(connection, sorted(stripe_ids), merchant_id)
    books.above = await reach(connection, (), now)
    lines = books.renew(told, now)
    await write_subscription_books(connection, books, now)
    return await _append(connection, books, lines, now)


async def _append(
    connection: Connection, books: SubscriptionBooks, lines: Sequence[SubscriptionLine], now: datetime
) -> list[SubscriptionChange]:
    """Write down the changes and the timeline; neither is ever altered."""
    changes = [SubscriptionChange.of(change) for change in books.changes]
    if changes:
        await connection.execute(*APPEND_CHANGES.of(change.row() for change in changes))
    if lines:
        await connection.execute(*APPEND_TIMELINE.of(subscription_timeline_row(line, now) for line in lines))
    return changes


async def _caused_by(connection: Connection, event_ids: set[str]) -> list[SubscriptionChange]:
    if not event_ids:
        return []
    return [SubscriptionChange(**row) for row in await connection.fetch(CHANGES_CAUSED, sorted(event_ids))]
