"""Subscriptions on a real PostgreSQL: each event once, in any order, also from two consumers at a time."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from order_service.failures import Overtaken, is_worth_another_try
from order_service.inbox import Heard
from order_service.store import Written, take_in
from order_service.stripe_events import read_stripe_event

pytestmark = pytest.mark.integration

STORY = (
    "customer.subscription.created",
    "invoice.finalized",
    "invoice.payment_action_required",
    "payment_intent.succeeded--of-an-invoice",
    "invoice_payment.paid",
    "invoice.paid",
    "customer.subscription.updated",
)


async def write(pool: Any, values: Sequence[bytes]) -> Written:
    heard = [Heard(read_stripe_event(value, order_id_key="order_id"), 0, at) for at, value in enumerate(values)]
    async with pool.acquire() as connection:
        return await take_in(connection, heard, merchant_id="default", now=datetime.now(UTC))


async def stubbornly(pool: Any, values: Sequence[bytes]) -> Written:
    while True:
        try:
            return await write(pool, values)
        except (Overtaken, asyncpg.DeadlockDetectedError):
            continue


def told(written: Written) -> list[dict[str, Any]]:
    """The changes as published."""
    return [json.loads(change.body) for change in written.subscriptions.changes]


async def state(pool: Any) -> Any:
    """All that others see of the one subscription, without its versions and times."""
    columns = "subscription_id, status, customer_id, currency, items, latest_invoice, flags, current_period_end"
    return await pool.fetch(f"SELECT {columns} FROM subscriptions")  # noqa: S608  # all names are our own


async def test_events_make_versions_one_by_one(pool: Any, golden: Any) -> None:
    """From the first event to active, by way of an invoice that needs the customer."""
    changes = told(await write(pool, [golden(name) for name in STORY]))
    assert [(change["version"], change["status"], change["previous_status"]) for change in changes] == [
        (1, "incomplete", None),
        (2, "incomplete", "incomplete"),
        (3, "incomplete", "incomplete"),
        (4, "incomplete", "incomplete"),
        (5, "active", "incomplete"),
    ]
    invoices = [change["latest_invoice"] for change in changes]
    assert invoices[0] is None
    assert [(one["status"], one["amount_paid"], one["needs_action"]) for one in invoices[1:]] == [
        ("open", 0, False),
        ("open", 0, True),
        ("paid", 3600, False),
        ("paid", 3600, False),
    ]
    assert {change["subscription_id"] for change in changes} == {"subs_5f3a9c"}


OF_SUBSCRIPTIONS = ["created", "updated", "deleted", "paused", "resumed", "trial_will_end", "pending_update_expired"]
OF_INVOICES = [
    "created", "updated", "finalized", "finalization_failed", "payment_failed", "payment_action_required",
    "marked_uncollectible", "voided", "paid", "payment_succeeded",
]  # fmt: skip
SECONDS = st.integers(0, 2)
event_plans = st.one_of(
    st.tuples(
        st.just("customer.subscription"),
        st.sampled_from(OF_SUBSCRIPTIONS),
        SECONDS,
        st.sampled_from(["incomplete", "trialing", "active", "past_due", "canceled"]),
        st.sampled_from([{}, {"status": "incomplete"}, {"status": "active"}]),
    ),
    st.tuples(
        st.just("invoice"),
        st.sampled_from(OF_INVOICES),
        SECONDS,
        st.sampled_from(["in_1Golden", "in_2Golden"]),
        st.sampled_from([0, 3600]),
    ),
    st.just(("payment_intent", "succeeded--of-an-invoice", 0)),
    st.just(("invoice_payment", "paid", 0)),
)


@st.composite
def ways(draw: st.DrawFn) -> tuple[list[list[int]], list[Any]]:
    """Some events, and a way for them to come: shuffled, repeated, in batches."""
    plans = draw(st.lists(event_plans, min_size=1, max_size=8, unique_by=str))
    numbers = list(range(len(plans)))
    shuffled = draw(st.permutations(numbers + draw(st.lists(st.sampled_from(numbers), max_size=4))))
    cuts = sorted(draw(st.sets(st.integers(0, len(shuffled)), max_size=4)) | {0, len(shuffled)})
    return [shuffled[a:b] for a, b in pairwise(cuts) if shuffled[a:b]], plans


def planned(golden: Any, number: int, plan: tuple[Any, ...]) -> bytes:
    """The event of a plan."""
    kind, happened, at, *how = plan
    match kind, how:
        case "customer.subscription", [status, before]:
            fields = {"status": status, "before": before}
        case "invoice", [invoice_id, paid]:
            fields = {"id": invoice_id, "amount_paid": paid}
        case _:
            fields = {}
    return golden(f"{kind}.{happened}", at=at, event_id=f"evt_{number}", **fields)  # type: ignore[no-any-return]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(way=ways())
async def test_any_permutation_repetition_and_batching_ends_in_the_same_rows(
    pool: Any, golden: Any, way: tuple[list[list[int]], list[Any]]
) -> None:
    """And the last published change says the same."""
    batches, plans = way
    events = [planned(golden, *numbered) for numbered in enumerate(plans)]
    ends = []
    for arrangement in ([range(len(events))], batches):
        await pool.execute(f"TRUNCATE inbox, payments, timeline, subscription_timeline, {', '.join(DERIVED)}")
        for batch in arrangement:
            await write(pool, [events[number] for number in batch])
        ends.append(await _end(pool))
    assert ends[0] == ends[1]


DERIVED = ("subscriptions", "subscription_facts", "subscription_changes", "invoices", "invoice_payments")
DEPENDS_ON_THE_WAY = {"version", "previous_status", "created_at", "updated_at"}


async def _end(pool: Any) -> Any:
    """All that is left, but for what depends on the way there."""
    changes = [
        json.loads(body) for (body,) in await pool.fetch("SELECT body FROM subscription_changes ORDER BY version")
    ]
    assert [change["version"] for change in changes] == list(range(1, len(changes) + 1))
    rows = {
        name: [
            {column: value for column, value in row.items() if column not in DEPENDS_ON_THE_WAY}
            for row in await pool.fetch(f"SELECT * FROM {name} ORDER BY 1, 2")  # noqa: S608  # our own names
        ]
        for name in DERIVED
        if name != "subscription_changes"
    }
    told = ("subscription_id", "status", "items", "currency", "latest_invoice", "flags", "customer_id", "merchant_id")
    return rows, [changes[-1][name] for name in told] if changes else None


async def test_repeated_batch_changes_nothing_and_tells_its_changes_again(pool: Any, golden: Any) -> None:
    """As after a crash between commit and publish: the same versions, the same texts."""
    batch = [golden(name) for name in STORY]
    first = await write(pool, batch)
    again = await write(pool, batch)
    assert again.subscriptions.changes == first.subscriptions.changes
    assert again.subscriptions.lines == ()
    assert await pool.fetchval("SELECT count(*) FROM subscription_timeline") == len(STORY) - 1


async def test_same_events_at_once_from_four_consumers_take_effect_once(pool: Any, golden: Any) -> None:
    """As in a rebalance; each event stands in the partition of its own object besides."""
    batch = [golden(name) for name in STORY]
    await asyncio.gather(*(stubbornly(pool, batch) for _ in range(4)))
    versions = await pool.fetch("SELECT version FROM subscription_changes ORDER BY version")
    assert [version for (version,) in versions] == [1, 2, 3, 4, 5]


async def test_events_in_different_partitions_tell_of_one_new_subscription(pool: Any, golden: Any) -> None:
    """Versions are gap-free whichever transaction creates it."""
    await asyncio.gather(*(stubbornly(pool, [golden(name)]) for name in STORY))
    versions = await pool.fetch("SELECT version FROM subscription_changes ORDER BY version")
    assert [version for (version,) in versions] == list(range(1, len(versions) + 1))
    [row] = await state(pool)
    assert (row["status"], json.loads(row["latest_invoice"])["status"]) == ("active", "paid")


async def test_subscription_is_nobodys_until_something_tells_whose_it_is(pool: Any, golden: Any) -> None:
    """An invoice without its metadata waits; the first event that tells it publishes all at once."""
    silent = golden("invoice.payment_succeeded", version="2018-07-27")
    assert told(await write(pool, [silent])) == []
    assert await pool.fetchval("SELECT count(*) FROM subscriptions") == 0
    [change] = told(await write(pool, [golden("customer.subscription.updated")]))
    assert (change["version"], change["latest_invoice"]["status"]) == (1, "paid")


async def test_subscription_made_elsewhere_is_known_by_stripes_id(pool: Any, golden: Any) -> None:
    """And keeps it, whatever its metadata may say one day."""
    await write(pool, [golden("customer.subscription.created", metadata={})])
    [change] = told(await write(pool, [golden("customer.subscription.updated")]))
    assert (change["subscription_id"], change["version"], change["customer_id"]) == ("sub_1Golden", 2, "customer-9")


async def test_second_subscription_with_our_id_in_its_metadata_is_known_by_stripes(pool: Any, golden: Any) -> None:
    """Somebody copied the metadata in Stripe's dashboard."""
    await write(pool, [golden("customer.subscription.created")])
    copy = golden("customer.subscription.created", event_id="evt_copy", id="sub_2Golden")
    [change] = told(await write(pool, [copy]))
    assert (change["subscription_id"], change["version"]) == ("sub_2Golden", 1)


