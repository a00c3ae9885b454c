"""The fixtures give what other tests rely on: real servers, alone in their corner of them."""

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from devstack.fixtures import OwnKafka
from devstack.readiness import kafka_answers
from devstack.topics import create_topics
from tillstream_contracts import ORDERS_STATUS, TOPICS

pytestmark = pytest.mark.integration


async def test_a_record_written_under_the_prefix_is_read_back(kafka_bootstrap: str, kafka_prefix: str) -> None:
    topic = ORDERS_STATUS.under(kafka_prefix)
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all") as producer:
        await producer.send_and_wait(topic, b"value", key=b"ord_1")
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest") as consumer:
        assert (await consumer.getone()).value == b"value"


async def test_every_topic_of_the_contracts_has_three_partitions(kafka_bootstrap: str, kafka_prefix: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        described = await admin.describe_topics([topic.under(kafka_prefix) for topic in TOPICS])
    finally:
        await admin.close()
    assert {topic["topic"]: len(topic["partitions"]) for topic in described} == {
        topic.under(kafka_prefix): 3 for topic in TOPICS
    }


async def test_topics_that_exist_already_are_left_as_they_are(kafka_bootstrap: str, kafka_prefix: str) -> None:
    assert await create_topics(kafka_bootstrap, prefix=kafka_prefix) == [topic.under(kafka_prefix) for topic in TOPICS]


@pytest.mark.parametrize("turn", [1, 2])
async def test_the_database_is_fresh_each_time(database_url: str, turn: int) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("CREATE TABLE mine (id int)")
        assert await connection.fetchval("SELECT count(*) FROM mine") == 0
    finally:
        await connection.close()


async def test_an_own_broker_keeps_its_records_over_a_crash(own_kafka: OwnKafka) -> None:
    async with AIOKafkaProducer(bootstrap_servers=own_kafka.bootstrap, acks="all") as producer:
        await producer.send_and_wait(ORDERS_STATUS.name, b"kept", partition=0)
    own_kafka.stop()
    assert not await kafka_answers(own_kafka.bootstrap)
    own_kafka.start()
    async with AIOKafkaConsumer(
        ORDERS_STATUS.name, bootstrap_servers=own_kafka.bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        assert (await consumer.getone()).value == b"kept"


async def test_a_paused_broker_answers_nobody_until_it_goes_on(own_kafka: OwnKafka) -> None:
    own_kafka.pause()
    assert not await kafka_answers(own_kafka.bootstrap)
    own_kafka.resume()
    assert await kafka_answers(own_kafka.bootstrap)
