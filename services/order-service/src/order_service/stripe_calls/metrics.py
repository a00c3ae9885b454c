"""What Prometheus sees of the calls of one process."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

SECONDS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class CallMetrics:
    """The counters of one process's calls, under names that begin as its own do."""

    def __init__(self, process: str, registry: CollectorRegistry) -> None:
        self.seconds = Histogram(f"{process}_stripe_seconds", "Calls to Stripe.", buckets=SECONDS, registry=registry)
        self.outcomes = Counter(
            f"{process}_stripe_calls",
            "Calls to Stripe by outcome: `answered`, `refused` for good, `rate_limited`, or `failed` for now.",
            ["outcome"],
            registry=registry,
        )
        self.retries = Counter(
            f"{process}_stripe_retries", "Calls that failed for now.", ["because"], registry=registry
        )
        self.refused = Counter(
            f"{process}_refused_objects",
            "Objects that Stripe does not give, by HTTP status.",
            ["status"],
            registry=registry,
        )
