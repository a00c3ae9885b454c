"""Keeping the reconciler running, whatever is down: waiting to lead, sweeping, and beginning anew."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final

import asyncpg
import structlog
from aiokafka.errors import KafkaError

from order_service.failures import without_content
from order_service.publisher import NotPublished, Publisher
from order_service.reconciler.cursors import Place, read_cursors
from order_service.reconciler.events import CURSOR, EventSweep
from order_service.reconciler.leadership import Lead, SchemaIsMissing, leading
from order_service.reconciler.looking import LookSweep
from order_service.reconciler.metrics import ReconcilerMetrics
from order_service.reconciler.missing import Behind, reader
from order_service.reconciler.settings import ReconcilerSettings
from order_service.stripe_calls.client import NotNow, Refused, StripeCalls
from tillstream_contracts import STRIPE_EVENTS
from tillstream_operations import Health

PAUSE_SECONDS: Final = 1.0
STUCK_SECONDS: Final = 300.0
"""A sweep asks the database more often than that, however slow Stripe is; so does who waits to lead."""
OK, LEADING, STANDING_BY, CONNECTING = "ok", "leading", "standing by", "not connected yet"
REFUSED: Final = "Stripe does not list them: see what STRIPE_SECRET_KEY may read"
WELL: Final = (OK, LEADING, STANDING_BY)
KAFKA_AWAY: Final = (KafkaError, NotPublished)
DATABASE_AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)

log = structlog.get_logger(__name__)


class ReconcilerRunning:
    """The reconciler's life in this process, and what the probes say of it."""

    def __init__(self, settings: ReconcilerSettings, metrics: ReconcilerMetrics) -> None:
        self._settings, self._metrics = settings, metrics
        self._calls = StripeCalls(settings, metrics.calls)
        self._role, self._kafka, self._behind, self._list = CONNECTING, OK, OK, OK
        self._working: Lead | None = None
        self._moved_at: float | None = monotonic()
        """Nothing while it rests."""

    async def run(self) -> None:
        """Reconcile until cancelled; the next leader goes on from the cursors."""
        async with self._calls.opened():
            while True:
                try:
                    await self._lead()
                except SchemaIsMissing as problem:
                    self._role = str(problem)
                except DATABASE_AWAY as error:
                    self._role = f"database not reachable: {type(error).__name__}"
                    log.warning("leadership_lost", because=type(error).__name__)
                except Exception as error:  # noqa: BLE001  # told in the log, without a trace, which may quote an event
                    self._role = f"failed: {type(error).__name__}"
                    log.error("reconciler_failed", **without_content(error))  # noqa: TRY400
                finally:
                    self._metrics.leader.set(0)
                await self._rest(PAUSE_SECONDS)

    async def ready(self) -> Health:
        """Whether this one heals, or stands by to."""
        parts = {
            "role": self._role,
            "kafka": self._kafka,
            "stripe": self._calls.trouble or OK,
            "order_service": self._behind,
            "events": self._list,
        }
        return Health(all(word in WELL for word in parts.values()), parts)

    async def alive(self) -> Health:
        """It rests, or gets on: with a sweep, or with waiting to lead, or with leaving what failed."""
        if self._moved_at is None:
            return Health.of()
        moved_at = max(self._moved_at, self._working.asked_at if self._working else 0)
        return Health.of(progress="gets nowhere" if monotonic() - moved_at > STUCK_SECONDS else OK)

    async def _lead(self) -> None:
        """Wait until this one leads, and sweep until the session is lost. Raises what ended it."""
        settings = self._settings
        async with leading(
            settings.database_url.get_secret_value(),
            every=settings.lead_every,
            longest=settings.database_timeout,
            stands_by=self._stands_by,
        ) as lead:
            self._role = LEADING
            self._metrics.leader.set(1)
            log.info("leads")
            await _whichever_ends(lead.hold(settings.lead_every), self._sweep_for_ever(lead))

    def _stands_by(self) -> None:
        if self._role != STANDING_BY:
            log.info("stands_by")
        self._role, self._moved_at = STANDING_BY, monotonic()

    async def _rest(self, seconds: float) -> None:
        self._moved_at = None
        try:
            await asyncio.sleep(seconds)
        finally:
            self._moved_at = monotonic()

    async def _sweep_for_ever(self, lead: Lead) -> None:
        """With a new producer and consumer after each failure of Kafka: neither recovers from everything by itself."""
        while True:
            try:
                async with self._sweeps(lead) as (events, looks):
                    self._kafka = OK
                    while True:
                        await self._sweep(lead, events, looks)
                        pause = self._settings.sweep_every.total_seconds()
                        await self._rest(pause * random.uniform(0.9, 1))  # noqa: S311  # jitter
            except KAFKA_AWAY as error:
                self._kafka = f"not reachable: {type(error).__name__}"
                self._metrics.failures.labels(type(error).__name__).inc()
                log.warning("kafka_not_reachable", because=type(error).__name__)
                await self._rest(PAUSE_SECONDS)

    @asynccontextmanager
    async def _sweeps(self, lead: Lead) -> AsyncIterator[tuple[EventSweep, LookSweep]]:
        settings, metrics, calls = self._settings, self._metrics, self._calls
        servers, topic = settings.kafka_bootstrap_servers, STRIPE_EVENTS.under(settings.kafka_topic_prefix)
        publisher = Publisher(servers, timeout=settings.publish_timeout)
        try:
            await publisher.start()
            async with reader(servers, topic) as read:
                yield (
                    EventSweep(settings, metrics, calls, lead=lead, publisher=publisher, reader=read),
                    LookSweep(settings, metrics, calls, lead=lead, publisher=publisher),
                )
        finally:
            await publisher.stop()

    async def _sweep(self, lead: Lead, events: EventSweep, looks: LookSweep) -> None:
        """One sweep of each kind, and a line in the log; where one ends early, the next goes on from the cursors."""
        lead.asked_at, self._working = monotonic(), lead
        begun, counts = monotonic(), dict[str, int]()
        try:
            with self._metrics.sweeps.time():
                cursors = await read_cursors(lead)
                counts |= await self._compare(events, cursors.get(CURSOR))
                counts |= await looks.sweep(cursors, datetime.now(UTC))
            self._behind = OK
            log.info("swept", seconds=round(monotonic() - begun, 3), **counts)
        except (NotNow, Behind) as error:
            self._behind = "has still to read what stands in Kafka" if isinstance(error, Behind) else OK
            self._metrics.failures.labels(type(error).__name__).inc()
            log.warning("sweep_ended_early", because=type(error).__name__, **counts)
        finally:
            self._working = None

    async def _compare(self, events: EventSweep, reached: Place | None) -> dict[str, int]:
        """The sweep of events, if the key may read them: objects can be asked for all the same."""
        try:
            counts = await events.sweep(reached)
        except Refused as error:
            self._list = REFUSED
            self._metrics.failures.labels(type(error).__name__).inc()
            log.error("events_refused", problem=str(error))  # noqa: TRY400  # the trace says no more
            return {}
        self._list = OK
        return counts


async def _whichever_ends(*efforts: Coroutine[Any, Any, None]) -> None:
    """Wait for the first of them to end, and end the others. Raises what it raised."""
    tasks = [asyncio.create_task(effort) for effort in efforts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
