"""The model of what happens at Stripe and the real services come to the same end."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from chaos.judging.api_side import ask_all
from chaos.judging.frames_side import frames_of, read_frames, read_watched
from chaos.judging.states import expected_state
from chaos.options import Options
from chaos.stripe import Event, Expected, Life, Placed, journal_of, lives, send, told
from chaos.stripe.journal import Journal, Order, read, read_lines
from chaos.stripe.lives.catalogue import KINDS
from chaos.watchers import watching
from tillstream_contracts import STRIPE_EVENTS
from tillstream_contracts.stripe_keys import key_of

pytestmark = pytest.mark.integration
EVERY_KIND = len(KINDS)
Ways = Callable[[Sequence[Event]], Sequence[Event]]

WAYS: dict[int, Ways] = {
    21: lambda events: events,
    22: lambda events: events[::-1],
    23: lambda events: random.Random(23).sample(events, len(events)),
    24: lambda events: random.Random(24).choices(events, k=3 * len(events)) + list(events),
}
"""How a run is told, by its seed: in its order, backwards, shuffled, and many times over."""


def whole_lives(seed: int) -> list[Life]:
    """One life of each kind, and intent-api's answers made up."""
    placed = {number: Placed(f"ord_{seed}_{number}", f"pi_{seed}_{number}") for number in range(EVERY_KIND)}
    return list(lives(seed, EVERY_KIND, begun_at=1_790_000_000, placed=placed))


async def differences(house: Any, wanted: Sequence[Expected]) -> dict[str, Any]:
    """What order-service answers otherwise than the model says."""
    answers = await ask_all(house.order_urls, house.secret_key, wanted)
    return {one.id: (answers[one.id], one) for one in wanted if answers[one.id] != expected_state(one)}


async def assert_ends(house: Any, wanted: Sequence[Expected], within: float = 60) -> None:
    """Order-service answers what the model says of each, in a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while await differences(house, wanted):  # noqa: ASYNC110 - another process has no event to wait for
                await asyncio.sleep(0.5)
    assert await differences(house, wanted) == {}


async def test_every_kind_of_life_ends_as_the_model_says_however_it_is_told(small_house: Any) -> None:
    topic, expected = STRIPE_EVENTS.under(small_house.topic_prefix), []
    async with AIOKafkaProducer(bootstrap_servers=small_house.kafka_bootstrap, acks="all") as producer:
        for seed, way in WAYS.items():
            for life in whole_lives(seed):
                expected.append(life.expected)
                for event in way(life.events):
                    key = key_of(orjson.loads(event.body), event.event_id).encode()
                    await producer.send(topic, event.body, key=key)
        await producer.flush()
    await assert_ends(small_house, expected)


async def test_a_run_without_faults_ends_as_the_model_says_for_services_and_clients(
    small_house: Any, tmp_path: Path
) -> None:
    options = Options(seed=31, orders=EVERY_KIND + 20, seconds=8.0, folder=tmp_path)
    async with watching(options, small_house) as watchers:
        async with Journal(journal_of(options)) as journal:
            await send(options, small_house, journal)
        whole = list(told(options))
        await assert_ends(small_house, [life.expected for life in whole])
        await watchers.settled(30)

    attempts = list(read(journal_of(options)))
    true = {event.event_id for life in whole for event in life.events}
    assert true == {attempt.event_id for attempt in attempts if attempt.outcome == "ok"}
    assert {attempt.outcome for attempt in attempts if attempt.forged} == {"refused"}

    orders = [line for line in read_lines(journal_of(options)) if isinstance(line, Order) and line.outcome == "ok"]
    assert len({line.life for line in orders}) == len(
        {(line.life, line.order_id, line.payment_intent_id) for line in orders}
    )
    assert {line.life for line in orders} == {life.number for life in whole if life.through_intent_api}

    last = {frame.client: frame for frame in read_frames(frames_of(options))}
    ends = {life.expected.id: life.expected.status for life in whole}
    watched = read_watched(frames_of(options))
    assert len(watched) > EVERY_KIND
    assert {client: last[client].status for client in watched} == {client: ends[one] for client, one in watched.items()}
