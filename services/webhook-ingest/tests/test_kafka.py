"""The whole service on a real Kafka: what is stored, and what happens when Kafka is away."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import OutOfOrderSequenceNumber
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from pydantic import SecretStr

from tillstream_contracts import STRIPE_EVENTS
from webhook_ingest.app import create_app
from webhook_ingest.producer import Producer, make_producer
from webhook_ingest.records import NotStored, Record
from webhook_ingest.settings import Settings

pytestmark = pytest.mark.integration
Deliver = Callable[..., Awaitable[Any]]
Event = Callable[..., bytes]


@asynccontextmanager
async def running(bootstrap: str, prefix: str = "") -> AsyncIterator[FastAPI]:
    """The app between start and shutdown."""
    app = create_app(
        Settings(
            stripe_webhook_secret=(SecretStr("whsec_test"),),
            kafka_bootstrap_servers=bootstrap,
            kafka_topic_prefix=prefix,
        )
    )
    async with LifespanManager(app, shutdown_timeout=15):
        yield app


async def read(bootstrap: str, count: int, prefix: str = "") -> list[ConsumerRecord]:
    """The first so many records of the topic."""
    consumer = AIOKafkaConsumer(
        STRIPE_EVENTS.under(prefix), bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        async with asyncio.timeout(20):
            return [await consumer.getone() for _ in range(count)]
    finally:
        await consumer.stop()


async def test_kafka_holds_the_bytes_the_key_and_the_headers(
    kafka_bootstrap: str, kafka_prefix: str, deliver: Deliver, event: Event
) -> None:
    bodies = {
        f"evt_{n}": event(n, data={"object": {"id": f"ch_{n}", "object": "charge", "payment_intent": f"pi_{n % 7}"}})
        for n in range(100)
    }
    async with running(kafka_bootstrap, kafka_prefix) as app:
        answers = await asyncio.gather(*(deliver(app, body) for body in bodies.values()))
    assert {answer.status for answer in answers} == {200}
    records = await read(kafka_bootstrap, len(bodies), kafka_prefix)
    told = {dict(record.headers)["ce_id"].decode(): record for record in records}
    assert {event_id: record.value for event_id, record in told.items()} == bodies
    for event_id, record in told.items():
        assert record.key == b"pi_%d" % (int(event_id.removeprefix("evt_")) % 7)
    assert len({record.partition for record in records}) > 1
    assert all(len({r.partition for r in records if r.key == key}) == 1 for key in {r.key for r in records})


async def test_events_of_one_key_stand_in_the_order_of_their_answers(
    kafka_bootstrap: str, kafka_prefix: str, deliver: Deliver, event: Event
) -> None:
    async with running(kafka_bootstrap, kafka_prefix) as app:
        for number in range(20):
            assert (await deliver(app, event(number))).status == 200
    records = await read(kafka_bootstrap, 20, kafka_prefix)
    assert [json.loads(record.value)["id"] for record in records] == [f"evt_{number}" for number in range(20)]


async def test_broker_killed_is_503_in_time_and_recovers_by_itself(
    own_kafka: Any, deliver: Deliver, event: Event, get: Deliver
) -> None:
    async with running(own_kafka.bootstrap) as app:
        assert (await deliver(app, event(1))).status == 200
        assert (await get(app, "/readyz")).status == 200
        await asyncio.to_thread(own_kafka.stop)
        started = time.monotonic()
        answers = await asyncio.gather(*(deliver(app, event(number)) for number in range(2, 30)))
        assert time.monotonic() - started < 5
        assert {(answer.status, answer.headers["retry-after"]) for answer in answers} == {(503, "5")}
        await until_answer(app, get, 503)
        assert (await get(app, "/livez")).status == 200
        await asyncio.to_thread(own_kafka.start)
        await until_answer(app, get, 200)
        assert (await deliver(app, event(30))).status == 200
    written = {json.loads(record.value)["id"] for record in await read(own_kafka.bootstrap, 2)}
    assert "evt_1" in written


async def test_broker_frozen_is_503_in_time_and_what_was_answered_200_is_there(
    own_kafka: Any, deliver: Deliver, event: Event
) -> None:
    async with running(own_kafka.bootstrap) as app:
        assert (await deliver(app, event(0))).status == 200
        own_kafka.pause()
        status = 200
        while status == 200:  # a signal needs a moment to stop every thread of the broker
            started = time.monotonic()
            status = (await deliver(app, event(1))).status
        assert status == 503
        assert time.monotonic() - started < 5
        own_kafka.resume()
        async with asyncio.timeout(20):
            while (await deliver(app, event(2))).status != 200:
                pass
    records = await read(own_kafka.bootstrap, 2)
    assert "evt_0" in {json.loads(record.value)["id"] for record in records}


async def test_starts_while_kafka_is_down_and_finds_it_when_it_comes(
    own_kafka: Any, deliver: Deliver, event: Event, get: Deliver
) -> None:
    await asyncio.to_thread(own_kafka.stop)
    async with running(own_kafka.bootstrap) as app:
        assert (await get(app, "/readyz")).status == 503
        assert (await deliver(app, event(1))).status == 503
        await asyncio.to_thread(own_kafka.start)
        await until_answer(app, get, 200)
        assert (await deliver(app, event(2))).status == 200


async def test_answer_comes_only_after_the_brokers(own_kafka: Any, deliver: Deliver, event: Event) -> None:
    async with running(own_kafka.bootstrap) as app:
        assert (await deliver(app, event(1))).status == 200
        own_kafka.pause()
        waiting: set[asyncio.Future[Any]] = set()
        while not waiting:  # a signal needs a moment to stop every thread of the broker
            _, waiting = await asyncio.wait([asyncio.ensure_future(deliver(app, event(2)))], timeout=0.5)
        own_kafka.resume()
        assert (await waiting.pop()).status == 200


async def test_a_producer_that_failed_for_good_is_replaced(
    kafka_bootstrap: str, kafka_prefix: str, deliver: Deliver, event: Event, producers: list[Any]
) -> None:
    async with running(kafka_bootstrap, kafka_prefix) as app:
        assert (await deliver(app, event(1))).status == 200
        producers[0]._message_accumulator.fail_all(OutOfOrderSequenceNumber())
        assert (await deliver(app, event(2))).status == 503
        assert (await deliver(app, event(3))).status == 200
    assert len(producers) == 2
    assert [json.loads(record.value)["id"] for record in await read(kafka_bootstrap, 2, kafka_prefix)] == [
        "evt_1",
        "evt_3",
    ]


async def test_records_that_do_not_fit_into_one_request_are_refused_together(
    kafka_bootstrap: str, kafka_prefix: str
) -> None:
    """None of them may be called stored; aiokafka drops the last one without a word."""
    topic = STRIPE_EVENTS.under(kafka_prefix)
    producer = Producer(topic, lambda: make_producer(kafka_bootstrap), close_timeout=4, stuck_after=30)
    await producer.start()
    heard: list[tuple[int, BaseException | None]] = []
    await producer.write({0: [Record(b"pi_1", bytes(600_000), []) for _ in range(2)]}, lambda *one: heard.append(one))
    assert [(partition, type(error)) for partition, error in heard] == [(0, NotStored)]
    await producer.write({0: [Record(b"pi_1", b"fits", [])]}, lambda *one: heard.append(one))
    assert heard[1:] == [(0, None)]
    await producer.stop()
    assert [record.value for record in await read(kafka_bootstrap, 1, kafka_prefix)] == [b"fits"]


async def until_answer(app: FastAPI, get: Deliver, status: int) -> None:
    """Return once the service calls itself ready, or not."""
    async with asyncio.timeout(20):
        while (await get(app, "/readyz")).status != status:  # noqa: ASYNC110 asked over HTTP
            await asyncio.sleep(0.05)
