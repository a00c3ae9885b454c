"""How orders, subscriptions and payments stand in order-service's tables, against how they should."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import asyncpg
import orjson

from chaos.stripe import Expected

COLUMNS: Final = ("status", "amount", "captured", "refunded", "disputed", "currency", "flags")
STANDING: Final = {
    "order": "SELECT order_id, status, amount, captured, refunded, disputed, currency, flags "
    "FROM orders WHERE order_id = ANY($1::text[])",
    "subscription": "SELECT subscription_id, status FROM subscriptions WHERE subscription_id = ANY($1::text[])",
    "unmatched": "SELECT payment_id, status, amount, captured, currency "
    "FROM payments WHERE order_id IS NULL AND payment_id = ANY($1::text[])",
}


async def wrong_states(database: str, expected: Sequence[Expected]) -> str:
    """The first that does not stand as it should, and how many there are; nothing if all is well."""
    connection = await asyncpg.connect(database)
    try:
        found = [line async for line in _differing(connection, expected)]
    finally:
        await connection.close()
    return f"{len(found)} of {len(expected)} end otherwise than they should, first {found[0]}" if found else ""


async def _differing(connection: asyncpg.Connection, expected: Sequence[Expected]) -> Any:
    for kind, question in STANDING.items():
        wanted = {one.id: one for one in expected if one.kind == kind}
        rows = {row[0]: dict(list(row.items())[1:]) for row in await connection.fetch(question, list(wanted))}
        for line in _differences(wanted, rows):
            yield line


def _differences(wanted: dict[str, Expected], rows: dict[str, dict[str, Any]]) -> Iterator[str]:
    for key, one in wanted.items():
        row = rows.get(key)
        if row is None:
            yield f"{key}, which is not there"
        elif any(_told(row[name]) != _told(getattr(one, name)) for name in COLUMNS if name in row):
            yield f"{key}, which is {row}"


def _told(value: Any) -> Any:
    """Flags are a set."""
    flags = orjson.loads(value) if isinstance(value, str) and value.startswith("[") else value
    return sorted(flags) if isinstance(flags, list | tuple) else flags
