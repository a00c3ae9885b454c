"""`/metrics`: what Prometheus asks."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest


class Metrics:
    """Counts of one stand-in; each has a registry of its own."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "stripe_sim_requests", "Calls of the API", ["method", "path", "status"], registry=self._registry
        )
        self.deliveries = Counter(
            "stripe_sim_deliveries", "Attempts to deliver an event", ["outcome"], registry=self._registry
        )
        self.waiting = Gauge(
            "stripe_sim_deliveries_waiting", "Deliveries that are not done yet", registry=self._registry
        )

    def page(self) -> bytes:
        """All of them as text."""
        return generate_latest(self._registry)
