"""Batches on a real PostgreSQL: once each, in any way they come, also from two consumers at a time."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from order_service.attached_facts import read_payment_attached
from order_service.failures import Overtaken
from order_service.inbox import Heard
from order_service.placed_facts import read_order_placed
from order_service.predecessors import Predecessors
from order_service.statuses import DisputeStatus, RefundStatus
from order_service.store import Written, take_in
from order_service.stripe_events import read_stripe_event

pytestmark = pytest.mark.integration

NUMBERS = count(1)


def heard(values: Sequence[bytes], *, offsets: Iterator[int] | None = None) -> list[Heard]:
    """Records of partition 0 with these values, one after another."""
    offsets = offsets or count()
    return [Heard(_read(value), 0, next(offsets)) for value in values]


def _read(value: bytes) -> Any:
    if value.startswith(b'{"event_id":"att_'):
        return read_payment_attached(value)
    return read_order_placed(value) if b'"lines"' in value else read_stripe_event(value, order_id_key="order_id")


async def write(pool: Any, batch: Sequence[Heard]) -> Written:
    async with pool.acquire() as connection:
        return await take_in(connection, batch, merchant_id="default", now=datetime.now(UTC))


async def one(pool: Any, query: str, *given: Any) -> Any:
    return await pool.fetchrow(query, *given)


async def test_repeated_batch_changes_nothing_and_tells_its_changes_again(pool: Any, stripe: Any, placed: Any) -> None:
    """As after a crash between commit and publish: the same versions, the same texts."""
    batch = heard([placed(), stripe.payment("processing"), stripe.payment("succeeded", at=1)])
    first, before = await write(pool, batch), await pool.fetch("SELECT * FROM timeline")
    again = await write(pool, batch)
    assert [change.version for change in first.changes] == [1, 2, 3]
    assert (again.changes, again.lines, again.repeated) == (first.changes, [], 3)
    assert await pool.fetch("SELECT * FROM timeline") == before
    assert await pool.fetchval("SELECT count(*) FROM order_changes") == 3
    assert await pool.fetchval("SELECT max(deliveries) FROM inbox") == 1


async def test_columns_that_a_later_build_adds_do_no_harm(pool: Any, stripe: Any, placed: Any) -> None:
    """While a service is upgraded, its old code goes on with the new schema."""
    batch = heard([placed(), stripe.session("completed"), stripe.payment("processing")])
    first = await write(pool, batch)
    for name in ("orders", "order_changes", "placements", "mentions", "checkout_sessions", "payments"):
        await pool.execute(f"ALTER TABLE {name} ADD COLUMN later text DEFAULT 'new'")
    await pool.expire_connections()
    assert (await write(pool, batch)).changes == first.changes
    [paid] = (await write(pool, heard([stripe.payment("succeeded", at=1)], offsets=count(3)))).changes
    assert paid.version == len(first.changes) + 1
    assert len(await Predecessors(pool).joined([paid])) == paid.version


async def test_copies_of_an_event_are_counted_but_redelivered_records_are_not(pool: Any, stripe: Any) -> None:
    """Stripe sent it three times; Kafka delivered some of these records twice."""
    paid = stripe.payment("succeeded")
    copies = heard([paid, paid, paid])
    for batch in ([copies[0], copies[1]], [copies[0], copies[1]], [copies[1], copies[2]], [copies[2]]):
        await write(pool, batch)
    row = await one(pool, "SELECT deliveries, last_offset FROM inbox")
    assert tuple(row) == (3, 2)
    assert await pool.fetchval("SELECT count(*) FROM timeline") == 1


async def test_payment_whose_event_names_no_order_is_kept_and_found_later(pool: Any, stripe: Any, placed: Any) -> None:
    """The order that was placed for it takes it over, with its earlier line."""
    stray = await write(pool, heard([stripe.payment("succeeded", order=None)]))
    assert stray.changes == []
    assert await pool.fetchval("SELECT count(*) FROM payments WHERE order_id IS NULL") == 1
    taken = await write(pool, heard([placed()]))
    assert [(change.order_id, '"status":"paid"' in change.body) for change in taken.changes] == [("ord_1", True)]


async def test_refund_and_dispute_wait_for_their_payment_and_go_with_it(pool: Any, stripe: Any) -> None:
    """They are known before anybody knows whose the payment is; what is read back is what was written."""
    stray = await write(pool, heard([stripe.refund(), stripe.dispute("lost", amount=99)]))
    assert stray.changes == []
    taken = await write(pool, heard([stripe.payment("succeeded")]))
    assert [json.loads(change.body)["status"] for change in taken.changes] == ["dispute_lost"]
    moved = await write(pool, heard([stripe.payment("succeeded", order="ord_2", at=9)]))
    ends = [(change.order_id, json.loads(change.body)["amounts"]) for change in moved.changes]
    assert [(order_id, amounts["refunded"], amounts["disputed"]) for order_id, amounts in ends] == [
        ("ord_1", 0, 0),
        ("ord_2", 500, 99),
    ]


async def test_same_events_at_once_from_two_consumers_take_effect_once(pool: Any, stripe: Any, placed: Any) -> None:
    """As in a rebalance: both end well, or one starts again; nothing is doubled."""
    batch = heard([placed(), *(stripe.payment(h, at=n) for n, h in enumerate(("created", "processing", "succeeded")))])
    results = await asyncio.gather(*(stubbornly(pool, batch) for _ in range(4)))
    assert {tuple(change.version for change in result.changes) for result in results} == {(1, 2, 3)}
    assert sum(len(result.lines) for result in results) == len(batch)
    assert await pool.fetchval("SELECT count(*) FROM timeline") == len(batch)


async def test_two_topics_at_once_tell_of_the_same_new_order(pool: Any, stripe: Any, placed: Any) -> None:
    """The order's versions are gap-free whichever transaction creates it."""
    for number in range(20):
        order, pi = f"ord_{number}", f"pi_{number}"
        placement = heard([placed(order, payment_intent_id=pi)])
        payment = heard([stripe.payment("succeeded", order=order, pi=pi)])
        await asyncio.gather(stubbornly(pool, placement), stubbornly(pool, payment))
        row = await one(pool, "SELECT status, version, reference FROM orders WHERE order_id = $1", order)
        versions = await pool.fetch("SELECT version FROM order_changes WHERE order_id = $1 ORDER BY 1", order)
        assert (row["status"], row["reference"]) == ("paid", "shop-7")
        assert [version for (version,) in versions] == list(range(1, row["version"] + 1))


