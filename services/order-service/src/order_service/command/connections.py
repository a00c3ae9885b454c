"""The command's hands in PostgreSQL and Kafka, each with a limit to its patience."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError

from order_service.command.trouble import Exit, Trouble
from order_service.operator_settings import OperatorSettings
from order_service.postgres import Connection
from order_service.publisher import LARGEST_REQUEST
from order_service.schema import what_is_wrong_with_schema
from tillstream_operations import leave
from tillstream_operations.kafka_records import take_any_header_names

GOODBYE_SECONDS: Final = 2.0
NAME: Final = "tillstream"


@asynccontextmanager
async def database(settings: OperatorSettings) -> AsyncIterator[Connection]:
    """A connection to a database whose schema this build knows. Raises Trouble if it is too old."""
    seconds = settings.database_timeout.total_seconds()
    connection = await asyncpg.connect(
        settings.database_url.get_secret_value(),
        timeout=seconds,
        command_timeout=seconds,
        server_settings={"application_name": NAME, "jit": "off"},
    )
    try:
        if problem := await what_is_wrong_with_schema(connection):
            raise Trouble(problem, Exit.SCHEMA)
        yield connection
    finally:
        await connection.close(timeout=GOODBYE_SECONDS)


@asynccontextmanager
async def consumer(settings: OperatorSettings) -> AsyncIterator[AIOKafkaConsumer]:
    """A reader that is in no group, and so takes nothing from anybody. Raises KafkaError."""
    take_any_header_names()
    kafka = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        client_id=NAME,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        request_timeout_ms=_milliseconds(settings),
    )
    async with _opened(kafka, settings):
        yield kafka


@asynccontextmanager
async def producer(settings: OperatorSettings) -> AsyncIterator[AIOKafkaProducer]:
    """A writer that waits for all replicas. Raises KafkaError."""
    kafka = AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        client_id=NAME,
        acks="all",
        request_timeout_ms=_milliseconds(settings),
        max_request_size=LARGEST_REQUEST,
    )
    async with _opened(kafka, settings):
        yield kafka


@asynccontextmanager
async def admin(settings: OperatorSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Knows topics and how far groups have come. Raises KafkaError."""
    kafka = AIOKafkaAdminClient(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        client_id=NAME,
        request_timeout_ms=_milliseconds(settings),
    )
    await _in_time(kafka.start(), settings)
    try:
        yield kafka
    finally:
        await kafka.close()


@asynccontextmanager
async def _opened(kafka: AIOKafkaConsumer | AIOKafkaProducer, settings: OperatorSettings) -> AsyncIterator[None]:
    try:
        await _in_time(kafka.start(), settings)
        yield
    finally:
        await leave(kafka.stop(), within=GOODBYE_SECONDS)


async def _in_time(start: Awaitable[None], settings: OperatorSettings) -> None:
    try:
        async with asyncio.timeout(settings.publish_timeout.total_seconds()):
            await start
    except TimeoutError as error:
        raise KafkaConnectionError from error


def _milliseconds(settings: OperatorSettings) -> int:
    return int(settings.publish_timeout.total_seconds() * 1000)
