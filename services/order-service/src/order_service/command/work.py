"""What a command works with: settings, PostgreSQL, and the parked topics as they stand now."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import typer
from aiokafka.admin import AIOKafkaAdminClient

from order_service.command import parked_list
from order_service.command.connections import admin, consumer, database
from order_service.command.parked_list import Filters, Known, State
from order_service.command.parked_topics import SOURCES, ParkedTopics
from order_service.command.places import Place
from order_service.command.trouble import Exit, Trouble
from order_service.operator_settings import OperatorSettings
from order_service.postgres import Connection


@dataclass(frozen=True, slots=True)
class Work:
    """The open connections of one command."""

    settings: OperatorSettings
    connection: Connection
    topics: ParkedTopics
    admin: AIOKafkaAdminClient

    async def known(self, places: Sequence[Place]) -> list[Known]:
        """These parked records, each once. Raises Trouble if one of them is none."""
        found = {place: await parked_list.find(self.connection, place) for place in places}
        if missing := [str(place) for place, known in found.items() if known is None]:
            raise Trouble(f"Not parked: {', '.join(missing)}. See `tillstream parked list --all`.", Exit.NOT_FOUND)
        return [known for known in found.values() if known]

    async def matching(self, filters: Filters, most: int) -> list[Known]:
        """So many of those that a filter finds, oldest first."""
        return [*await parked_list.page(self.connection, filters, after=None, limit=most)][::-1]


@asynccontextmanager
async def at_work(settings: OperatorSettings) -> AsyncIterator[Work]:
    """Take stock of the parked topics, then let the command work. Raises Trouble or KafkaError."""
    async with database(settings) as connection, consumer(settings) as kafka, admin(settings) as clerk:
        patience = settings.publish_timeout.total_seconds()
        topics = ParkedTopics(kafka, clerk, prefix=settings.kafka_topic_prefix, patience=patience)
        await topics.take_stock(connection)
        yield Work(settings, connection, topics, clerk)


def filters(
    settings: OperatorSettings, *, states: tuple[State, ...], topic: str | None = None, **others: object
) -> Filters:
    """What a list is narrowed to; topics may be given with their prefix or without."""
    if topic is not None:
        bare = topic.removesuffix(".parked").removeprefix(settings.kafka_topic_prefix)
        if bare not in SOURCES:
            raise typer.BadParameter(f"{topic!r} is none of {', '.join(SOURCES)}.", param_hint="--topic")
        topic = settings.kafka_topic_prefix + bare
    return Filters(topic=topic, states=states, **others)  # type: ignore[arg-type]
