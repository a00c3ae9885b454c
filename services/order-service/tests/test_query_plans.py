"""What PostgreSQL does for each question about orders: it reads an index, and few rows more than it shows."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.dialects import postgresql

from order_service.app import _pool
from order_service.cursors import Cursor
from order_service.ledger import LOCK_ORDERS, LOCK_PAYMENTS, PAYMENTS_OF
from order_service.order_filters import Filters, newest_first
from order_service.reads import PLANNING
from order_service.settings import Settings
from tillstream_contracts import OrderStatus

pytestmark = pytest.mark.integration

MANY = 60_000
PAGE = 21
FEW = 2_500
"""The most rows that one page may have to look at; a walk through the tables would look at MANY."""
PLANS_OF_ITS_OWN = 5
"""So many times PostgreSQL plans a prepared statement for what it is given; after that it may keep to one plan."""
STATUSES = ["paid"] * 44 + ["payment_failed", "refunded", "canceled", "expired", "partially_refunded", "pending"]

FILL = """
    WITH numbered AS (
        SELECT n, 'ord_' || md5(n::text) AS order_id, 'customer-' || n % 7000 AS customer,
            ($2::text[])[1 + (n * 7919) % 50] AS status, (ARRAY['eur', 'eur', 'usd'])[1 + n % 3] AS currency,
            CASE WHEN n % 1000 = 0 THEN 'jpy' END AS rare, (n * 104729) % 200000 AS amount,
            timestamptz '2026-01-01' + n * interval '1 minute' AS at
        FROM generate_series(1, $1::bigint) AS n
    ), orders_made AS (
        INSERT INTO orders
        SELECT order_id, 'default', 2, CASE WHEN n % 5000 = 0 THEN 'disputed' ELSE status END, 'pending',
            coalesce(rare, currency), amount, amount, 0, 0,
            CASE WHEN n % 2000 = 0 THEN '["overpaid"]' ELSE '[]' END::jsonb, 'shop-' || n, customer, at, at
        FROM numbered
    ), placements_made AS (
        INSERT INTO placements
        SELECT order_id, 'default', at, currency, amount, 'shop-' || n, customer, CASE WHEN n % 3 = 0 THEN '{}' ELSE
            jsonb_build_object('channel', (ARRAY['web', 'app'])[1 + n % 2], 'cart', 'cart-' || n) END
        FROM numbered
    )
    INSERT INTO payments (payment_id, order_id, named_at, status, amount, captured, currency, customer_id, error,
        told_status, told_at, attempts, attempted_at, first_seen_at, updated_at)
    SELECT 'pi_' || n, order_id, 0, 'succeeded', amount, amount, currency,
        CASE WHEN n % 4 = 0 THEN 'cus_' || n % 9000 ELSE '' END, '', 'succeeded', 0, '{}', 0, at, at
    FROM numbered"""


@pytest_asyncio.fixture
async def connection(migrated: str) -> AsyncIterator[Any]:
    """A connection as the read API has it, to a database with many orders."""
    connection = await asyncpg.connect(migrated, server_settings=PLANNING)
    try:
        await connection.execute(FILL, MANY, STATUSES)
        await connection.execute("VACUUM ANALYZE orders, placements, payments")
        yield connection
    finally:
        await connection.close()


QUESTIONS = {
    "every order": (Filters(), "orders_by_time"),
    "a frequent status": (Filters(statuses=(OrderStatus.PAID,)), "orders_by_status orders_by_time"),
    "a rare status": (Filters(statuses=(OrderStatus.DISPUTED,)), "orders_by_status"),
    "several statuses": (Filters(statuses=(OrderStatus.DISPUTED, OrderStatus.REFUNDED)), "orders_by_status"),
    "a customer of the shop's": (Filters(customer="customer-77"), "orders_by_customer"),
    "a customer of Stripe's": (Filters(customer="cus_4000"), "payments_by_customer"),
    "a frequent currency": (Filters(currency="eur"), "orders_by_time"),
    "a rare currency": (Filters(currency="jpy"), "orders_by_amount"),
    "a rare amount": (Filters(amount_min=199_990, amount_max=199_999), "orders_by_amount"),
    "a rare amount in one currency": (Filters(currency="usd", amount_min=199_980), "orders_by_amount"),
    "a frequent amount": (Filters(currency="eur", amount_min=10_000), "orders_by_time"),
    "a month": (
        Filters(created_after=datetime(2026, 1, 10, tzinfo=UTC), created_before=datetime(2026, 1, 20, tzinfo=UTC)),
        "orders_by_time",
    ),
    "a reference": (Filters(reference="shop-4711"), "orders_by_reference"),
    "a flag": (Filters(flag="overpaid"), "orders_flagged"),
    "rare metadata": (Filters(metadata=(("cart", "cart-994"),)), "placements_by_metadata"),
    "frequent metadata": (Filters(metadata=(("channel", "web"),)), "orders_by_time"),
    "metadata of both kinds": (
        Filters(metadata=(("channel", "web"), ("cart", "cart-994"))),
        "placements_by_metadata",
    ),
    "a customer and a status": (
        Filters(customer="customer-77", statuses=(OrderStatus.PAID, OrderStatus.REFUNDED)),
        "orders_by_customer",
    ),
    "a status, a currency and a time": (
        Filters(statuses=(OrderStatus.REFUNDED,), currency="eur", created_before=datetime(2026, 1, 20, tzinfo=UTC)),
        "orders_by_status",
    ),
}


async def test_every_filter_is_answered_from_an_index(connection: Any) -> None:
    """On the first page and in the middle of the list; the plan is the one that the read API gets."""
    middle = Cursor(datetime(2026, 1, 1 + MANY // 60 // 24 // 2, tzinfo=UTC), "ord_")
    for name, (filters, indexes) in QUESTIONS.items():
        for after in (None, middle):
            nodes = list(_nodes(await _plan(connection, filters, after)))
            used = {node["Index Name"] for node in nodes if "Index Name" in node}
            assert "Seq Scan" not in {node["Node Type"] for node in nodes}, (name, nodes)
            assert used & set(indexes.split()), (name, after, used)
            assert after or nodes[0]["Actual Rows"] > 0, name
            assert sum(_looked_at(node) for node in nodes) < FEW, (name, after, used)


async def _plan(connection: Any, filters: Filters, after: Cursor | None) -> Any:
    query = newest_first("default", filters, after=after, limit=PAGE)
    compiled = query.compile(dialect=postgresql.asyncpg.dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it so
    given = [_as_given(compiled.params[name]) for name in compiled.positiontup or ()]
    answer = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}", *given)
    return json.loads(answer)[0]["Plan"]


def _as_given(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _nodes(part)


def _looked_at(node: dict[str, Any]) -> float:
    """The rows of tables that a part of a plan has read, whether it kept them or not."""
    if "Relation Name" not in node:
        return 0
    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float(rows) * float(node["Actual Loops"])


@pytest.mark.parametrize("statement", [LOCK_ORDERS, LOCK_PAYMENTS, PAYMENTS_OF])
async def test_consumer_goes_by_key_with_a_plan_that_was_made_for_empty_tables(
    settings: Callable[..., Settings], migrated: str, statement: str
) -> None:
    """As in a new house: until PostgreSQL next analyzes the tables, it keeps to the plan that it made at first."""
    wanted = "ARRAY[" + ", ".join(f"'id_{number}'" for number in range(10)) + "]"
    async with _pool(settings(database_url=migrated)) as pool, pool.acquire() as connection:
        await connection.execute(f"PREPARE asked (text[]) AS {statement}")
        for _ in range(PLANS_OF_ITS_OWN + 1):
            await connection.execute(f"EXECUTE asked({wanted})")
        await connection.execute(FILL, FEW, STATUSES)
        plan = await connection.fetch(f"EXPLAIN EXECUTE asked({wanted})")
    assert not [line for (line,) in plan if "Seq Scan" in line]
