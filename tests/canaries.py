"""Words that stand for a person's, a card's and a shop's secrets, and the places in which they are looked for."""

from dataclasses import replace

import asyncpg
from aiokafka.structs import ConsumerRecord

from kafka_topics import records
from running_house import RunningHouse
from shop_server import ShopServer
from tillstream_contracts import (
    ORDERS_PLACED,
    ORDERS_STATUS,
    PAYMENTS_ATTACHED,
    STRIPE_EVENTS,
    SUBSCRIPTIONS_STATUS,
    Topic,
)

EMAIL = "wilhelmina.quokka@marsupial-post.example"
NAME = "Wilhelmina Quokkafield"
STREET = "17 Bandicoot Crescent"
CARD = "4716736129475584"
PERSONAL = (EMAIL, "marsupial-post", "quokka@", NAME, "Quokkafield", STREET, "Bandicoot", CARD)
SHOPS_WORDS = "bilby-in-the-shops-own-metadata"
"""Metadata is the shop's: it goes where docs/personal-data.md says, and into no log, number or reason."""

SERVICES = (
    "intent-api",
    "webhook-ingest",
    "order-service",
    "order-service-resolver",
    "order-service-reconciler",
    "notifier",
)
WRITTEN_BY_US = (ORDERS_PLACED, ORDERS_STATUS, SUBSCRIPTIONS_STATUS, PAYMENTS_ATTACHED)
PARKABLE = (STRIPE_EVENTS, ORDERS_PLACED, PAYMENTS_ATTACHED)
OURS_IN_THE_DATABASE = (
    "SELECT row_to_json(t)::text FROM order_changes t",
    "SELECT row_to_json(t)::text FROM subscription_changes t",
    "SELECT (to_jsonb(t) - 'body' - 'value' - 'key')::text FROM parked_records t",
    "SELECT row_to_json(t)::text FROM timeline t",
    "SELECT row_to_json(t)::text FROM inbox t",
    "SELECT row_to_json(t)::text FROM attach_requests t",
)


def in_logs(house: RunningHouse, words: set[str]) -> set[tuple[str, str]]:
    """Which of the words stand in which program's log, Kafka's and PostgreSQL's among them."""
    logs = {file.name: file.read_text(errors="replace") for file in (house.state / "logs").iterdir()}
    return {(name, word) for name, text in logs.items() for word in words if word in text}


async def in_metrics(shop: ShopServer, words: set[str]) -> set[tuple[str, str]]:
    """Which stand in what a service counts."""
    told = {name: await shop.metrics(name) for name in SERVICES}
    return {(f"{name}/metrics", word) for name, text in told.items() for word in words if word in text}


async def in_topics(house: RunningHouse, words: set[str], *, unwritten: bytes) -> set[tuple[str, str]]:
    """Which stand in a record that we wrote: in all of it, or in the headers alone where the body is Stripe's.

    `unwritten` marks the records that the test itself put into our topics.
    """
    found = set()
    for topic in WRITTEN_BY_US:
        texts = [_all_of(each) for each in await records(house, topic) if unwritten not in (each.value or b"")]
        found |= {(topic.name, word) for text in texts for word in words if word in text}
    for topic in (STRIPE_EVENTS, *(_parked(topic) for topic in PARKABLE)):
        texts = [_headers_of(each) for each in await records(house, topic)]
        found |= {(f"{topic.name}'s headers", word) for text in texts for word in words if word in text}
    return found


async def in_database(house: RunningHouse, words: set[str]) -> set[tuple[str, str]]:
    """Which stand in what order-service says of orders, and of records that it parked."""
    url = house.process("order-service").environ()["ORDER_SERVICE_DATABASE_URL"]
    connection = await asyncpg.connect(url, timeout=20)
    try:
        rows = {question: await connection.fetch(question) for question in OURS_IN_THE_DATABASE}
    finally:
        await connection.close()
    told = [(question, str(row[0])) for question, found in rows.items() for row in found]
    return {(question, word) for question, text in told for word in words if word in text}


async def parked(house: RunningHouse) -> int:
    """How many records were parked."""
    return sum([len(await records(house, _parked(topic))) for topic in PARKABLE])


def _parked(topic: Topic) -> Topic:
    return replace(topic, name=topic.name + ".parked")


def _all_of(record: "ConsumerRecord[bytes, bytes]") -> str:
    return f"{record.key!r} {(record.value or b'').decode(errors='replace')} {_headers_of(record)}"


def _headers_of(record: "ConsumerRecord[bytes, bytes]") -> str:
    return str([(name, value.decode(errors="replace")) for name, value in record.headers])
