"""What intent-api counts and measures, in a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, PlatformCollector, ProcessCollector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)


class Metrics:
    """One set of series per app, so that two apps in one process do not share them."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self.requests = Counter(
            "intent_api_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self.request_seconds = Histogram(
            "intent_api_request_seconds",
            "Time from a request to its answer.",
            ("route",),
            buckets=SECONDS,
            registry=registry,
        )
        self.stripe_seconds = Histogram(
            "intent_api_stripe_seconds",
            "Time of one call to Stripe, each retry by itself.",
            ("effect",),
            buckets=SECONDS,
            registry=registry,
        )
        self.stripe_errors = Counter(
            "intent_api_stripe_errors",
            "Calls to Stripe that failed, each retry by itself.",
            ("effect", "kind"),
            registry=registry,
        )
        self.publish_seconds = Histogram(
            "intent_api_publish_seconds",
            "Time until Kafka confirmed an order.",
            buckets=SECONDS,
            registry=registry,
        )
        self.publish_failures = Counter(
            "intent_api_publish_failures", "Orders that Kafka did not confirm.", ("reason",), registry=registry
        )
        self.rate_limited = Counter(
            "intent_api_rate_limited", "Requests refused for asking too often.", ("limit",), registry=registry
        )
