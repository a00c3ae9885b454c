"""Every topic, declared once: devstack and the tests create them from here, Kafka never by itself."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True)
class Topic:
    """A topic as it must exist: its name, partitions and settings.

    `replication` and `min_insync` are production's; a laptop with one broker overrides both with 1.
    """

    name: str
    key: str
    partitions: int = 12
    retention: timedelta | None = timedelta(days=30)
    replication: int = 3
    min_insync: int = 2
    settings: dict[str, str] = field(default_factory=dict, hash=False)

    def under(self, prefix: str) -> str:
        """The name in a cluster shared with others, where every topic of ours begins with `prefix`."""
        return prefix + self.name

    def broker_settings(self, *, min_insync: int | None = None) -> dict[str, str]:
        """The topic-level configuration, by Kafka's own names."""
        retention_ms = -1 if self.retention is None else int(self.retention.total_seconds() * 1000)
        return {
            "retention.ms": str(retention_ms),
            "min.insync.replicas": str(self.min_insync if min_insync is None else min_insync),
            **self.settings,
        }


STRIPE_EVENTS = Topic(
    "stripe.events.v1",
    key="PaymentIntent id, else the object's id",
    retention=None,
    settings={"message.timestamp.type": "LogAppendTime"},
)
ORDERS_PLACED = Topic("orders.placed.v1", key="order id", retention=None)
ORDERS_STATUS = Topic("orders.status.v1", key="order id", retention=timedelta(days=7))
PAYMENTS_ATTACHED = Topic("payments.attached.v1", key="PaymentIntent id", retention=None)
SUBSCRIPTIONS_STATUS = Topic("subscriptions.status.v1", key="subscription id", retention=timedelta(days=7))


def parked(topic: Topic) -> Topic:
    """Where a consumer puts a record of `topic` that it could not read or apply."""
    return Topic(f"{topic.name}.parked", key=topic.key, partitions=1, retention=None)


TOPICS = (
    STRIPE_EVENTS,
    ORDERS_PLACED,
    ORDERS_STATUS,
    SUBSCRIPTIONS_STATUS,
    PAYMENTS_ATTACHED,
    parked(STRIPE_EVENTS),
    parked(ORDERS_PLACED),
    parked(PAYMENTS_ATTACHED),
)
