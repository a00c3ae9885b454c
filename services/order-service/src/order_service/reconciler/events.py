"""The sweep of Stripe's events: list, ask which are missing, write those to Kafka, and only then go on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import orjson
import structlog

from order_service.publisher import Outgoing, Publisher
from order_service.reconciler.clock import now_at_stripe
from order_service.reconciler.cursors import Place, advance
from order_service.reconciler.healing import LISTED, MAX_VALUE_BYTES, listed
from order_service.reconciler.leadership import Lead
from order_service.reconciler.listing import Event, pages
from order_service.reconciler.metrics import ReconcilerMetrics
from order_service.reconciler.missing import Ends, Reader, unheard
from order_service.reconciler.settings import KEPT_BY_STRIPE, ReconcilerSettings
from order_service.reconciler.windows import Reach, Window, windows
from order_service.stripe_calls.client import StripeCalls
from order_service.stripe_events import read_stripe_event
from order_service.told import Unreadable
from tillstream_contracts import STRIPE_EVENTS

CURSOR: Final = "events"
MOST_REMEMBERED: Final = 50_000

log = structlog.get_logger(__name__)


class Memory:
    """The events written lately, so that none is written again while order-service has still to read it."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._ids

    def note(self, event_ids: Sequence[str]) -> None:
        """These are written; of too many the oldest are forgotten."""
        self._ids.update(dict.fromkeys(event_ids))
        for oldest in list(self._ids)[: max(0, len(self._ids) - MOST_REMEMBERED)]:
            del self._ids[oldest]


class EventSweep:
    """Sweeps, one after the other, of one leader."""

    def __init__(
        self,
        settings: ReconcilerSettings,
        metrics: ReconcilerMetrics,
        calls: StripeCalls,
        *,
        lead: Lead,
        publisher: Publisher,
        reader: Reader,
    ) -> None:
        self._settings, self._metrics, self._calls = settings, metrics, calls
        self._lead, self._publisher, self._reader = lead, publisher, reader
        self._topic = STRIPE_EVENTS.under(settings.kafka_topic_prefix)
        self._reach = Reach(settings.since, settings.overlap, settings.grace, KEPT_BY_STRIPE)
        self._written = Memory()

    async def sweep(self, reached: Place | None) -> dict[str, int]:
        """Compare what happened since then; the counts.

        Raises Refused, NotNow, NotPublished, Behind, or what `Lead` raises.
        """
        counts = {"listed": 0, "missing": 0, "healed": 0}
        now = await now_at_stripe(self._calls, self._settings.patience)
        ends = await self._reader.ends()
        for window in windows(reached.at if reached else None, now, self._reach):
            await self._walk(window, ends, counts)
            await advance(self._lead, CURSOR, Place(window.end))
            self._metrics.cursor.set((now - window.end).total_seconds())
        return counts

    async def _walk(self, window: Window, ends: Ends, counts: dict[str, int]) -> None:
        async for page in pages(self._calls, window, self._settings.patience):
            counts["listed"] += len(page)
            self._metrics.listed.inc(len(page))
            missing = await self._missing(page, ends)
            counts["missing"] += len(missing)
            counts["healed"] += await self._heal(missing)

    async def _missing(self, page: Sequence[Event], ends: Ends) -> list[Event]:
        """Those of a page that matter here, and that nobody has heard of once all in Kafka is read."""
        ids = [event["id"] for event in page if event["id"] not in self._written]
        if not (left := await unheard(self._lead, ids)):
            return []
        if not (mattering := [event for event in page if event["id"] in left and self._matters(event)]):
            return []
        await self._reader.reaches(self._lead, ends)
        left = await unheard(self._lead, [event["id"] for event in mattering])
        return [event for event in mattering if event["id"] in left]

    def _matters(self, event: Event) -> bool:
        """Whether order-service would take it in, or park it for somebody to see."""
        try:
            return read_stripe_event(orjson.dumps(event), order_id_key=self._settings.order_id_key).concerns_us
        except Unreadable:
            return True

    async def _heal(self, missing: Sequence[Event]) -> int:
        """Write them, the oldest first, and wait until Kafka has them."""
        now, records = datetime.now(UTC), list[Outgoing]()
        for event in reversed(missing):
            self._metrics.missing.labels(event["type"]).inc()
            if len(value := orjson.dumps(event)) > MAX_VALUE_BYTES:
                log.error("event_too_large_to_heal", event_id=event["id"], bytes=len(value))
                continue
            records.append(listed(event, value, self._topic, now))
            log.info("event_healed", event_id=event["id"], type=event["type"])
        if records:
            await self._publisher.publish(records)
        self._written.note([event["id"] for event in missing])
        self._metrics.healed.labels(LISTED).inc(len(records))
        return len(records)
