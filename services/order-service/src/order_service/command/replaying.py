"""Replaying: a parked record is written back to where it first stood, as it was then."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from order_service.command import actions
from order_service.command.actions import Act, Action
from order_service.command.copies import original_headers
from order_service.command.parked_list import Known
from order_service.command.parked_topics import ParkedTopics
from order_service.command.places import Place
from order_service.postgres import Connection

GONE: Final = "Kafka has it no longer: neither among the parked ones nor where it first stood"
TOO_LARGE: Final = "Kafka finds it too large: raise max.message.bytes of its topic, or discard it"


class CannotBeReplayed(Exception):
    """Prints why."""


@dataclass(frozen=True, slots=True)
class Original:
    """A record as it was before it was parked."""

    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


async def original(topics: ParkedTopics, known: Known) -> Original:
    """From its copy; where that is gone, or does not hold the value, from where it first stood. Raises KafkaError."""
    for place in (known.copy if known.has_value else None, known.place):
        if place and (record := await topics.read(place)):
            headers = record.headers if place == known.place else original_headers(record.headers)
            return Original(record.key, record.value, headers)
    raise CannotBeReplayed(GONE)


class Replaying:
    """Writes records back, each noted before and after."""

    def __init__(self, connection: Connection, producer: AIOKafkaProducer, *, by: str, patience: float) -> None:
        self._connection, self._producer, self._by, self._patience = connection, producer, by, patience

    async def replay(self, known: Known, found: Original, because: str) -> Place:
        """Where it stands now, acknowledged by all replicas. Raises KafkaError or CannotBeReplayed."""
        line = await actions.note(self._connection, Act(self._by, Action.REPLAY, known.place, because))
        written = await self._write(known.place, found)
        await actions.note_written(self._connection, line, written)
        return written

    async def _write(self, place: Place, found: Original) -> Place:
        try:
            async with asyncio.timeout(self._patience):
                acknowledged = await self._send(place, found)
        except MessageSizeTooLargeError as error:
            raise CannotBeReplayed(TOO_LARGE) from error
        except TimeoutError as error:
            raise KafkaTimeoutError from error
        return Place(acknowledged.topic, acknowledged.partition, acknowledged.offset)

    async def _send(self, place: Place, found: Original) -> Any:
        """To the partition it was in; in a topic that was made anew with fewer, where its key belongs."""
        there = place.partition in await self._producer.partitions_for(place.topic)
        return await self._producer.send_and_wait(
            place.topic,
            found.value,
            key=found.key,
            partition=place.partition if there else None,
            headers=list(found.headers),
        )


class Pace:
    """So many a second at most, evenly spread."""

    def __init__(self, rate: float) -> None:
        self._gap, self._next = 1 / rate, 0.0

    async def turn(self) -> None:
        """Return when the next one may go."""
        clock = asyncio.get_running_loop().time
        self._next = max(self._next + self._gap, clock())
        await asyncio.sleep(self._next - clock())
