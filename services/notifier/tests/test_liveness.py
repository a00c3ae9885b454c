"""A process that gets nothing out of a Kafka that is there ends itself with code 70; one whose Kafka is away stays."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from devstack.fixtures import OwnKafka
from devstack.kafka_line import Api, KafkaLine
from devstack.ports import free_port
from devstack.service_process import ServiceProcess, service_process
from tillstream_operations import NO_PROGRESS

if TYPE_CHECKING:
    from conftest import OrderService

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
QUICK = {
    "NOTIFIER_KAFKA_TIMEOUT": "3",
    "NOTIFIER_KAFKA_RETRY": "0.1",
    "NOTIFIER_KAFKA_CHECK_INTERVAL": "0.2",
    "NOTIFIER_KAFKA_STUCK_AFTER": "4",
    "NOTIFIER_KAFKA_STALE_AFTER": "5",
    "NOTIFIER_END_AFTER": "2",
}
RECORDS = "notifier_records_total"
LONG = 40
"""Several times as long as a stuck one lives."""
Hand = Callable[[str], Any]


@pytest.fixture
def hand(house_of: Any, order_service: "OrderService") -> Hand:
    """Gives the test a hand in a Kafka of its own."""
    return lambda bootstrap: house_of(bootstrap, "", order_service)


@asynccontextmanager
async def service(bootstrap: str) -> AsyncIterator[ServiceProcess]:
    """notifier, ready."""
    port = free_port()
    settings = {
        "NOTIFIER_PORT": str(port),
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "TILLSTREAM_TOKEN_SECRET": "a secret of at least thirty-two characters",
        "LOG_FORMAT": "json",
    }
    async with service_process("notifier", port, settings | QUICK) as running:
        await running.until_ready()
        yield running


async def test_process_that_hears_of_records_and_gets_none_ends(line_to_kafka: KafkaLine, hand: Hand) -> None:
    """Kafka tells each new reader how much waits, so it is not Kafka that is away."""
    async with service(line_to_kafka.bootstrap) as stuck, hand(line_to_kafka.beside) as house:
        line_to_kafka.unanswered = Api.FETCH
        await line_to_kafka.until_unanswered()
        await house.publish("ord_1", 1)
        await stuck.until_ready(False, seconds=120)
        output = await stuck.output(seconds=120)
    assert stuck.process.returncode == NO_PROGRESS
    assert output.count("process_ends_without_progress") == 1


async def test_process_with_nothing_to_read_stays_and_reads_when_it_can(line_to_kafka: KafkaLine, hand: Hand) -> None:
    """Connection after connection dies, and yet nobody misses a change."""
    async with service(line_to_kafka.bootstrap) as waiting, hand(line_to_kafka.beside) as house:
        line_to_kafka.unanswered = Api.FETCH
        assert await waiting.stays(LONG)
        line_to_kafka.unanswered = None
        await house.publish("ord_1", 1)
        await waiting.until_counted(RECORDS, 1)


async def test_process_whose_kafka_is_frozen_for_long_stays_and_goes_on(own_kafka: OwnKafka, hand: Hand) -> None:
    """A restart would not help it."""
    async with service(own_kafka.bootstrap) as waiting, hand(own_kafka.bootstrap) as house:
        own_kafka.pause()
        await waiting.until_ready(False)
        assert await waiting.stays(LONG)
        own_kafka.resume()
        await waiting.until_ready()
        await house.publish("ord_1", 1)
        await waiting.until_counted(RECORDS, 1)
