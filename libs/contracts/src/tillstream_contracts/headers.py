"""Kafka record headers: CloudEvents 1.0 in binary mode, and W3C Trace Context.

Source: CloudEvents "Kafka Protocol Binding" 1.0.2, §3.2. All header values are UTF-8 text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

SPEC_VERSION = "1.0"
HEALED = "ce_tillstreamhealed"
"""The extension of an event of Stripe's that did not come from Stripe by itself: in which way it was found."""

KafkaHeaders = list[tuple[str, bytes]]


@dataclass(frozen=True)
class EventHeaders:
    """The context of one record: which event it is, who wrote it and when it happened."""

    id: str
    source: str
    type: str
    time: datetime
    partition_key: str
    traceparent: str | None = None
    extensions: tuple[tuple[str, str], ...] = ()

    def to_kafka(self) -> KafkaHeaders:
        """As aiokafka takes them."""
        texts = [
            ("ce_specversion", SPEC_VERSION),
            ("ce_id", self.id),
            ("ce_source", self.source),
            ("ce_type", self.type),
            ("ce_time", self.time.astimezone(UTC).isoformat().replace("+00:00", "Z")),
            ("ce_partitionkey", self.partition_key),
            ("content-type", "application/json"),
            *self.extensions,
        ]
        if self.traceparent:
            texts.append(("traceparent", self.traceparent))
        return [(name, text.encode()) for name, text in texts]


def texts(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """A record's headers as text; one that is not UTF-8 is read with replacement characters, never an error."""
    return {name: (value or b"").decode(errors="replace") for name, value in headers}
