"""Folding the topics' records by the consumer's own way through a batch, without publishing anything."""

import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from time import monotonic
from typing import Final

from order_service.batches import Batches
from order_service.metrics import Metrics
from order_service.operator_settings import OperatorSettings
from order_service.parking_limit import ParkingLimit
from order_service.postgres import Connection
from order_service.publisher import Outgoing, Publisher
from order_service.reading import Reader
from order_service.rebuilding.schema import Just
from order_service.rebuilding.topics import Place, Topics
from order_service.records import Record

DISCARDED: Final = """
    SELECT DISTINCT topic, partition, record_offset FROM operator_actions
    WHERE action = 'discard' AND record_offset IS NOT NULL"""

Tell = Callable[[int, int, float], None]
"""Is told how many records are done, how many are left, and the seconds since the start."""


class Silent(Publisher):
    """Takes changes and parked records, and lets nobody hear of them: they were published when they happened."""

    def __init__(self) -> None:
        """It needs no Kafka."""

    async def publish(self, records: Iterable[Outgoing]) -> None:
        """Nothing is written."""


class Folding:
    """Brings the rebuilt schema forward."""

    def __init__(
        self,
        settings: OperatorSettings,
        topics: Topics,
        readers: Mapping[str, Reader],
        max_record_bytes: int,
        discarded: Collection[tuple[str, int, int]],
        tell: Tell,
    ) -> None:
        self._settings, self._topics, self._readers, self._discarded = settings, topics, readers, discarded
        self._max_record_bytes, self.tell = max_record_bytes, tell
        self.records, self.seconds = 0, 0.0

    async def up_to(self, until: Mapping[Place, int], connection: Connection) -> None:
        """Fold all records before these offsets; the connection's search path leads to the rebuilt schema."""
        begun, before = monotonic() - self.seconds, self.records
        batches = self._batches(connection)
        async for records in self._topics.read(until):
            await batches.handle(self._kept(records))
            self.records += len(records)
            self.seconds = monotonic() - begun
            self.tell(self.records, self._topics.left(until), self.seconds)
        if self.records == before:
            self.tell(self.records, 0, self.seconds)

    def _kept(self, records: Sequence[Record]) -> list[Record]:
        """What an operator has discarded stays out, even if it could be read by now."""
        if not self._discarded:
            return list(records)
        return [one for one in records if (one.topic, one.partition, one.offset) not in self._discarded]

    def _batches(self, connection: Connection) -> Batches:
        return Batches(
            Just(connection),
            Silent(),
            Metrics(),
            readers=self._readers,
            topic_prefix=self._settings.kafka_topic_prefix,
            merchant_id=self._settings.merchant_id,
            max_record_bytes=self._max_record_bytes,
            limit=ParkingLimit(sys.maxsize, sys.maxsize),
        )


async def discarded(connection: Connection) -> set[tuple[str, int, int]]:
    """Where the records stood that an operator discarded, by the live schema."""
    return {(topic, partition, offset) for topic, partition, offset in await connection.fetch(DISCARDED)}
