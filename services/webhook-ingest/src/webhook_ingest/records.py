"""What is written to Kafka, and what becomes of it."""

from collections.abc import Callable
from typing import Final, NamedTuple

from tillstream_contracts.headers import KafkaHeaders

_OVERHEAD: Final = 2_048  # the most that key and headers take, as keys.py bounds them


class NotStored(Exception):
    """Kafka has not acknowledged the record; it may still be written. Let the sender retry."""


class Record(NamedTuple):
    """A record as it will stand in Kafka."""

    key: bytes
    value: bytes
    headers: KafkaHeaders

    def size(self) -> int:
        """At least the bytes that it takes in a batch."""
        return len(self.value) + _OVERHEAD


Settled = Callable[[NotStored | None], None]
"""Called once: with nothing when Kafka has acknowledged the record, or with why that is not known."""

Heard = Callable[[int, BaseException | None], None]
"""The same for a partition's batch, with the partition."""
