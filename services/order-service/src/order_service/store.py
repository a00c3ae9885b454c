"""PostgreSQL's side of a batch: one transaction, a dozen statements whatever its size.

Why READ COMMITTED is enough. The inbox's key admits each event once: an insert waits for any other transaction with
the same event to end. Then the payments and after them the orders are locked, each in the order of their ids, so
that two batches never wait for each other in a circle; and only then is read what they are made of, by statements
that begin after the lock and so see all that its last holder wrote. A payment changes only under its own lock and
that of its order. What does not exist yet cannot be locked: should two transactions create the same order or
payment, the second finds that its row was not inserted, and starts again (`Overtaken`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orjson import Fragment

from order_service import bulk, rows
from order_service.consumed import Reach, reach
from order_service.fold import Books
from order_service.forgotten import without_forgotten
from order_service.inbox import Heard, first_sight
from order_service.ledger import open_as_they_stand, open_books, write_books
from order_service.postgres import Connection
from order_service.subscription_store import SubscriptionsWritten, take_in_subscriptions
from order_service.tables import ChangeRow, TimelineRow, table
from order_service.timeline import Line
from order_service.told import Told
from tillstream_contracts import OrderStatusChanged

CHANGES = bulk.names(table(ChangeRow))
"""The columns of a change."""
CHANGES_CAUSED = f"SELECT {CHANGES} FROM order_changes WHERE cause_event_id = ANY($1::text[])"  # noqa: S608  # our own
APPEND_CHANGES = bulk.append(table(ChangeRow))
APPEND_TIMELINE = bulk.append(table(TimelineRow))


@dataclass(frozen=True, slots=True)
class Change:
    """One version of an order, ready to be published."""

    order_id: str
    version: int
    cause_event_id: str
    occurred_at: datetime
    body: str

    def row(self) -> bulk.Row:
        """A row of `order_changes`; PostgreSQL keeps the body as it is, to the letter."""
        return self.order_id, self.version, self.cause_event_id, self.occurred_at, Fragment(self.body)

    @classmethod
    def of(cls, change: OrderStatusChanged) -> "Change":
        """The change that the fold noted."""
        return cls(change.order_id, change.version, change.cause.event_id, change.occurred_at, change.model_dump_json())


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch left: a line for each event that was new, and all changes that its events ever caused."""

    lines: list[Line]
    repeated: int
    changes: list[Change]
    subscriptions: SubscriptionsWritten


async def take_in(
    connection: Connection,
    heard: Sequence[Heard],
    *,
    merchant_id: str,
    now: datetime,
    reached: Sequence[Reach] = (),
) -> Written:
    """Let each event take effect once, in one transaction, which also says how far it reaches in Kafka.

    Changes come in the order of versions.

    Those that repeated events had caused come again: who committed them may have crashed before publishing them.
    Raises what `failures` sorts.
    """
    async with connection.transaction():
        above = await reach(connection, reached, now)
        first = await without_forgotten(connection, await first_sight(connection, heard, now), merchant_id)
        repeated = {one.told.event_id for one in heard} - first.keys()
        again = await _caused_by(connection, repeated)
        of_orders = [told for told in first.values() if told.concerns_orders]
        books = await open_books(connection, of_orders, merchant_id)
        books.above = above
        taken = [books.take_in(told, now) for told in of_orders]
        lines = [*taken, *books.goodbyes]
        await write_books(connection, books, now)
        fresh = await _append(connection, books, lines, now)
        subscriptions = await take_in_subscriptions(
            connection, [*first.values()], repeated, merchant_id=merchant_id, now=now, above=above
        )
    changes = sorted([*again, *fresh], key=lambda change: (change.order_id, change.version))
    return Written(lines, len(heard) - len(first), changes, subscriptions)


async def renew(
    connection: Connection, order_ids: Sequence[str], told: Told, *, merchant_id: str, now: datetime
) -> list[Change]:
    """Let each of these orders be again what its facts say: what it is told for changes by `told`, in a next version.

    Inside the caller's transaction, which keeps batches out.
    """
    books = await open_as_they_stand(connection, sorted(order_ids), merchant_id)
    books.above = await reach(connection, (), now)
    lines = books.renew(told, now)
    await write_books(connection, books, now)
    return await _append(connection, books, lines, now)


async def _caused_by(connection: Connection, event_ids: set[str]) -> list[Change]:
    if not event_ids:
        return []
    return [Change(**row) for row in await connection.fetch(CHANGES_CAUSED, sorted(event_ids))]


async def _append(connection: Connection, books: Books, lines: Sequence[Line], now: datetime) -> list[Change]:
    """Write down the changes and the timeline; neither is ever altered."""
    changes = [Change.of(change) for change in books.changes]
    if changes:
        await connection.execute(*APPEND_CHANGES.of(change.row() for change in changes))
    if lines:
        await connection.execute(*APPEND_TIMELINE.of(rows.timeline_row(line, now) for line in lines))
    return changes
