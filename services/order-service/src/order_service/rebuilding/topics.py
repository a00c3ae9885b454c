"""Reading topics from their beginning up to given offsets, in no consumer group."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from order_service.published import partitions_of

Place = tuple[str, int]
RECORDS: Final = 1000
POLL_MS: Final = 1000


@dataclass(slots=True)
class Topics:
    """All partitions of some topics, and where the next record of each is read from."""

    kafka: AIOKafkaConsumer
    positions: dict[Place, int] = field(default_factory=dict)
    reaches_back_to: datetime | None = None
    """When the oldest record was written that is still there, where older ones are gone; None if none is."""

    async def begin(self, names: Collection[str]) -> None:
        """Go to where they begin today."""
        partitions = await partitions_of(self.kafka, names)
        begins = await self.kafka.beginning_offsets(partitions)
        self.positions = {(one.topic, one.partition): begins[one] for one in partitions}
        for partition in partitions:
            self.kafka.seek(partition, begins[partition])
        await self._look_back([one for one in partitions if begins[one] > 0])

    async def ends(self) -> dict[Place, int]:
        """Where they end by now."""
        ends = await self.kafka.end_offsets([TopicPartition(*place) for place in self.positions])
        return {(one.topic, one.partition): end for one, end in ends.items()}

    def left(self, until: Mapping[Place, int]) -> int:
        """How many records are still to be read."""
        return sum(max(0, until.get(place, 0) - at) for place, at in self.positions.items())

    async def read(self, until: Mapping[Place, int]) -> AsyncIterator[list[Any]]:
        """The records before these offsets, in batches; whoever stops in between goes on from the batch in hand."""
        waiting = self._seek(until)
        while waiting:
            found = await self.kafka.getmany(*waiting, timeout_ms=POLL_MS, max_records=RECORDS)
            records = [
                record
                for partition, some in found.items()
                for record in some
                if record.offset < until[partition.topic, partition.partition]
            ]
            if records:
                yield records
            for one in waiting:
                self.positions[one.topic, one.partition] = await self.kafka.position(one)
            waiting = self._waiting(until)
        self.positions = {place: min(at, until.get(place, at)) for place, at in self.positions.items()}

    def _seek(self, until: Mapping[Place, int]) -> list[TopicPartition]:
        for place, at in self.positions.items():
            self.kafka.seek(TopicPartition(*place), at)
        return self._waiting(until)

    def _waiting(self, until: Mapping[Place, int]) -> list[TopicPartition]:
        return [TopicPartition(*place) for place, at in self.positions.items() if at < until.get(place, 0)]

    async def _look_back(self, cut_off: Collection[TopicPartition]) -> None:
        """Where retention has removed records, find when the oldest that is left was written; the latest counts."""
        ends = await self.kafka.end_offsets(list(cut_off)) if cut_off else {}
        oldest: list[datetime] = []
        for partition in cut_off:
            at = self.positions[partition.topic, partition.partition]
            if at == ends[partition]:
                oldest.append(datetime.now(UTC))
                continue
            self.kafka.seek(partition, at)
            found = await self.kafka.getmany(partition, timeout_ms=POLL_MS * 10, max_records=1)
            oldest += [datetime.fromtimestamp(record.timestamp / 1000, UTC) for [record] in found.values()]
        self.reaches_back_to = max(oldest, default=None)
