"""A customer is forgotten: nothing that we hold has the name, now or after any later event, and the money stays."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from starlette.types import ASGIApp

from order_service.app import create_app
from order_service.forgotten import WRITING
from order_service.inbox import Heard
from order_service.store import take_in
from order_service.tables import Base

pytestmark = pytest.mark.integration

NAMES = ("customer-9", "cus_Golden", "cus_7", "shop-7", "blue")
"""What the events below tell of one person: ids, the shop's number and its metadata."""


@pytest.fixture
def story(stripe: Any, placed: Any, golden: Any) -> Callable[..., list[bytes]]:
    """An order of the shop's own customer, paid by one of Stripe's; money without an order; a subscription."""

    def story(run: str = "") -> list[bytes]:
        known = {"metadata": {"order_id": "ord_1", "customer_id": "customer-9", "reference": "shop-7"}}
        at = {"": 1, "again": 2}[run]
        return [
            stripe.payment("created", id=f"evt_c{run}", customer="cus_7", at=-at, **known),
            placed(event_id=f"ord_1.placed{run}"),
            stripe.payment("succeeded", id=f"evt_s{run}", customer="cus_7", at=at, **known),
            stripe.payment("succeeded", id=f"evt_x{run}", pi="pi_x", order=None, customer="cus_7", at=at),
            *(golden(name, event_id=f"evt_{name}{run}", at=at) for name in GOLDEN),
        ]

    return story


GOLDEN = ("customer.subscription.created", "customer.subscription.updated", "payment_intent.succeeded--of-an-invoice")


async def write(pool: Any, read: Any, values: list[bytes]) -> Any:
    heard = [Heard(read(value), 0, offset) for offset, value in enumerate(values)]
    async with pool.acquire() as connection:
        return await take_in(connection, heard, merchant_id="default", now=datetime.now(UTC))


@pytest_asyncio.fixture
async def api(settings: Callable[..., Any], pool: Any) -> AsyncIterator[ASGIApp]:
    """The API; its consumer never starts."""
    del pool  # only for its schema
    yield create_app(settings(kafka_bootstrap_servers="127.0.0.1:9"))


async def everything(pool: Any) -> str:
    """Every row of every table, as text."""
    tables = [f"SELECT t::text FROM {name} AS t" for name in Base.metadata.tables]  # noqa: S608  # our own names
    return "\n".join([row for table in tables for (row,) in await pool.fetch(table)])


async def forget(api: Any, ask: Any, *customers: str) -> None:
    for customer in customers:
        answer = await ask(api, "DELETE", f"/v1/customers/{customer}")
        assert (answer.status, answer.body) == (204, {"text": ""})


@pytest.mark.shows("DELETE /v1/customers/{customer_id}")
async def test_no_table_has_the_customer_afterwards(api: Any, ask: Any, pool: Any, read: Any, story: Any) -> None:
    """By either id; amounts, statuses and versions are as before, and another customer is left alone."""
    await write(pool, read, story())
    before = await everything(pool)
    assert all(name in before for name in NAMES)
    kept = "SELECT order_id, version, status, amount, captured, created_at FROM orders"
    orders, lines = await pool.fetch(kept), await pool.fetchval("SELECT count(*) FROM timeline")
    await forget(api, ask, "customer-9", "cus_7", "cus_Golden", "cus_Golden", "cus_nobody")
    after = await everything(pool)
    assert [name for name in NAMES if name in after] == []
    assert await pool.fetch(kept) == orders
    assert await pool.fetchval("SELECT count(*) FROM timeline") == lines


async def test_later_events_bring_nobody_back(api: Any, ask: Any, pool: Any, read: Any, story: Any) -> None:
    """Neither the old ones, replayed, nor new ones about the same things; and they change no order by it."""
    await write(pool, read, story())
    await forget(api, ask, "customer-9", "cus_7", "cus_Golden")
    again = await write(pool, read, story())
    assert (again.repeated, again.lines) == (len(story()), [])
    later = await write(pool, read, story("again"))
    assert later.changes == []
    text = await everything(pool)
    assert [name for name in NAMES if name in text] == []


async def test_one_id_is_enough_for_all_of_its_orders(api: Any, ask: Any, pool: Any, read: Any, story: Any) -> None:
    """The other id goes from those too, also when a later event tells it; elsewhere it stays until asked for."""
    await write(pool, read, story())
    await forget(api, ask, "customer-9")
    await write(pool, read, story("again"))
    row = await pool.fetchrow("SELECT * FROM payments WHERE payment_id = 'pi_1'")
    assert (row["customer_id"], row["captured"]) == ("", 1999)
    assert await pool.fetchval("SELECT customer_id FROM payments WHERE payment_id = 'pi_x'") == "cus_7"


async def test_events_that_come_first_afterwards_are_taken_in_without_the_name(
    api: Any, ask: Any, get: Any, pool: Any, read: Any, story: Any, placed: Any
) -> None:
    """So a customer may be forgotten before anything is known; others with the same texts are not."""
    await forget(api, ask, "customer-9", "cus_7", "cus_Golden")
    await write(pool, read, story())
    text = await everything(pool)
    assert [name for name in NAMES if name in text] == []
    order = (await get(api, "/v1/orders/ord_1")).body
    assert (order["status"], order["captured"], order["customer_id"], order["reference"]) == ("paid", 1999, None, None)
    await write(pool, read, [placed("ord_2", customer_id="customer-8", payment_intent_id=None)])
    assert (await get(api, "/v1/orders", customer="customer-8")).body["orders"][0]["reference"] == "shop-7"


async def test_another_merchants_customer_of_the_same_id_stays(
    api: Any, ask: Any, pool: Any, read: Any, placed: Any
) -> None:
    """Before and after."""
    await write(pool, read, [placed("ord_x", merchant_id="x", payment_intent_id=None)])
    await forget(api, ask, "customer-9")
    await write(pool, read, [placed("ord_y", merchant_id="x", payment_intent_id=None)])
    rows = await pool.fetch("SELECT customer_id, reference FROM orders ORDER BY order_id")
    assert [tuple(row) for row in rows] == [("customer-9", "shop-7")] * 2


async def test_batch_waits_until_a_customer_is_forgotten(pool: Any, read: Any, story: Any, until: Any) -> None:
    """Else what it had read before could be written after."""

    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", WRITING)
        writing = asyncio.create_task(write(pool, read, story()))
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        await until(lambda: connection.fetchval(waits))
        assert not writing.done()
    assert (await writing).repeated == 0


@pytest.mark.parametrize(("bearer", "status"), [(None, 401), ("pk_test_1", 401), ("token", 403)])
async def test_only_the_secret_key_forgets(api: Any, ask: Any, token: Any, bearer: str | None, status: int) -> None:
    answer = await ask(api, "DELETE", "/v1/customers/cus_7", bearer=token("ord_1") if bearer == "token" else bearer)
    assert answer.status == status
