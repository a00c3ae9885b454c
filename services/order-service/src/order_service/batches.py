"""What happens to a batch: read, take in, publish. When it is done its offsets may be committed, not before."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import structlog

from order_service import store
from order_service.announcing import announcement
from order_service.belt import Steps
from order_service.consumed import Reach, Reached, reach
from order_service.failures import is_worth_another_try, without_content
from order_service.flags import OF_ORDERS, OF_SUBSCRIPTIONS, gained_flags
from order_service.inbox import Heard, note_parked
from order_service.metrics import Metrics
from order_service.parking import Parked, outgoing, parked_row
from order_service.parking_limit import ParkingLimit
from order_service.postgres import Pool
from order_service.predecessors import AnyChange, Predecessors
from order_service.publisher import Outgoing, Publisher
from order_service.reading import Read, Reader
from order_service.records import Record
from order_service.store import Change, Written
from order_service.subscription_store import SubscriptionChange
from order_service.timeline import Outcome
from tillstream_contracts.headers import texts

log = structlog.get_logger(__name__)

AT_ONCE: Final = 25
"""So many records are read in one go, in about a millisecond: PostgreSQL may wait for the batch before."""


@dataclass(slots=True)
class Taken:
    """What came of a batch's events, and is to be published."""

    batch: Read
    now: datetime
    written: list[Written] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    reached: bool = False
    """Whether it is committed how far the batch goes."""