async def test_two_payments_of_one_known_order_at_once_are_both_counted(pool: Any, stripe: Any, placed: Any) -> None:
    """Their events stand in two partitions, so two consumers may take them in together; the order's lock decides."""
    for number in range(20):
        order = f"ord_{number}"
        await write(pool, heard([placed(order, payment_intent_id=None)]))
        paid = [heard([stripe.payment("succeeded", order=order, pi=f"pi_{number}_{n}")]) for n in range(3)]
        await asyncio.gather(*(write(pool, batch) for batch in paid))
        row = await one(pool, "SELECT version, captured, flags FROM orders WHERE order_id = $1", order)
        assert tuple(row) == (4, 3 * 1999, '["overpaid"]')


async def stubbornly(pool: Any, batch: Sequence[Heard]) -> Written:
    while True:
        try:
            return await write(pool, batch)
        except (Overtaken, asyncpg.DeadlockDetectedError):
            continue


async def test_money_below_zero_is_refused_by_the_schema(pool: Any) -> None:
    """Should the code ever be wrong."""
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute(
            "INSERT INTO checkout_sessions VALUES ('ord_1', 'cs_1', 'open', -1, 'usd', '')",
        )


HAPPENED = [
    "created",
    "requires_action",
    "processing",
    "amount_capturable_updated",
    "payment_failed",
    "canceled",
    "succeeded",
]
SESSION_HAPPENED = ["completed", "async_payment_succeeded", "async_payment_failed", "expired"]
ORDERS = st.sampled_from(["ord_1", "ord_2"])
event_plans = st.one_of(
    st.tuples(
        st.sampled_from(HAPPENED),
        st.integers(0, 2),
        st.sampled_from(["pi_1", "pi_2"]),
        st.sampled_from(["pm_1", "pm_2"]),
        st.sampled_from(["ch_1", "ch_2", None]),
        st.sampled_from(["ord_1", "ord_2", None]),
    ),
    st.tuples(st.sampled_from(SESSION_HAPPENED), st.integers(0, 2), ORDERS),
    st.tuples(ORDERS),
    st.tuples(
        st.sampled_from(["refund"]),
        st.sampled_from(RefundStatus),
        st.integers(0, 2),
        st.sampled_from(["re_1", "re_2"]),
        st.sampled_from(["pi_1", "pi_2"]),
    ),
    st.tuples(
        st.sampled_from(["dispute"]),
        st.sampled_from(DisputeStatus),
        st.integers(0, 2),
        st.sampled_from(["dp_1", "dp_2"]),
        st.sampled_from(["pi_1", "pi_2"]),
        st.sampled_from(["ord_1", None]),
        st.sampled_from(["updated", "funds_withdrawn", "funds_reinstated"]),
    ),
    st.tuples(st.sampled_from(["attached"]), st.sampled_from(["pi_1", "pi_2"]), ORDERS, st.integers(0, 2)),
)