async def test_invoice_that_two_subscriptions_claim_stops_nobody(pool: Any, golden: Any) -> None:
    """Stripe never says so. PostgreSQL refuses the two together, whatever the time: each is taken in by itself."""
    other = golden("invoice.paid", event_id="evt_lie").replace(b"sub_1Golden", b"sub_2Golden")
    with pytest.raises(asyncpg.PostgresError) as refused:
        await write(pool, [golden("invoice.finalized"), other])
    assert not is_worth_another_try(refused.value)
    for value in (golden("invoice.finalized"), other):
        await write(pool, [value])
    assert await pool.fetchval("SELECT count(*) FROM invoices") == 1


async def test_payment_of_an_invoice_is_not_unmatched(pool: Any, golden: Any) -> None:
    """It is kept as a payment without an order, and known to be an invoice's."""
    written = await write(pool, [golden("payment_intent.succeeded--of-an-invoice")])
    [line] = written.lines
    assert line.reason == "Payment of 36.00 EUR succeeded; it pays an invoice, and no order."
    row = await pool.fetchrow("SELECT payment_id, invoice_id FROM invoice_payments")
    assert tuple(row) == ("pi_3Golden", "in_1Golden")


async def test_event_that_came_too_late_says_so(pool: Any, golden: Any) -> None:
    """Canceled is the last word."""
    await write(pool, [golden("customer.subscription.deleted")])
    written = await write(pool, [golden("customer.subscription.updated", at=99)])
    [line] = written.subscriptions.lines
    assert (line.outcome, line.version) == ("out_of_date", None)
    assert line.reason == "Something later was known already: the subscription is canceled."
