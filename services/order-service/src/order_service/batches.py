"""What happens to a batch: read, take in, publish. When it is done its offsets may be committed, not before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from order_service import store
from order_service.announcing import announcement
from order_service.consumed import Reach, Reached, reach
from order_service.failures import is_worth_another_try, without_content
from order_service.flags import OF_ORDERS, OF_SUBSCRIPTIONS, gained_flags
from order_service.inbox import Heard, note_parked
from order_service.metrics import Metrics
from order_service.parking import Parked, outgoing, parked_row
from order_service.parking_limit import ParkingLimit
from order_service.postgres import Pool
from order_service.predecessors import Predecessors
from order_service.publisher import Outgoing, Publisher
from order_service.reading import Reader, read
from order_service.records import Record
from order_service.store import Change, Written
from order_service.subscription_store import SubscriptionChange
from order_service.timeline import Outcome
from tillstream_contracts.headers import texts

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Taken:
    """What came of a batch's events."""

    written: list[Written] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    reached: bool = False
    """Whether it is committed how far the batch goes."""


class Batches:
    """Takes batches in, one at a time."""

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

    async def handle(self, records: Sequence[Record]) -> None:
        """Do all that these records ask for. Raises what makes it worth to deliver them again."""
        now = datetime.now(UTC)
        batch = read(records, self.readers, max_bytes=self._max_record_bytes, limit=self._limit)
        self._limit.check(batch.parked)
        taken = Taken(parked=batch.parked)
        reached = self.reached.by(records)
        await self._note(batch.parked, now)  # whoever sees how far the batch goes shall find what of it is parked
        await self._take_in(batch.heard, now, taken, reached)
        await self._note(taken.parked, now)
        if not taken.reached:
            await self._reach(reached, now)
        self.reached.note(reached)
        changes = [change for written in taken.written for change in written.changes]
        of_subscriptions = [change for written in taken.written for change in written.subscriptions.changes]
        flagged = await self._flagged(changes, of_subscriptions)
        traces = {one.told.event_id: record for record, one in batch.heard}
        announced = await self._predecessors.joined([*changes, *of_subscriptions])
        published = [self._announcement(change, traces.get(change.cause_event_id)) for change in announced]
        await self._publisher.publish([*published, *(outgoing(one, now) for one in taken.parked)])
        self._predecessors.note(announced)
        self._limit.note(taken.parked)
        self._count(len(records), batch.unrelated, taken)
        self._alert(flagged)

    async def _take_in(
        self, heard: Sequence[tuple[Record, Heard]], now: datetime, taken: Taken, reached: Sequence[Reach]
    ) -> None:
        """Take events in together; if one cannot be, find it by halves and let the others through.

        Where most fail the limit ends the search. What was let through by then is published when the batch comes again.
        """
        if not heard:
            return
        try:
            taken.written.append(await self._transaction([one for _, one in heard], now, reached))
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
        await self._take_in(heard[:middle], now, taken, ())
        await self._take_in(heard[middle:], now, taken, ())

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

    def _count(self, records: int, unrelated: int, taken: Taken) -> None:
        events = self._metrics.events
        events.labels("unrelated").inc(unrelated)
        for one in taken.written:
            events.labels("repeated").inc(one.repeated)
            self._metrics.changes.inc(len(one.changes) + len(one.subscriptions.changes))
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
        self._metrics.batch_records.observe(records)

    async def _flagged(
        self, of_orders: Sequence[Change], of_subscriptions: Sequence[SubscriptionChange]
    ) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """The flags that orders gained, and those that subscriptions did."""
        orders = {(change.order_id, change.version): change.body for change in of_orders}
        subscriptions = {(change.subscription_id, change.version): change.body for change in of_subscriptions}
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
