"""A process that gets nothing into a Kafka that is there ends itself with code 70; one that can mend itself stays."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING

import aiohttp
import pytest

from devstack.kafka_line import Api as Requests
from devstack.ports import free_port
from devstack.service_process import ServiceProcess, service_process
from tillstream_operations import NO_PROGRESS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from devstack.fixtures import OwnKafka
    from devstack.kafka_line import KafkaLine
    from scripted_stripe import ScriptedStripe

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
CART = {"items": [{"sku": "mug", "quantity": 1}], "currency": "usd"}
SECRET_KEY, PUBLISHABLE_KEY = "sk_test_merchant_0123456789", "pk_test_merchant_0123456789"
SLOWLY = "24"
"""Each look then has the time to ask Kafka, so that only a true answer ends the process."""
LONG = 40
"""Several times as long as a stuck one lives."""


@asynccontextmanager
async def service(bootstrap: str, stripe: ScriptedStripe, *, end_after: str = "2") -> AsyncIterator[ServiceProcess]:
    """intent-api, ready."""
    port = free_port()
    settings = {
        "INTENT_API_PORT": str(port),
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "STRIPE_API_BASE": stripe.url,
        "STRIPE_SECRET_KEY": "sk_test_stripe",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_stripe",
        "TILLSTREAM_SECRET_KEY": SECRET_KEY,
        "TILLSTREAM_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
        "TILLSTREAM_TOKEN_SECRET": "a token secret that is long enough, for tests only",
        "LOG_FORMAT": "json",
        "INTENT_API_STUCK_AFTER": "4",
        "INTENT_API_END_AFTER": end_after,
        "INTENT_API_PUBLISH_TIMEOUT": "1",
    }
    async with service_process("intent_api", port, settings) as running:
        await running.until_ready()
        yield running


@asynccontextmanager
async def buying(running: ServiceProcess) -> AsyncIterator[list[int]]:
    """Somebody buys all the time; gives the answers' statuses."""
    statuses: list[int] = []

    async def buy(session: aiohttp.ClientSession) -> None:
        for number in count():
            headers = {
                "Authorization": f"Bearer {PUBLISHABLE_KEY}",
                "Content-Type": "application/json",
                "Idempotency-Key": f"key-{number}",
            }
            with suppress(aiohttp.ClientError):
                url = f"{running.url}/v1/payment-intents"
                async with session.post(url, data=json.dumps(CART), headers=headers) as answer:
                    statuses.append(answer.status)
            await asyncio.sleep(0.2)  # as many as one address may

    async with aiohttp.ClientSession() as session:
        buyer = asyncio.create_task(buy(session))
        try:
            yield statuses
        finally:
            buyer.cancel()
            await asyncio.gather(buyer, return_exceptions=True)


async def test_process_whose_writes_are_never_answered_ends(line_to_kafka: KafkaLine, stripe: ScriptedStripe) -> None:
    """Kafka answers each new connection, so it is not Kafka that is away; meanwhile no order is said to be placed."""
    async with service(line_to_kafka.bootstrap, stripe, end_after=SLOWLY) as stuck:
        line_to_kafka.unanswered = Requests.PRODUCE
        async with buying(stuck) as statuses:
            output = await stuck.output(seconds=150)
    assert stuck.process.returncode == NO_PROGRESS
    assert output.count("process_ends_without_progress") == 1
    assert set(statuses) == {503}


async def test_process_whose_connection_died_without_a_word_connects_anew(
    line_to_kafka: KafkaLine, stripe: ScriptedStripe
) -> None:
    """Though nothing is written meanwhile, as nobody sends buyers to who is not ready."""
    async with service(line_to_kafka.bootstrap, stripe) as running:
        line_to_kafka.kill_open_connections()
        await running.until_ready(False)
        await running.until_ready()
        assert running.process.returncode is None


async def test_process_whose_kafka_is_frozen_for_long_stays_and_goes_on(
    own_kafka: OwnKafka, stripe: ScriptedStripe
) -> None:
    """A restart would not help it."""
    async with service(own_kafka.bootstrap, stripe) as waiting, buying(waiting) as statuses:
        own_kafka.pause()
        await waiting.until_ready(False)
        assert await waiting.stays(LONG)
        own_kafka.resume()
        await waiting.until_ready()
        told = len(statuses)
        async with asyncio.timeout(30):
            while 200 not in statuses[told:]:  # noqa: ASYNC110  # heard over HTTP
                await asyncio.sleep(0.05)
