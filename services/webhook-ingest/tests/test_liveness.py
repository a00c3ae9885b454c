"""A process that gets nothing into a Kafka that is there ends itself with code 70; one that can mend itself stays."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest

from devstack.fixtures import OwnKafka
from devstack.kafka_line import Api, KafkaLine
from devstack.ports import free_port
from devstack.service_process import ServiceProcess, service_process
from tillstream_operations import NO_PROGRESS

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
QUICK = {"WEBHOOK_INGEST_STUCK_AFTER": "4", "WEBHOOK_INGEST_END_AFTER": "2"}
LONG = 40
"""Several times as long as a stuck one lives."""
Bytes = Callable[..., bytes]


@asynccontextmanager
async def service(bootstrap: str) -> AsyncIterator[ServiceProcess]:
    """webhook-ingest, ready."""
    port = free_port()
    settings = {
        "STRIPE_WEBHOOK_SECRET": "whsec_test",
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "WEBHOOK_INGEST_PORT": str(port),
        "LOG_FORMAT": "json",
    }
    async with service_process("webhook_ingest", port, settings | QUICK) as running:
        await running.until_ready()
        yield running


@pytest.fixture
def delivering(sign: Bytes, event: Bytes) -> Callable[[ServiceProcess], Any]:
    """Sends webhooks all the time, as Stripe does, and gives the answers' statuses."""

    @asynccontextmanager
    async def delivering(running: ServiceProcess) -> AsyncIterator[list[int]]:
        statuses: list[int] = []

        async def deliver(session: aiohttp.ClientSession) -> None:
            while True:
                body = event(len(statuses))
                headers = {"stripe-signature": sign(body).decode()}
                with suppress(aiohttp.ClientError):
                    url = f"{running.url}/webhooks/stripe"
                    async with session.post(url, data=body, headers=headers) as answer:
                        statuses.append(answer.status)
                await asyncio.sleep(0.05)

        async with aiohttp.ClientSession() as session:
            sender = asyncio.create_task(deliver(session))
            try:
                yield statuses
            finally:
                sender.cancel()
                await asyncio.gather(sender, return_exceptions=True)

    return delivering


async def test_process_whose_writes_are_never_answered_ends(line_to_kafka: KafkaLine, delivering: Any) -> None:
    """Kafka answers each new producer, so it is not Kafka that is away; meanwhile nobody is told 200."""
    async with service(line_to_kafka.bootstrap) as stuck:
        line_to_kafka.unanswered = Api.PRODUCE
        async with delivering(stuck) as statuses:
            output = await stuck.output(seconds=120)
    assert stuck.process.returncode == NO_PROGRESS
    assert output.count("process_ends_without_progress") == 1
    assert set(statuses) == {503}


async def test_process_whose_connection_died_without_a_word_connects_anew(line_to_kafka: KafkaLine) -> None:
    """Though nothing is written meanwhile, as nobody sends webhooks to who is not ready."""
    async with service(line_to_kafka.bootstrap) as running:
        line_to_kafka.kill_open_connections()
        await running.until_ready(False)
        await running.until_ready()
        assert running.process.returncode is None


async def test_process_whose_kafka_is_frozen_for_long_stays_and_goes_on(
    own_kafka: OwnKafka, delivering: Any, until: Any
) -> None:
    """A restart would not help it."""
    async with service(own_kafka.bootstrap) as waiting, delivering(waiting) as statuses:
        own_kafka.pause()
        await waiting.until_ready(False)
        assert await waiting.stays(LONG)
        own_kafka.resume()
        await waiting.until_ready()
        told = len(statuses)
        await until(lambda: 200 in statuses[told:], seconds=30)
