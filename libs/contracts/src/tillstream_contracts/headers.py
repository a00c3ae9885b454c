"""Kafka record headers: CloudEvents 1.0 in binary mode, and W3C Trace Context.

Source: CloudEvents "Kafka Protocol Binding" 1.0.2, §3.2. All header values are UTF-8 text.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

SPEC_VERSION = "1.0"
HEALED = "ce_tillstreamhealed"
"""The extension of an event of Stripe's that did not come from Stripe by itself: in which way it was found."""

_SPEC_VERSION = ("ce_specversion", SPEC_VERSION.encode())
_CONTENT_TYPE = ("content-type", b"application/json")

KafkaHeaders = list[tuple[str, bytes]]


class EventHeaders(NamedTuple):
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
        headers = [
            _SPEC_VERSION,
            ("ce_id", self.id.encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", self.type.encode()),
            ("ce_time", utc_text(self.time).encode()),
            ("ce_partitionkey", self.partition_key.encode()),
            _CONTENT_TYPE,
        ]
        headers += [(name, text.encode()) for name, text in self.extensions]
        if self.traceparent:
            headers.append(("traceparent", self.traceparent.encode()))
        return headers


def utc_text(moment: datetime) -> str:
    """As RFC 3339 has it, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def texts(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """A record's headers as text; one that is not UTF-8 is read with replacement characters, never an error."""
    return {name: (value or b"").decode(errors="replace") for name, value in headers}
