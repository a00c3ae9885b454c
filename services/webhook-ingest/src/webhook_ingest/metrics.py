"""What Prometheus sees of the webhooks."""

from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

from webhook_ingest.admission import Room

_WRITE_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_AGE_SECONDS: Final = (0.5, 1, 2, 5, 10, 30, 60, 300, 3_600, 86_400, 259_200)


class Metrics:
    """The service's own metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._webhooks = Counter(
            "webhook_ingest_webhooks",
            "Webhooks by outcome: `stored`, `event_of_other_mode`, `disconnected`, or the problem's code.",
            ["outcome"],
            registry=self.registry,
        )
        self._stored = self._webhooks.labels("stored")
        self._write = Histogram(
            "webhook_ingest_write_seconds",
            "From a verified event to Kafka's acknowledgement.",
            buckets=_WRITE_SECONDS,
            registry=self.registry,
        )
        self._age = Histogram(
            "webhook_ingest_age_seconds",
            "From Stripe's `created` to Kafka's acknowledgement.",
            buckets=_AGE_SECONDS,
            registry=self.registry,
        )

    def watch(self, room: Room) -> None:
        """Show how much is in flight."""
        requests = Gauge("webhook_ingest_in_flight", "Requests being answered now.", registry=self.registry)
        requests.set_function(lambda: room.requests)
        size = Gauge("webhook_ingest_in_flight_bytes", "Bytes of bodies held now.", registry=self.registry)
        size.set_function(lambda: room.size)

    def stored(self, *, took: float, age: float) -> None:
        """An event is in Kafka."""
        self._stored.inc()
        self._write.observe(took)
        self._age.observe(max(age, 0.0))

    def not_stored(self, outcome: str) -> None:
        """A webhook was refused, or is of the other mode, or its sender went away."""
        self._webhooks.labels(outcome).inc()
