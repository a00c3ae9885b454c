"""What Prometheus sees of the consumer."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

SIZES = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000)
SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The counters of one running service, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.batch_records = self._histogram("batch_records", "Records in a batch.", SIZES)
        self.batch_seconds = self._histogram("batch_seconds", "From a batch's arrival to its end.", SECONDS)
        self.events = self._counter("events", "Events by what they did; repeated ones did nothing.", "outcome")
        self.parked = self._counter("parked_records", "Records that could not be read or applied.", "topic")
        self.unmatched = self._counter("unmatched_payment_events", "Events of payments that name no order of ours.")
        self.changes = self._counter("changes_published", "Changes of orders published, again ones included.")
        self.flagged = self._counter("flagged_orders", "Flags that orders gained: somebody has to look.", "flag")
        self.flagged_subscriptions = self._counter("flagged_subscriptions", "Flags that subscriptions gained.", "flag")
        self.retries = self._counter("batch_retries", "Batches that will be delivered again.", "because")
        self.lag = self._gauge("lag_records", "Records in Kafka that have not arrived here yet.")
        self.stopped = self._gauge("stopped", "1 while too many records fail here to park them all, else 0.")

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"order_service_{name}", what, labels, registry=self.registry)

    def _gauge(self, name: str, what: str) -> Gauge:
        return Gauge(f"order_service_{name}", what, registry=self.registry)

    def _histogram(self, name: str, what: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"order_service_{name}", what, buckets=buckets, registry=self.registry)
