"""Kafka killed, frozen, absent: 503 in time, and recovery without help."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from tillstream_contracts import OrderPlaced

if TYPE_CHECKING:
    from calling import Answer, Api
    from conftest import Serve
    from devstack.fixtures import OwnKafka
    from placed_topic import PlacedTopic
    from scripted_stripe import ScriptedStripe

pytestmark = pytest.mark.integration
CART = {"items": [{"sku": "mug", "quantity": 1}], "currency": "usd"}
IN_TIME = 5.0


async def place(api: Api, key: str = "k") -> Answer:
    return await api.post("/v1/payment-intents", CART, key=key)


async def refused_in_time(api: Api) -> Answer:
    began = time.monotonic()
    answer = await place(api)
    assert time.monotonic() - began < IN_TIME
    assert (answer.status, answer.body["code"]) == (503, "broker_unavailable")
    assert answer.headers["Retry-After"] == "2"
    return answer


async def recovers(api: Api) -> Answer:
    async with asyncio.timeout(30):
        while (answer := await place(api)).status != 200:
            assert answer.status == 503
    return answer


async def test_killed_broker_is_503_and_the_same_order_goes_through_when_it_is_back(
    serve_api: Serve, stripe: ScriptedStripe, own_kafka: OwnKafka, own_placed_topic: PlacedTopic
) -> None:
    """Nothing restarted but Kafka; the retry asked Stripe under the same key."""
    api = await serve_api(kafka_bootstrap_servers=own_kafka.bootstrap, publish_timeout=3)
    before = await recovers(api)
    await asyncio.to_thread(own_kafka.stop)
    await refused_in_time(api)
    assert (await api.send("GET", "/readyz")).status == 503
    assert (await api.send("GET", "/livez")).status == 200
    await asyncio.to_thread(own_kafka.start)
    after = await recovers(api)
    assert after.body == before.body
    assert len({key for _, _, key in stripe.requests}) == 1
    assert (await api.send("GET", "/readyz")).status == 200
    records = await own_placed_topic.records(2)
    assert {OrderPlaced.model_validate_json(record.value).order_id for record in records} == {after.body["order_id"]}


async def test_frozen_broker_is_503_too(serve_api: Serve, own_kafka: OwnKafka) -> None:
    """Its connections stay open and nothing comes back."""
    api = await serve_api(kafka_bootstrap_servers=own_kafka.bootstrap, publish_timeout=1)
    await recovers(api)
    own_kafka.pause()
    try:
        await refused_in_time(api)
    finally:
        own_kafka.resume()
    await recovers(api)


async def test_service_starts_before_kafka_does(serve_api: Serve, own_kafka: OwnKafka) -> None:
    """And finds it by itself."""
    await asyncio.to_thread(own_kafka.stop)
    api = await serve_api(kafka_bootstrap_servers=own_kafka.bootstrap, publish_timeout=1)
    await refused_in_time(api)
    await asyncio.to_thread(own_kafka.start)
    await recovers(api)
