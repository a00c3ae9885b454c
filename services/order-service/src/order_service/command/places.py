"""Where a record stands in Kafka: the name by which operators know it."""

import re
from dataclasses import dataclass
from typing import Final

_PLACE: Final = re.compile(r"([A-Za-z0-9._-]{1,249})/(\d{1,9})/(\d{1,18})", re.ASCII)


class NoPlace(ValueError):
    """The text names no place."""

    def __init__(self) -> None:
        super().__init__("has to be topic/partition/offset, such as stripe.events.v1/3/1042")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Of a parked record: where it first stood."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """`topic/partition/offset`. Raises NoPlace."""
        found = _PLACE.fullmatch(text)
        if found is None:
            raise NoPlace
        return cls(found[1], int(found[2]), int(found[3]))
