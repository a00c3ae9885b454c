"""What notifier counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)


class Metrics:
    """One notifier's numbers, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self.sockets = Gauge("notifier_sockets", "Open WebSockets.", registry=registry)
        self.orders = Gauge("notifier_watched_orders", "Orders that somebody watches.", registry=registry)
        self.subscriptions = Gauge(
            "notifier_watched_subscriptions", "Subscriptions that somebody watches.", registry=registry
        )
        self.deliveries = Counter("notifier_deliveries", "Changes handed to a socket.", registry=registry)
        self.dropped = Counter(
            "notifier_dropped_sockets", "Sockets cut off: slow, silent or flooding.", ["reason"], registry=registry
        )
        self.refused = Counter(
            "notifier_refused", "Clients sent away, at the door or by an error frame.", ["reason"], registry=registry
        )
        self.snapshots = Histogram(
            "notifier_snapshot_seconds",
            "From the question to the snapshot, retries included.",
            ["outcome"],
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self.published_to_sent = Histogram(
            "notifier_published_to_sent_seconds",
            "From the Kafka record's timestamp to the sockets.",
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self.occurred_to_sent = Histogram(
            "notifier_occurred_to_sent_seconds",
            "From the change's own time to the sockets.",
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self.records = Counter(
            "notifier_records", "Records of changes, by what became of them.", ["outcome"], registry=registry
        )
        self.lag = Gauge("notifier_lag_records", "Records between our position and Kafka's end.", registry=registry)
        self.feed_restarts = Counter(
            "notifier_feed_restarts", "Times the Kafka reader was built anew.", registry=registry
        )
        self.gaps = Counter("notifier_gaps", "Times records were gone before they were read.", registry=registry)