@st.composite
def ways(draw: st.DrawFn) -> tuple[list[int], list[list[int]], list[Any]]:
    """Some events, and a way for them to come: shuffled, repeated, in batches."""
    plans = draw(st.lists(event_plans, min_size=1, max_size=8, unique=True))
    numbers = list(range(len(plans)))
    shuffled = draw(st.permutations(numbers + draw(st.lists(st.sampled_from(numbers), max_size=4))))
    cuts = sorted(draw(st.sets(st.integers(0, len(shuffled)), max_size=4)) | {0, len(shuffled)})
    return numbers, [shuffled[a:b] for a, b in pairwise(cuts) if shuffled[a:b]], plans


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(way=ways())
async def test_any_permutation_repetition_and_batching_ends_in_the_same_rows(
    pool: Any, stripe: Any, placed: Any, attached: Any, way: tuple[list[int], list[list[int]], list[Any]]
) -> None:
    """And the last published change says the same."""
    together, batches, plans = way
    ends = []
    for arrangement in ([together], batches):
        values = _values(stripe, placed, attached, plans, run := f"{next(NUMBERS)}")
        records = heard(values)
        for batch in arrangement:
            await write(pool, [records[number] for number in batch])
        ends.append(await _end(pool, run))
    assert ends[0] == ends[1]


def _values(stripe: Any, placed: Any, attached: Any, plans: Sequence[Any], run: str) -> list[bytes]:
    """The planned events, of orders and payments of this run's own."""
    values = []
    for plan in plans:
        match plan:
            case happened, at, pi, method, charge, named:
                order = f"{named}_{run}" if named else None
                intent = {"pi": f"{pi}_{run}", "id": f"evt_{run}_{'_'.join(map(str, plan))}"}
                values.append(
                    stripe.payment(happened, at=at, method=method, latest_charge=charge, order=order, **intent)
                )
            case "refund", status, at, key, pi:
                of = {"payment_intent": f"{pi}_{run}", "event_id": f"evt_{run}_{'_'.join(map(str, plan))}"}
                values.append(stripe.refund(status, re=key, at=at, **of))
            case "dispute", status, at, key, pi, named, happened:
                of = {"payment_intent": f"{pi}_{run}", "event_id": f"evt_{run}_{'_'.join(map(str, plan))}"}
                metadata = {"order_id": f"{named}_{run}"} if named else {}
                values.append(stripe.dispute(status, dp=key, at=at, happened=happened, metadata=metadata, **of))
            case "attached", pi, named, at:
                values.append(attached(f"{named}_{run}", pi=f"{pi}_{run}", after=timedelta(microseconds=at)))
            case happened, at, named:
                intent = {"payment_intent": f"pi_1_{run}", "event_id": f"evt_{run}_{happened}_{at}_{named}"}
                values.append(stripe.session(happened, at=at, order=f"{named}_{run}", **intent))
            case (named,):
                values.append(placed(f"{named}_{run}", payment_intent_id=f"pi_2_{run}"))
    return values


DERIVED = ("orders", "placements", "payments", "checkout_sessions", "mentions")
DEPENDS_ON_THE_WAY = {"version", "previous_status", "created_at", "updated_at", "first_seen_at"}


async def _end(pool: Any, run: str) -> Any:
    """What the run left, whole but for its own number, and for what depends on the way there."""
    left = {name: await _rows(pool, name, run) for name in DERIVED}
    changes = await pool.fetch("SELECT * FROM order_changes WHERE order_id LIKE $1 ORDER BY 1, 2", f"ord\\__\\_{run}")
    last: dict[str, dict[str, Any]] = {}
    for change in changes:
        before = last.get(change["order_id"], {"version": 0})
        assert change["version"] == before["version"] + 1
        last[change["order_id"]] = json.loads(change["body"])
    told = ("status", "amounts", "currency", "flags", "reference", "merchant_id")
    return left, [[last[order_id][name] for name in told] for order_id in sorted(last)]


async def _rows(pool: Any, name: str, run: str) -> list[dict[str, str]]:
    """A table's rows of this run, as text."""
    key = "payment_id" if name == "payments" else "order_id"
    found = await pool.fetch(f"SELECT * FROM {name} WHERE {key} LIKE $1 ORDER BY 1, 2", f"%\\_{run}")  # noqa: S608  # our own names
    return [
        {
            column: str(value).removesuffix(f"_{run}")
            for column, value in row.items()
            if column not in DEPENDS_ON_THE_WAY
        }
        for row in found
    ]
