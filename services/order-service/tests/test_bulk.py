"""Rows that travel as a JSON array for each column."""

from datetime import UTC, datetime
from typing import Any

import pytest
from orjson import Fragment

from order_service import bulk
from order_service.tables import ChangeRow, OrderRow, table

NOW = datetime(2026, 11, 21, 10, 0, 0, 123456, tzinfo=UTC)
MONEY = 10**15, 0, 0, 0
TEXT = 'a "b", {c} \\d [ü\u2028]\n'


def order(order_id: str, reference: str | None, flags: list[str]) -> bulk.Row:
    status = "paid", None, "eur"
    return order_id, "default", 1, *status, *MONEY, flags, reference, None, NOW, NOW


def test_no_rows_are_an_empty_array_for_each_column() -> None:
    statement = bulk.append(table(ChangeRow))
    assert statement.of([])[1:] == ("[]",) * len(statement.columns)


def test_rows_of_different_lengths_are_refused() -> None:
    """No value may move into another row."""
    with pytest.raises(ValueError, match="shorter"):
        bulk.append(table(ChangeRow)).of([("a", 1), ("b",)])


@pytest.mark.integration
async def test_values_arrive_as_they_were_given(pool: Any) -> None:
    """What is missing as NULL, texts with all their signs, money and microseconds to the last digit."""
    given = [order("ord_1", TEXT, ["overpaid", TEXT]), order("ord_2", None, [])]
    await pool.execute(*bulk.append(table(OrderRow)).of(given))
    rows = await pool.fetch("SELECT * FROM orders ORDER BY order_id")
    assert [(row["reference"], row["amount"], row["created_at"]) for row in rows] == [
        (TEXT, 10**15, NOW),
        (None, 10**15, NOW),
    ]
    flags = await pool.fetchval("SELECT flags ->> 1 FROM orders WHERE order_id = 'ord_1'")
    assert (flags, rows[1]["flags"], rows[0]["previous_status"]) == (TEXT, "[]", None)


@pytest.mark.integration
async def test_body_of_a_change_is_kept_to_the_letter(pool: Any) -> None:
    """It is published again as it was: spaces, the sequence of its members, and how a sign is written."""
    body = '{ "b":1,  "a":"\\u00fc", "b":1 }'
    await pool.execute(*bulk.append(table(ChangeRow)).of([("ord_1", 1, "evt_1", NOW, Fragment(body))]))
    assert await pool.fetchval("SELECT body FROM order_changes") == body
