"""A record of Kafka as aiokafka hands it over, said in types, which it lacks."""

from collections.abc import Sequence
from typing import Protocol


class Record(Protocol):
    """The parts of aiokafka's ConsumerRecord that are used here."""

    @property
    def topic(self) -> str:
        """Where it stands."""

    @property
    def partition(self) -> int:
        """In which partition."""

    @property
    def offset(self) -> int:
        """At which place."""

    @property
    def timestamp(self) -> int:
        """Since when, in milliseconds since 1970."""

    @property
    def key(self) -> bytes | None:
        """What decided its partition."""

    @property
    def value(self) -> bytes | None:
        """What it says."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """What is said about it."""
