"""Orders that are there before anything is measured: paid ones, each with its payment, an event and a change.

Order ids are hashes, so what arrives later lies anywhere between them; the rest has ids in the sequence of time.
"""

from typing import Final

import asyncpg

FROM: Final = """
    FROM (
        SELECT n, 'ord_' || md5(n::text) AS order_id, 'pi_A' || lpad(n::text, 12, '0') AS payment_id,
            'evt_A' || lpad(n::text, 12, '0') AS event_id, 1000 + n % 40000 AS amount, 1700000000 + n AS second,
            to_timestamp(1700000000 + n) AS moment
        FROM generate_series(1, $1::int) AS n
    ) AS given"""
ROWS: Final = (
    """INSERT INTO orders (order_id, merchant_id, version, status, previous_status, currency, amount, captured,
        refunded, disputed, flags, reference, created_at, updated_at)
    SELECT order_id, 'default', 2, 'paid', 'pending', 'eur', amount, amount, 0, 0, '[]', 'shop-' || n, moment,
        moment""",
    """INSERT INTO payments (payment_id, order_id, named_by, named_at, status, amount, captured, currency, customer_id,
        error, told_status, told_at, attempts, attempted_at, first_seen_at, updated_at, named_merchant_id)
    SELECT payment_id, order_id, 1, second, 'succeeded', amount, amount, 'eur', '', '', 'succeeded', second, '{}', 0,
        moment, moment, 'default'""",
    """INSERT INTO mentions (order_id, told_at, currency, merchant_id, reference, customer_id)
    SELECT order_id, second, 'eur', 'default', 'shop-' || n, ''""",
    """INSERT INTO inbox (event_id, partition, last_offset, deliveries, last_delivered_at)
    SELECT event_id, n % 12, n, 1, moment""",
    """INSERT INTO timeline (event_id, event_type, order_id, payment_id, outcome, reason, version, occurred_at,
        recorded_at)
    SELECT event_id, 'payment_intent.succeeded', order_id, payment_id, 'applied', 'pending → paid', 2, moment,
        moment""",
    """INSERT INTO order_changes (order_id, version, cause_event_id, occurred_at, body)
    SELECT order_id, 2, event_id, moment, format('{"event_id":"%s.v2","occurred_at":"2026-11-21T10:00:00.000000Z",'
        '"merchant_id":"default","order_id":"%s","reference":"shop-%s","version":2,"status":"paid",'
        '"previous_status":"pending","currency":"eur","amounts":{"ordered":%s,"captured":%s,"refunded":0,'
        '"disputed":0},"flags":[],"cause":{"event_id":"%s","event_type":"payment_intent.succeeded"}}',
        order_id, order_id, n, amount, amount, event_id)::json""",
)
KEYS: Final = """
    SELECT conrelid::regclass::text AS of_table, conname AS name, pg_get_constraintdef(oid) AS meaning
    FROM pg_constraint WHERE contype = 'p' AND conrelid::regclass::text = ANY($1::text[])"""
INDEXES: Final = """
    SELECT indexname AS name, indexdef AS meaning FROM pg_indexes
    WHERE tablename = ANY($1::text[]) AND indexname NOT IN (SELECT conname FROM pg_constraint)"""
TABLES: Final = [statement.split()[2] for statement in ROWS]
LONGEST_SECONDS: Final = 3600


async def execute(url: str, script: str) -> None:
    """Run all of a script."""
    connection = await asyncpg.connect(url, command_timeout=LONGEST_SECONDS)
    try:
        await connection.execute(script)
    finally:
        await connection.close()


async def make_present(url: str, orders: int) -> None:
    """Fill order-service's tables; indexes are made afterwards, which is the faster way."""
    connection = await asyncpg.connect(url, command_timeout=LONGEST_SECONDS)
    try:
        indexes = await connection.fetch(INDEXES, TABLES)
        keys = await connection.fetch(KEYS, TABLES)
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['name']}")
        for key in keys:
            await connection.execute(f"ALTER TABLE {key['of_table']} DROP CONSTRAINT {key['name']}")
        for rows in ROWS:
            await connection.execute(rows + FROM, orders)
        for key in keys:
            await connection.execute(f"ALTER TABLE {key['of_table']} ADD CONSTRAINT {key['name']} {key['meaning']}")
        for index in indexes:
            await connection.execute(index["meaning"])
        await connection.execute("VACUUM (ANALYZE, FREEZE)")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
