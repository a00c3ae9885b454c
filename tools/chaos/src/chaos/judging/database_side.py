"""What stands in order-service's database, asked directly."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Any, Final

import asyncpg
import orjson

from chaos.judging.evidence import Change, Database, Line, State

SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.5
ORDERS: Final = "SELECT * FROM orders"
SUBSCRIPTIONS: Final = "SELECT * FROM subscriptions"
UNMATCHED: Final = """
    SELECT *, (
        SELECT coalesce(sum((refund.value ->> 'amount')::bigint), 0)::bigint
        FROM jsonb_each(refunds) AS refund WHERE refund.value ->> 'status' = 'succeeded'
    ) AS refunded
    FROM payments WHERE order_id IS NULL
        AND NOT EXISTS (SELECT FROM invoice_payments AS link WHERE link.payment_id = payments.payment_id)"""
CHANGES: Final = """
    SELECT order_id AS id, version, cause_event_id, body::text FROM order_changes
    UNION ALL SELECT subscription_id, version, cause_event_id, body::text FROM subscription_changes"""
LINES: Final = """
    SELECT event_id, coalesce('order ' || order_id, 'payment ' || payment_id, 'nothing') AS of, outcome FROM timeline
    UNION ALL SELECT event_id, coalesce('subscription ' || stripe_subscription_id, 'invoice ' || invoice_id, 'nothing'),
        outcome FROM subscription_timeline"""
TAKEN_IN: Final = "SELECT event_id FROM inbox"
COUNTED: Final = "SELECT count(*) FROM inbox WHERE event_id = ANY($1::text[])"
PARKED: Final = "SELECT concat(topic, '/', partition, '/', record_offset, ': ', reason) AS parked FROM parked_records"
IDLE: Final = """
    SELECT pid || ' since ' || (now() - state_change) AS idle FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'
        AND now() - state_change > interval '5 s'"""


async def read_database(url: str) -> Database:
    """All that the judge wants to know, as of one moment."""
    connection = await asyncpg.connect(url, timeout=SECONDS, command_timeout=SECONDS)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await _read(connection)
    finally:
        await connection.close()


async def until_taken_in(url: str, event_ids: Collection[str], *, within: float) -> None:
    """Return once all of these are in the inbox, or that takes too long: the evidence then tells."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            connection = await asyncpg.connect(url, timeout=SECONDS, command_timeout=SECONDS)
            try:
                while await connection.fetchval(COUNTED, list(event_ids)) < len(event_ids):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(LOOK_SECONDS)
            finally:
                await connection.close()


async def _read(connection: Any) -> Database:
    orders, subscriptions = await connection.fetch(ORDERS), await connection.fetch(SUBSCRIPTIONS)
    return Database(
        orders={row["order_id"]: _order(row) for row in orders},
        subscriptions={row["subscription_id"]: _subscription(row) for row in subscriptions},
        unmatched={row["payment_id"]: _payment(row) for row in await connection.fetch(UNMATCHED)},
        versions={row["order_id"]: row["version"] for row in orders}
        | {row["subscription_id"]: row["version"] for row in subscriptions},
        changes=[Change(*row.values()) for row in await _changes(connection)],
        lines=[Line(*row) for row in await connection.fetch(LINES)],
        taken_in=frozenset(row["event_id"] for row in await connection.fetch(TAKEN_IN)),
        parked=tuple(row["parked"] for row in await connection.fetch(PARKED)),
        idle_in_transaction=tuple(row["idle"] for row in await connection.fetch(IDLE)),
    )


async def _changes(connection: Any) -> list[dict[str, Any]]:
    return [{**row, "body": row["body"].encode()} for row in await connection.fetch(CHANGES)]


def _order(row: Any) -> State:
    amounts = (row["amount"], row["captured"], row["refunded"], row["disputed"])
    return State(row["status"], *amounts, row["currency"], tuple(sorted(orjson.loads(row["flags"]))))


def _subscription(row: Any) -> State:
    invoice = orjson.loads(row["latest_invoice"] or "null")
    flags = tuple(sorted(orjson.loads(row["flags"])))
    return State(row["status"], flags=flags, latest_invoice=invoice["status"] if invoice else None)


def _payment(row: Any) -> State:
    return State(row["status"], row["amount"], row["captured"], row["refunded"], currency=row["currency"])
