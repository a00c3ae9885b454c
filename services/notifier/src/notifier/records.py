"""A record of orders.status.v1: who may be interested, and what it says."""

import time
from collections.abc import Iterable
from typing import Protocol

import structlog
from pydantic import ValidationError

from notifier.frames import change
from notifier.metrics import Metrics
from notifier.watchers import Watchers
from tillstream_contracts import OrderStatusChanged

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
    """Takes each record to the sockets that wait for it; one that cannot be read is counted and passed over."""

    def __init__(self, watchers: Watchers, metrics: Metrics) -> None:
        self._watchers, self._metrics = watchers, metrics

    def take(self, record: Record) -> None:
        """Deliver one record. Never raises for what it holds, and never waits for a socket."""
        self._metrics.records.labels(self._outcome(record)).inc()

    def _outcome(self, record: Record) -> str:
        if not self._watchers.any_of((record.key or b"").decode(errors="replace")):
            return "unwatched"
        if _type_of(record) != OrderStatusChanged.TYPE:
            return "unknown_type"
        try:
            event = OrderStatusChanged.model_validate_json(record.value or b"")
        except ValidationError:
            log.warning("record_unreadable", partition=record.partition, offset=record.offset)
            return "unreadable"
        self._deliver(event, record.timestamp / 1000)
        return "delivered"

    def _deliver(self, event: OrderStatusChanged, published_at: float) -> None:
        sent = self._watchers.take_change(event.merchant_id, event.order_id, change(event))
        now = time.time()
        if sent:
            self._metrics.deliveries.inc(sent)
            self._metrics.published_to_sent.observe(max(0.0, now - published_at))
            self._metrics.occurred_to_sent.observe(max(0.0, now - event.occurred_at.timestamp()))


def _type_of(record: Record) -> str:
    """The record's `ce_type`; the topic's own type where the header is missing."""
    types = (value for name, value in record.headers if name == "ce_type")
    return (next(types, None) or OrderStatusChanged.TYPE.encode()).decode(errors="replace")
