"""What became of replayed records: whether their consumers have passed them, and which were parked again."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from order_service.command import parked_list
from order_service.command.parked_list import Known
from order_service.command.parked_topics import ParkedTopics
from order_service.command.places import Place
from order_service.operator_settings import OperatorSettings
from order_service.parking import ORDER_SERVICE, RESOLVER
from order_service.postgres import Connection

ASK_SECONDS: Final = 0.2


class Result(StrEnum):
    """What became of one."""

    TAKEN_IN = "taken in"
    AGAIN = "parked again"
    WAITS = "not taken in yet"


async def results(
    settings: OperatorSettings,
    connection: Connection,
    topics: ParkedTopics,
    admin: AIOKafkaAdminClient,
    replayed: Mapping[Place, Known],
    *,
    seconds: float,
) -> dict[Place, tuple[Result, str]]:
    """What became of each, by where it stands now, as soon as all is known or so many seconds are over."""
    found = dict.fromkeys(replayed, (Result.WAITS, ""))
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while True:
        waiting = {place: known for place, known in replayed.items() if found[place][0] is Result.WAITS}
        passed = await _passed(settings, admin, waiting)
        if passed:
            await topics.take_stock(connection)
        for place in passed:
            again = await parked_list.find(connection, place)
            found[place] = (Result.AGAIN, again.reason) if again else (Result.TAKEN_IN, "")
        if len(passed) == len(waiting) or loop.time() > until:
            return found
        await asyncio.sleep(ASK_SECONDS)


async def _passed(
    settings: OperatorSettings, admin: AIOKafkaAdminClient, waiting: Mapping[Place, Known]
) -> list[Place]:
    """Those that the consumers who parked them have left behind, by their committed offsets."""
    of_group: dict[str, list[Place]] = defaultdict(list)
    for place, known in waiting.items():
        groups = {ORDER_SERVICE: settings.consumer_group, RESOLVER: settings.resolver_consumer_group}
        of_group[groups.get(known.parked_by or ORDER_SERVICE, settings.consumer_group)].append(place)
    passed = list[Place]()
    for group, places in of_group.items():
        partitions = {TopicPartition(place.topic, place.partition) for place in places}
        committed = await admin.list_consumer_group_offsets(group, partitions=list(partitions))
        reached = {partition: stand.offset for partition, stand in committed.items()}
        passed += [place for place in places if reached[TopicPartition(place.topic, place.partition)] > place.offset]
    return passed
