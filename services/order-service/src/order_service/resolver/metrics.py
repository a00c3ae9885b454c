"""What Prometheus sees of the resolver."""

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector

from order_service.stripe_calls.metrics import CallMetrics


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
        self.calls = CallMetrics("order_service_resolver", self.registry)
        self.lag = Gauge("order_service_resolver_lag_records", "Records not looked at yet.", registry=self.registry)
