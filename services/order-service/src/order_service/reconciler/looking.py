"""Asking Stripe how orders and subscriptions stand that should have moved, and writing what it says as events."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

import structlog

from order_service.publisher import Publisher
from order_service.reconciler.cursors import Place, advance
from order_service.reconciler.healing import REFETCHED, refetched, refetched_record
from order_service.reconciler.leadership import Lead
from order_service.reconciler.metrics import ReconcilerMetrics
from order_service.reconciler.missing import unheard
from order_service.reconciler.objects import Objects, Seen
from order_service.reconciler.settings import ReconcilerSettings
from order_service.reconciler.unsettled import Due, Walk, due, oldest, walks
from order_service.stripe_calls.client import NotNow, Refused, StripeCalls
from tillstream_contracts import STRIPE_EVENTS

BATCH: Final = 20
BATCH_SECONDS: Final = 5
"""How long the budget may take for one call about each of a batch: much less than the patience with one call."""
MOST_OF_ONE: Final = 10
"""So many payments of one order are asked for, and so many sessions: who tries on and on shall not hold up others."""
AT_STRIPE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "orders": f"""
            SELECT due.id, name FROM unnest($1::text[]) AS due(id), LATERAL (
                (SELECT payment_id AS name FROM payments
                WHERE order_id = due.id AND status <> ALL (ARRAY['succeeded', 'canceled'])
                ORDER BY status = ANY (ARRAY['processing', 'authorized']) DESC, updated_at DESC LIMIT {MOST_OF_ONE})
                UNION ALL
                (SELECT session_id FROM checkout_sessions
                WHERE order_id = due.id AND status <> ALL (ARRAY['paid', 'expired'])
                ORDER BY status = 'awaiting_funds' DESC, session_id LIMIT {MOST_OF_ONE})
            ) AS there""",  # noqa: S608  # our own number
        "subscriptions": """
            SELECT subscription_id AS id, stripe_subscription_id AS name FROM subscriptions
            WHERE subscription_id = ANY($1::text[])""",
    }
)
"""What of each Stripe can be asked for: of an order with more than that, what has money on its way, and is newest."""

log = structlog.get_logger(__name__)


class LookSweep:
    """Sweeps, one after the other, of one leader."""

    def __init__(
        self,
        settings: ReconcilerSettings,
        metrics: ReconcilerMetrics,
        calls: StripeCalls,
        *,
        lead: Lead,
        publisher: Publisher,
    ) -> None:
        self._metrics, self._lead, self._publisher = metrics, lead, publisher
        self._topic = STRIPE_EVENTS.under(settings.kafka_topic_prefix)
        self._objects, self._most = Objects(calls, settings.patience), settings.looks_a_sweep
        self._batch = max(1, min(BATCH, int(settings.rate * BATCH_SECONDS)))
        self._turns = asyncio.Semaphore(self._batch)
        self._walks = deque(walks(settings.unsettled_after))
        """The one that has waited longest is first."""

    async def sweep(self, cursors: Mapping[str, Place], now: datetime) -> dict[str, int]:
        """Ask for those that are due; the counts. Raises NotNow, NotPublished, or what `Lead` raises."""
        counts = {"looked_at": 0, "told": 0}
        for status, seconds in (await oldest(self._lead, now)).items():
            self._metrics.unsettled.labels(status).set(seconds)
        reached, waiting = dict(cursors), deque(self._walks)
        while waiting and (left := min(self._batch, self._most - counts["looked_at"])):
            walk = self._next(waiting)
            if not (found := await due(self._lead, walk, reached.get(walk.name), now, left)):
                continue
            counts["told"] += await self._look(walk, found)
            counts["looked_at"] += len(found)
            reached[walk.name] = found[-1].place
            await advance(self._lead, walk.name, reached[walk.name])
            waiting.append(walk)
        return counts

    def _next(self, waiting: deque[Walk]) -> Walk:
        """Each has its turn, in this sweep or a later one, however many orders stand in one state."""
        walk = waiting.popleft()
        self._walks.remove(walk)
        self._walks.append(walk)
        return walk

    async def _look(self, walk: Walk, found: Sequence[Due]) -> int:
        """Ask for all that these have at Stripe, and write what is new of it; how many events that took."""
        changed = {one.id: one.place.at for one in found}
        rows = await self._lead.fetch(AT_STRIPE[walk.kind.name], list(changed))
        answers = await asyncio.gather(*(self._seen(row["name"]) for row in rows), return_exceptions=True)
        told: dict[str, dict[str, Any]] = {}
        for row, answer in zip(rows, answers, strict=True):
            told |= {event["id"]: event for event in _events(answer, row["id"], changed[row["id"]])}
        new = await self._tell(told)
        self._metrics.looked_at.labels(walk.kind.name, walk.status).inc(len(found))
        for failure in (answer for answer in answers if isinstance(answer, NotNow)):
            raise failure
        return new

    async def _seen(self, name: str) -> list[Seen]:
        async with self._turns:  # so that no more wait for the budget at once than the patience is for
            return await self._objects.seen(name)

    async def _tell(self, told: Mapping[str, Mapping[str, Any]]) -> int:
        """Write those of these events that are new; how many those are."""
        new, now = await unheard(self._lead, told), datetime.now(UTC)
        if new:
            await self._publisher.publish(
                refetched_record(told[name], self._topic, now) for name in told if name in new
            )
        self._metrics.healed.labels(REFETCHED).inc(len(new))
        return len(new)


def _events(answer: list[Seen] | BaseException, cause: str, changed_at: datetime) -> list[dict[str, Any]]:
    """What Stripe's answer tells; nothing where it refuses, or has none for now."""
    match answer:
        case list():
            made = [refetched(one.thing, one.api_version, one.at, cause, changed_at=changed_at) for one in answer]
            return [event for event in made if event]
        case Refused():
            log.warning("stripe_does_not_know_it", whose=cause, problem=str(answer))
            return []
        case NotNow():
            return []
        case _:
            raise answer