class Batches:
    """Takes batches in; of each step there is one at a time."""

    def __init__(
        self,
        pool: Pool,
        publisher: Publisher,
        metrics: Metrics,
        *,
        readers: Mapping[str, Reader],
        topic_prefix: str,
        merchant_id: str,
        max_record_bytes: int,
        limit: ParkingLimit,
    ) -> None:
        self._pool, self._publisher, self._metrics, self.readers = pool, publisher, metrics, readers
        self._merchant_id, self._max_record_bytes, self._limit = merchant_id, max_record_bytes, limit
        self.reached = Reached()
        self._predecessors = Predecessors(pool)
        self._topic_prefix = topic_prefix

    @property
    def steps(self) -> Steps[Read, Taken]:
        """What happens to each batch."""
        return Steps(self.read, self.take_in, self.publish)

    async def handle(self, records: Sequence[Record]) -> None:
        """Do all that these records ask for. Raises what makes it worth to deliver them again."""
        await self.publish(await self.take_in(await self.read(records)))

    async def read(self, records: Sequence[Record]) -> Read:
        """Know what they tell, whatever becomes of the batches before; others have their turn meanwhile."""
        batch = Read(records)
        for first in range(0, len(records), AT_ONCE):
            await asyncio.sleep(0)
            batch.add(records[first : first + AT_ONCE], self.readers, max_bytes=self._max_record_bytes)
            self._limit.check(batch.parked)
        return batch

    async def take_in(self, batch: Read) -> Taken:
        """Commit what they tell, and how far they go."""
        self._limit.check(batch.parked)  # again, as others may have been parked since they were read
        taken = Taken(batch, datetime.now(UTC), parked=[*batch.parked])
        reached = self.reached.by(batch.records)
        await self._note(batch.parked, taken.now)  # whoever sees how far the batch goes finds what of it is parked
        await self._take_in(batch.heard, taken, reached)
        await self._note(taken.parked, taken.now)
        if not taken.reached:
            await self._reach(reached, taken.now)
        self.reached.note(reached)
        self._limit.note(taken.parked)
        return taken

    async def publish(self, taken: Taken) -> None:
        """Tell of what is committed."""
        changes: list[AnyChange] = []
        for one in taken.written:
            changes += [*one.changes, *one.subscriptions.changes]
        flagged = await self._flagged(changes)
        traces = {one.told.event_id: record for record, one in taken.batch.heard}
        announced = await self._predecessors.joined(changes)
        published = [self._announcement(change, traces.get(change.cause_event_id)) for change in announced]
        await self._publisher.publish([*published, *(outgoing(one, taken.now) for one in taken.parked)])
        self._predecessors.note(announced)
        self._metrics.changes.inc(len(changes))
        self._count(taken)
        self._alert(flagged)

    async def _take_in(self, heard: Sequence[tuple[Record, Heard]], taken: Taken, reached: Sequence[Reach]) -> None:
        """Take events in together; if one cannot be, find it by halves and let the others through.

        Where most fail the limit ends the search. What was let through by then is published when the batch comes again.
        """
        if not heard:
            return
        try:
            taken.written.append(await self._transaction([one for _, one in heard], taken.now, reached))
        except Exception as error:
            if is_worth_another_try(error):
                raise
            if len(heard) == 1:
                taken.parked.append(_unappliable(*heard[0], error))
                self._limit.check(taken.parked)
                return
        else:
            taken.reached = bool(reached)
            return
        middle = len(heard) // 2
        await self._take_in(heard[:middle], taken, ())
        await self._take_in(heard[middle:], taken, ())

    async def _transaction(self, heard: Sequence[Heard], now: datetime, reached: Sequence[Reach]) -> Written:
        async with self._pool.acquire() as connection:
            return await store.take_in(connection, heard, merchant_id=self._merchant_id, now=now, reached=reached)

    async def _reach(self, reached: Sequence[Reach], now: datetime) -> None:
        """All is done of a batch that had no event of ours, or one that could not be applied, which is noted now."""
        async with self._pool.acquire() as connection:
            await reach(connection, reached, now)

    async def _note(self, parked: Sequence[Parked], now: datetime) -> None:
        if parked:
            async with self._pool.acquire() as connection:
                await note_parked(connection, [parked_row(one, now) for one in parked])

    def _announcement(self, change: Change | SubscriptionChange, cause: Record | None) -> Outgoing:
        """Without a trace where its cause came in another batch."""
        return announcement(change, self._topic_prefix, texts(cause.headers).get("traceparent") if cause else None)

    def _count(self, taken: Taken) -> None:
        events = self._metrics.events
        events.labels("unrelated").inc(taken.batch.unrelated)
        for one in taken.written:
            events.labels("repeated").inc(one.repeated)
            outcomes = [line.outcome for line in one.lines] + [line.outcome for line in one.subscriptions.lines]
            for outcome, lines in Counter(outcomes).items():
                events.labels(outcome.value).inc(lines)
            unmatched = [
                line
                for line in one.lines
                if line.order_id is None and not line.told.billing and line.outcome is Outcome.APPLIED
            ]
            self._metrics.unmatched.inc(len(unmatched))
        for lost in taken.parked:
            self._metrics.parked.labels(lost.record.topic).inc()
            log.warning("record_parked", parked_from=f"{lost.record.topic}/{lost.record.offset}", reason=lost.reason)
        self._metrics.batch_records.observe(len(taken.batch.records))

    async def _flagged(self, changes: Sequence[AnyChange]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """The flags that orders gained, and those that subscriptions did."""
        orders = {(one.order_id, one.version): one.body for one in changes if isinstance(one, Change)}
        subscriptions = {
            (one.subscription_id, one.version): one.body for one in changes if isinstance(one, SubscriptionChange)
        }
        return (
            await gained_flags(self._pool, OF_ORDERS, orders),
            await gained_flags(self._pool, OF_SUBSCRIPTIONS, subscriptions),
        )

    def _alert(self, flagged: tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]) -> None:
        of_orders, of_subscriptions = flagged
        for order_id, flag in of_orders:
            self._metrics.flagged.labels(flag).inc()
            log.warning("order_flagged", order_id=order_id, flag=flag)
        for subscription_id, flag in of_subscriptions:
            self._metrics.flagged_subscriptions.labels(flag).inc()
            log.info("subscription_flagged", subscription_id=subscription_id, flag=flag)


def _unappliable(record: Record, heard: Heard, error: Exception) -> Parked:
    log.error("event_cannot_be_applied", event_id=heard.told.event_id, **without_content(error))
    return Parked(record, f"It cannot be applied: {type(error).__name__}.", heard.told, is_ours=True)
