"""Forgetting a customer: what we hold loses the names and keeps the money.

This is the one change of an order that does not enter through Kafka: an event would write down for ever whom to forget.
No status, amount or version changes, and nothing is published. Batches wait meanwhile (see `forgotten`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from order_service.anonymous import customer_name, order_name, payment_name, subscription_name
from order_service.forgotten import WRITING, hash_of

ALONE: Final = text("SELECT pg_advisory_xact_lock(:writing)")
SALT: Final = text("SELECT salt FROM forgotten_salt")
REMEMBER: Final = text("""
    INSERT INTO forgotten SELECT unnest(CAST(:hashes AS text[])), now() ON CONFLICT (name_hash) DO NOTHING""")
ORDERS: Final = text("""
    SELECT order_id FROM orders WHERE merchant_id = :merchant AND customer_id = :customer
    UNION SELECT orders.order_id FROM payments JOIN orders USING (order_id)
    WHERE payments.customer_id = :customer AND orders.merchant_id = :merchant""")
PAYMENTS: Final = text("""
    SELECT payment_id FROM payments LEFT JOIN orders USING (order_id)
    WHERE payments.customer_id = :customer AND coalesce(orders.merchant_id, :merchant) = :merchant
    UNION SELECT payment_id FROM payments WHERE order_id = ANY(:orders)""")
SUBSCRIPTIONS: Final = text("""
    SELECT stripe_subscription_id FROM subscriptions
    WHERE merchant_id = :merchant AND (customer_id = :customer OR stripe_customer_id = :customer)""")
ERASE: Final = (
    ("orders", text("UPDATE orders SET customer_id = NULL, reference = NULL WHERE order_id = ANY(:ids)")),
    (
        "orders",
        text("""
            UPDATE placements SET customer_id = '', reference = '', shop_metadata = '{}' WHERE order_id = ANY(:ids)"""),
    ),
    ("orders", text("UPDATE mentions SET customer_id = '', reference = '' WHERE order_id = ANY(:ids)")),
    (
        "orders",
        text("""
            UPDATE order_changes SET body = CAST(jsonb_set(CAST(body AS jsonb), '{reference}', 'null') AS json)
            WHERE order_id = ANY(:ids)"""),
    ),
    ("payments", text("UPDATE payments SET customer_id = '' WHERE payment_id = ANY(:ids)")),
    (
        "subscriptions",
        text("""
            UPDATE subscription_changes SET body = CAST(jsonb_set(CAST(body AS jsonb), '{customer_id}', 'null') AS json)
            FROM subscriptions WHERE subscriptions.subscription_id = subscription_changes.subscription_id
            AND stripe_subscription_id = ANY(:ids)"""),
    ),
    (
        "subscriptions",
        text("""
            UPDATE subscriptions SET customer_id = NULL, stripe_customer_id = NULL
            WHERE stripe_subscription_id = ANY(:ids)"""),
    ),
    (
        "subscriptions",
        text("""
            UPDATE subscription_facts SET naming = jsonb_set(naming, '{customer_id}', '""'), tellings = (
                SELECT coalesce(jsonb_agg(jsonb_set(telling, '{customer}', '""')), '[]')
                FROM jsonb_array_elements(tellings) AS telling
            ) WHERE stripe_subscription_id = ANY(:ids)"""),
    ),
)
"""What the rows of each kind lose."""


class Forgetting:
    """Forgets customers, each in one transaction. Doing it again does no harm, also for one that nobody knows."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(isolation_level="READ COMMITTED")

    async def forget(self, merchant_id: str, customer_id: str) -> None:
        """Take this customer's ids, and the shop's texts, from all that is the customer's, now and in the future."""
        whose = {"merchant": merchant_id, "customer": customer_id}
        async with self._engine.begin() as connection:
            await connection.execute(ALONE, {"writing": WRITING})
            orders = await _ids(connection, ORDERS, whose)
            payments = await _ids(connection, PAYMENTS, {**whose, "orders": orders})
            subscriptions = await _ids(connection, SUBSCRIPTIONS, whose)
            names = [customer_name(merchant_id, customer_id), *map(order_name, orders), *map(payment_name, payments)]
            await _remember(connection, [*names, *map(subscription_name, subscriptions)])
            found = {"orders": orders, "payments": payments, "subscriptions": subscriptions}
            for of, statement in ERASE:
                await connection.execute(statement, {"ids": found[of]})


async def _ids(connection: AsyncConnection, question: Any, given: Mapping[str, object]) -> list[str]:
    return [found for (found,) in await connection.execute(question, given)]


async def _remember(connection: AsyncConnection, names: Sequence[str]) -> None:
    salt = (await connection.execute(SALT)).scalar_one()
    await connection.execute(REMEMBER, {"hashes": sorted(hash_of(name, salt) for name in names)})
