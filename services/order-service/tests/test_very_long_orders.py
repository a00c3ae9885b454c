"""An order that was tried for thousands of times is read, and goes on, as others do."""

import tracemalloc
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from time import process_time
from typing import Any

import pytest
import pytest_asyncio

from order_service.inbox import Heard
from order_service.payment_reads import PaymentReads
from order_service.payment_views import whole_payment_view
from order_service.reads import Reads, open_engine
from order_service.shortening import LONGEST_TIMELINE, MOST_PAYMENTS, MOST_REFUNDS, MOST_SESSIONS
from order_service.store import Written, take_in
from order_service.stripe_events import read_stripe_event
from order_service.views import WholeOrderView, whole_order_view

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

MANY = 5_000
AT_ONCE = 500
PAID, HELD = "pi_0007", "pi_0009"
MANY_SESSIONS = """
    INSERT INTO checkout_sessions (order_id, session_id, status, amount, currency, payment_id)
    SELECT 'ord_1', 'cs_' || n, 'expired', 1999, 'usd', '' FROM generate_series(1, $1::int) AS n"""


@pytest_asyncio.fixture
async def engine(migrated: str) -> AsyncIterator[Any]:
    """The read API's connections."""
    engine = open_engine(migrated, connections=1, timeout=timedelta(seconds=30))
    yield engine
    await engine.dispose()


@pytest.fixture
def offsets() -> Iterator[int]:
    """Where records stand in their partition."""
    return count()


async def write(pool: Any, offsets: Iterator[int], events: Sequence[bytes]) -> Written:
    batch = [Heard(read_stripe_event(one, order_id_key="order_id"), 0, next(offsets)) for one in events]
    async with pool.acquire() as connection:
        return await take_in(connection, batch, merchant_id="default", now=datetime.now(UTC))


async def read(engine: Any) -> WholeOrderView:
    picture = await Reads(engine).order("default", "ord_1")
    assert picture
    return whole_order_view(picture)


async def test_order_of_thousands_of_payments_is_shown_with_those_that_matter(
    pool: Any, engine: Any, stripe: Any, offsets: Iterator[int]
) -> None:
    """Money is never hidden behind tries that failed, and neither reading nor the next event grows with these."""
    money = [
        stripe.payment("succeeded", pi=PAID),
        stripe.payment("amount_capturable_updated", pi=HELD, status="requires_capture"),
    ]
    await write(pool, offsets, money)
    slowest = 0.0
    for begin in range(1000, 1000 + MANY, AT_ONCE):
        tries = [stripe.payment("payment_failed", pi=f"pi_{n}", at=n) for n in range(begin, begin + AT_ONCE)]
        begun = process_time()
        await write(pool, offsets, tries)
        slowest = max(slowest, process_time() - begun)
    await pool.execute(MANY_SESSIONS, MANY)
    await pool.execute("ANALYZE")
    await read(engine)
    tracemalloc.start()
    shown = await read(engine)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    size = len(shown.model_dump_json()) / 2**10
    print(f"{slowest:.2f} s of CPU for {AT_ONCE} events; read: {peak:.1f} MiB, {size:.0f} KiB")  # noqa: T201
    payments = [payment.payment_intent_id for payment in shown.payments]
    assert payments == sorted(payments)
    assert {PAID, HELD, f"pi_{1000 + MANY - 1}"} <= set(payments)
    assert (shown.status, shown.captured) == ("paid", 1999)
    assert (len(payments), len(shown.checkout_sessions)) == (MOST_PAYMENTS, MOST_SESSIONS)
    assert len(shown.timeline) == LONGEST_TIMELINE
    assert shown.shortened == ["checkout_sessions", "payments", "timeline"]
    assert slowest < 2
    assert peak < 8
    assert size < 256


async def test_payment_of_thousands_of_tries_and_refunds_is_shown_with_the_newest(
    pool: Any, engine: Any, stripe: Any, offsets: Iterator[int]
) -> None:
    for begin in range(0, MANY, AT_ONCE):
        happened = ("requires_action", "payment_failed")
        tries = [stripe.payment(happened[n % 2], at=n, id=f"evt_{n}") for n in range(begin, begin + AT_ONCE)]
        await write(pool, offsets, tries)
    await write(pool, offsets, [stripe.payment("succeeded", at=MANY)])
    refunds = [stripe.refund(re=f"re_{n:03}", amount=1, created=MANY + n) for n in range(MOST_REFUNDS + 50)]
    await write(pool, offsets, refunds)
    shown = await read(engine)
    assert (shown.status, shown.refunded) == ("partially_refunded", len(refunds))
    assert [refund.refund_id for refund in shown.refunds] == [f"re_{n:03}" for n in range(50, len(refunds))]
    assert shown.shortened == ["refunds", "timeline"]
    alone = await PaymentReads(engine).payment("default", "pi_1")
    assert alone
    assert (len(whole_payment_view(alone).refunds), whole_payment_view(alone).refunded) == (MOST_REFUNDS, len(refunds))


async def test_ordinary_order_is_shown_whole(pool: Any, engine: Any, stripe: Any, offsets: Iterator[int]) -> None:
    await write(pool, offsets, [stripe.payment("succeeded"), stripe.session("completed"), stripe.refund()])
    assert (await read(engine)).shortened == []
