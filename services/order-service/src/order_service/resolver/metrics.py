"""What Prometheus sees of the resolver."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

SECONDS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class ResolverMetrics:
    """The counters of one running resolver, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.records = Counter(
            "order_service_resolver_records",
            "Records by what became of them: `resolved`, `parked`, or `passed_over` as there was nothing to resolve.",
            ["outcome"],
            registry=self.registry,
        )
        self.refused = Counter(
            "order_service_resolver_refused_objects",
            "Objects that Stripe does not give, by HTTP status; the events about them are parked.",
            ["status"],
            registry=self.registry,
        )
        self.calls = Histogram(
            "order_service_resolver_stripe_seconds", "Calls to Stripe.", buckets=SECONDS, registry=self.registry
        )
        self.retries = Counter(
            "order_service_resolver_stripe_retries", "Calls that failed for now.", ["because"], registry=self.registry
        )
        self.lag = Gauge("order_service_resolver_lag_records", "Records not looked at yet.", registry=self.registry)
