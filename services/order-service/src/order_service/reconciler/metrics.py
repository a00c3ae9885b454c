"""What Prometheus sees of the reconciler."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from order_service.stripe_calls.metrics import CallMetrics

NAME = "order_service_reconciler"


class ReconcilerMetrics:
    """The counters of one running reconciler, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.calls = CallMetrics(NAME, registry)
        self.leader = Gauge(f"{NAME}_leader", "1 for the one that leads, 0 for those that stand by.", registry=registry)
        self.listed = Counter(f"{NAME}_listed_events", "Events that Stripe listed.", registry=registry)
        self.missing = Counter(
            f"{NAME}_missing_events",
            "Events that Stripe listed and nobody here had heard.",
            ["type"],
            registry=registry,
        )
        self.healed = Counter(
            f"{NAME}_healed_events",
            "Events written to Kafka: `listed` by Stripe, or made of an object that was `refetched`.",
            ["way"],
            registry=registry,
        )
        self.looked_at = Counter(
            f"{NAME}_looked_at",
            "Orders and subscriptions that stood too long, by status, when Stripe was asked for them.",
            ["kind", "status"],
            registry=registry,
        )
        self.unsettled = Gauge(
            f"{NAME}_oldest_unsettled_seconds",
            "Since when the order of this status that has stood longest has stood, of the last 30 days; 0 for none.",
            ["status"],
            registry=registry,
        )
        self.cursor = Gauge(
            f"{NAME}_cursor_age_seconds", "Up to how long ago all events are compared.", registry=registry
        )
        self.sweeps = Histogram(
            f"{NAME}_sweep_seconds",
            "Sweeps, from end to end.",
            buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 1800),
            registry=registry,
        )
        self.failures = Counter(f"{NAME}_failed_sweeps", "Sweeps that ended early.", ["because"], registry=registry)
