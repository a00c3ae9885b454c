"""What can be watched, and all that differs between an order and a subscription. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from notifier.frames import Change
from tillstream_contracts import Topic


class Heard(NamedTuple):
    """A change as Kafka told it: of whose thing, when it happened, and what clients get."""

    merchant_id: str
    watched_id: str
    occurred_at: datetime
    change: Change


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of thing that can be watched. Its readers raise pydantic's ValidationError."""

    name: str
    topic: Topic
    event_type: str
    path: str
    """Where order-service answers for one, to which its id is added."""
    read_event: Callable[[bytes], Heard]
    """From a record's value."""
    read_stored: Callable[[bytes], Change]
    """From order-service's answer, as a `snapshot`."""
    unheard_of: Callable[[str, datetime], Change]
    """The `snapshot` of one that order-service has not heard of yet: version 0."""
