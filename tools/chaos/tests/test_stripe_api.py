"""The stand-in for Stripe's API, read by Stripe's own library."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import stripe

from chaos.stripe import lives
from chaos.stripe.account import Account
from chaos.stripe.api import serving
from chaos.stripe.moods import Moods
from devstack.ports import free_port

LIVES = [life for life in lives(9, 60, begun_at=int(time.time()) - 1_000, seconds=0) if life.events]
EVENTS = [event for life in LIVES for event in life.events]
KEY: Any = {"idempotency_key": "ord_1.place"}
ASKED: Any = {"amount": 1999, "currency": "eur", "metadata": {"order_id": "ord_1"}}


@dataclass
class Clock:
    """The time of day, as the test wants it."""

    now: float

    def __call__(self) -> float:
        return self.now


@dataclass
class Api:
    """The official client, and the account that it talks to."""

    client: stripe.StripeClient
    account: Account

    async def listed(self, **asked: Any) -> list[stripe.Event]:
        """All events, over all pages."""
        wanted: Any = asked
        page = await self.client.v1.events.list_async(wanted)
        return [event async for event in page.auto_paging_iter()]


@asynccontextmanager
async def asking(moods: Moods | None = None) -> AsyncIterator[Api]:
    """Stripe's own client and the stand-in, which knows of all lives."""
    port = free_port()
    async with serving(port, moods) as account, aiohttp.ClientSession() as session:
        for life in LIVES:
            account.tell(life)
        base: Any = {"api": f"http://127.0.0.1:{port}"}
        http = stripe.AIOHTTPClient(timeout=10, session=session)
        yield Api(
            stripe.StripeClient("sk_test_1", base_addresses=base, http_client=http, max_network_retries=0), account
        )


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """One in the best of moods."""
    async with asking() as api:
        yield api


async def test_events_are_listed_the_newest_first_over_all_pages(api: Api) -> None:
    listed = await api.listed(limit=100)
    assert [event.created for event in listed] == sorted((event.created for event in EVENTS), reverse=True)
    assert {event.id for event in listed} == {event.event_id for event in EVENTS}


async def test_events_are_filtered_by_type_and_second(api: Api) -> None:
    types, middle = ["payment_intent.succeeded", "refund.created"], sorted(event.created for event in EVENTS)[200]
    listed = await api.listed(limit=20, types=types, created={"gte": middle})
    wanted = {event.event_id for event in EVENTS if event.type in types and event.created >= middle}
    assert {event.id for event in listed} == wanted
    assert wanted


async def test_events_are_paged_backwards(api: Api) -> None:
    first = await api.client.v1.events.list_async({"limit": 5})
    before = await api.client.v1.events.list_async({"limit": 3, "ending_before": first.data[4].id})
    assert [event.id for event in before.data] == [event.id for event in first.data[1:4]]
    assert before.has_more


async def test_what_has_not_happened_yet_is_not_known(api: Api) -> None:
    event = max(EVENTS, key=lambda event: event.created)
    api.account.clock = Clock(event.created - 1)
    assert event.event_id not in {listed.id for listed in await api.listed(limit=100)}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.client.v1.events.retrieve_async(event.event_id)
    assert refused.value.code == "resource_missing"


async def test_an_object_stands_as_its_latest_event_left_it(api: Api) -> None:
    life = next(life for life in LIVES if life.kind == "captured")
    payment_id = (await api.client.v1.events.retrieve_async(life.events[0].event_id)).data.object["id"]
    intent = await api.client.v1.payment_intents.retrieve_async(payment_id)
    assert (intent.status, intent.amount_received) == ("succeeded", life.amount)
    api.account.clock = Clock(life.events[0].created)
    assert (await api.client.v1.payment_intents.retrieve_async(payment_id)).amount_received == 0


async def test_one_key_makes_one_payment_intent(api: Api) -> None:
    create = api.client.v1.payment_intents.create_async
    one, same = [await create(ASKED, KEY) for _ in range(2)]
    assert (one.id, one.metadata.to_dict()) == (same.id, {"order_id": "ord_1"})
    assert (await api.client.v1.payment_intents.retrieve_async(one.id)).amount == 1999
    another: Any = {**ASKED, "amount": 5}
    with pytest.raises(stripe.IdempotencyError):
        await create(another, KEY)


async def test_a_failure_is_kept_under_its_key() -> None:
    told = []
    async with asking(Moods(broken=1.0)) as api:
        for _ in range(2):
            with pytest.raises(stripe.APIError) as failed:
                await api.client.v1.payment_intents.create_async(ASKED, KEY)
            told.append((failed.value.headers or {}).get("idempotent-replayed"))
    assert told == [None, "true"]


async def test_it_is_busy_when_told_to() -> None:
    async with asking(Moods(busy=1.0)) as api:
        with pytest.raises(stripe.RateLimitError):
            await api.client.v1.events.list_async()
