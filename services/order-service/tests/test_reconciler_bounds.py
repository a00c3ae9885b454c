"""What the reconciler asks Stripe for has a bound, however much of it there is."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from order_service.reconciler.looking import AT_STRIPE, MOST_OF_ONE
from order_service.reconciler.objects import MOST_BESIDE, PAGE, Objects

INTENT = {"id": "pi_1", "object": "payment_intent", "status": "succeeded"}
MANY_PAYMENTS = """
    INSERT INTO payments (payment_id, order_id, named_at, status, amount, captured, currency, customer_id, error,
        told_status, told_at, attempts, attempted_at, first_seen_at, updated_at)
    SELECT 'pi_' || n, 'ord_1', 0, CASE n WHEN 7 THEN 'processing' ELSE 'failed' END, 1999, 0, 'usd', '', '', 'failed',
        0, '{}', 0, now(), now() + n * interval '1 second' FROM generate_series(1, 5000) AS n"""
MANY_SESSIONS = """
    INSERT INTO checkout_sessions (order_id, session_id, status, amount, currency, payment_id)
    SELECT 'ord_1', 'cs_' || n, CASE n WHEN 7 THEN 'awaiting_funds' ELSE 'open' END, 1999, 'usd', ''
    FROM generate_series(1, 5000) AS n"""


class Stripe:
    """Has a payment with so many refunds, and no dispute; gives them by pages."""

    def __init__(self, refunds: int) -> None:
        self._refunds = [{"id": f"re_{n}", "object": "refund", "status": "pending"} for n in range(refunds)]
        self.pages, self.answers = 0, 0

    async def get(self, path: str, *, starting_after: str | None = None, **_: object) -> Any:
        """As StripeCalls does."""
        return SimpleNamespace(
            body=orjson.dumps(self._answer(path, starting_after)).decode(),
            headers={"date": "Sun, 01 Nov 2026 00:00:03 GMT"},
        )

    def _answer(self, path: str, after: str | None) -> object:
        if "payment_intents" in path:
            return INTENT
        self.pages += 1
        listed = self._refunds if "refunds" in path else []
        begin = int(after.removeprefix("re_")) + 1 if after else 0
        return {"data": listed[begin : begin + PAGE], "has_more": begin + PAGE < len(listed)}


@pytest.mark.parametrize(
    ("refunds", "seen", "pages"),
    [(0, 0, 1), (100, 100, 1), (250, 250, 3), (5_000, MOST_BESIDE, MOST_BESIDE // PAGE)],
)
async def test_all_refunds_of_a_payment_are_seen_up_to_a_bound(refunds: int, seen: int, pages: int) -> None:
    """More than fit on a page of Stripe's, too; each is seen once."""
    stripe: Any = Stripe(refunds)
    _, *found = await Objects(stripe, timedelta(seconds=20)).seen("pi_1")
    assert len({one.thing["id"] for one in found}) == len(found) == seen
    assert stripe.pages == pages + 1, "and one page of disputes"


@pytest.mark.integration
async def test_of_an_order_with_very_many_tries_those_are_asked_for_that_may_have_money(pool: Any) -> None:
    """Else one order would take the budget of thousands, sweep after sweep."""
    await pool.execute(MANY_PAYMENTS)
    await pool.execute(MANY_SESSIONS)
    names = [row["name"] for row in await pool.fetch(AT_STRIPE["orders"], ["ord_1", "ord_2"])]
    assert len(names) == 2 * MOST_OF_ONE
    assert {"pi_7", "pi_5000", "cs_7"} <= set(names)
