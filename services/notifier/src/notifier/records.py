"""A record of a topic of changes: who may be interested, and what it says."""

import time
from collections.abc import Iterable
from typing import Final, Protocol

import structlog
from pydantic import ValidationError

from notifier.kinds import Heard, Kind
from notifier.metrics import Metrics
from notifier.watchers import Watchers

OUTCOMES: Final = ("unwatched", "unknown_type", "unreadable", "delivered")
log = structlog.get_logger(__name__)


class Record(Protocol):
    """What notifier reads of a Kafka record."""

    key: bytes | None
    value: bytes | None
    headers: Iterable[tuple[str, bytes | None]]
    timestamp: int
    partition: int
    offset: int


class Dispatch:
    """Takes each record of a topic to the sockets that wait for it; one that cannot be read is counted, not more."""

    def __init__(self, kind: Kind, watchers: Watchers, metrics: Metrics) -> None:
        self._kind, self._watchers, self._metrics = kind, watchers, metrics
        self._type = kind.event_type.encode()
        self._counted = {outcome: metrics.records.labels(outcome) for outcome in OUTCOMES}

    def take(self, record: Record) -> None:
        """Deliver one record. Never raises for what it holds, and never waits for a socket."""
        self._counted[self._outcome(record)].inc()

    def _outcome(self, record: Record) -> str:
        if not self._watchers.any_of(record.key):
            return "unwatched"
        if not self._is_of_its_type(record):
            return "unknown_type"
        try:
            heard = self._kind.read_event(record.value or b"")
        except ValidationError:
            log.warning("record_unreadable", of=self._kind.name, partition=record.partition, offset=record.offset)
            return "unreadable"
        self._deliver(heard, record.timestamp / 1000)
        return "delivered"

    def _is_of_its_type(self, record: Record) -> bool:
        """Whether `ce_type` is the topic's own type, or missing."""
        for name, value in record.headers:
            if name == "ce_type":
                return value in (self._type, b"", None)
        return True

    def _deliver(self, heard: Heard, published_at: float) -> None:
        sent = self._watchers.take_changes(heard.merchant_id, heard.watched_id, (heard.change,))
        now = time.time()
        if sent:
            self._metrics.deliveries.inc(sent)
            self._metrics.published_to_sent.observe(max(0.0, now - published_at))
            self._metrics.occurred_to_sent.observe(max(0.0, now - heard.occurred_at.timestamp()))
