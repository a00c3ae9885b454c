"""The resolver on a real Kafka, with a Stripe that does as the test says."""

import json
from typing import Any

import pytest

from resolver_stage import KEY, Account, Resolving, Topic

pytestmark = pytest.mark.integration


async def test_a_thin_event_becomes_a_paid_order(
    app: Any, account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any
) -> None:
    """The object as Stripe has it goes the way of every event; the thin event itself does nothing."""
    account.has_paid("pi_1")
    trace = ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    async with resolving():
        await kafka.tell(stripe.thin("payment_intent.succeeded"), headers=[trace, ("ce_stripeendpoint", b"thin")])
        [change] = await kafka.changes("ord_1", count=1)
    assert (change.status, change.cause.event_id) == ("paid", "evt_test_1.resolved")
    [record] = await topic.resolved(count=1)
    headers = dict(record.headers)
    assert (record.key, headers["ce_id"], headers["ce_type"]) == (
        b"pi_1", b"evt_test_1.resolved", b"payment_intent.succeeded"
    )  # fmt: skip
    assert (headers["traceparent"], headers["ce_stripeendpoint"]) == (trace[1], b"thin")
    assert json.loads(record.value)["data"]["object"] == account.objects["/v1/payment_intents/pi_1"]


async def test_both_forms_of_one_occurrence_count_as_one(
    app: Any, account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any, pool: Any, until: Any
) -> None:
    """Whichever comes first, the snapshot that Stripe sent or the one that was resolved."""
    account.has_paid("pi_1", "pi_2")

    async def seen_twice() -> bool:
        return bool(await pool.fetchval("SELECT count(*) = 2 FROM inbox WHERE deliveries = 2"))

    async with resolving():
        await kafka.tell(stripe.payment("succeeded", pi="pi_1", order="ord_1", id="evt_1"))
        await kafka.changes("ord_1", count=1)
        await kafka.tell(stripe.thin("payment_intent.succeeded", id="evt_test_1", snapshot_event="evt_1"))
        second = stripe.thin(
            "payment_intent.succeeded", "/v1/payment_intents/pi_2", id="evt_test_2", snapshot_event="evt_2"
        )
        await kafka.tell(second, key=b"pi_2")
        await kafka.changes("ord_2", count=1)
        await kafka.tell(stripe.payment("succeeded", pi="pi_2", order="ord_2", id="evt_2"), key=b"pi_2")
        await until(seen_twice)
    assert {json.loads(record.value)["id"] for record in await topic.resolved(count=2)} == {"evt_1", "evt_2"}
    assert await pool.fetchval("SELECT count(*) FROM order_changes") == 2


async def test_events_about_one_object_are_answered_by_one_call_and_each_by_its_own_event(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any
) -> None:
    account.has_paid("pi_1")
    for number in range(30):
        await kafka.tell(stripe.thin("payment_intent.succeeded", id=f"evt_test_{number}"))
    async with resolving():
        resolved = await topic.resolved(count=30)
    ids = [dict(record.headers)["ce_id"].decode() for record in resolved]
    assert ids == [f"evt_test_{number}.resolved" for number in range(30)]
    assert len(account.calls) == 1


async def test_stripe_is_asked_with_key_version_context_and_cause(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any
) -> None:
    account.has_paid("pi_1")
    async with resolving():
        await kafka.tell(stripe.thin("payment_intent.succeeded", context="acct_1"))
        [record] = await topic.resolved(count=1)
    [(path, headers)] = account.calls
    sent = {name: headers[name] for name in ("Authorization", "Stripe-Version", "Stripe-Context")}
    assert path == "/v1/payment_intents/pi_1"
    assert sent == {
        "Authorization": f"Bearer {KEY}", "Stripe-Version": "2026-10-28.endive", "Stripe-Context": "acct_1"
    }  # fmt: skip
    assert headers["Stripe-Request-Trigger"] == "event=evt_test_1"
    assert json.loads(record.value)["account"] == "acct_1"


@pytest.mark.parametrize("batch_seconds", [10, 0.4])
async def test_calls_stay_within_the_budget(
    account: Account,
    resolving: Resolving,
    kafka: Any,
    topic: Topic,
    stripe: Any,
    monkeypatch: pytest.MonkeyPatch,
    batch_seconds: float,
) -> None:
    """Fifteen objects at five a second, in one batch or cut into batches of two: each is asked for once."""
    monkeypatch.setattr("order_service.resolver.running.BATCH_SECONDS", batch_seconds)
    ids = [f"pi_{number}" for number in range(15)]
    account.has_paid(*ids)
    for one in ids:
        thin = stripe.thin("payment_intent.succeeded", f"/v1/payment_intents/{one}", id=f"evt_test_{one}")
        await kafka.tell(thin, key=one.encode())
    async with resolving(rate=5):
        assert len(await topic.resolved(count=15)) == 15
    assert sorted(path.rpartition("/")[2] for path, _ in account.calls) == sorted(ids)
    for first in range(15):
        for last in range(first, 15):
            assert last - first + 1 <= (account.times[last] - account.times[first] + 0.1) * 5 + 5


async def test_slow_stripe_never_delays_the_consumer_of_orders(
    app: Any, account: Account, resolving: Resolving, kafka: Any, stripe: Any, until: Any
) -> None:
    """Orders behind a thin event in the same partition are paid while Stripe has not answered yet."""
    account.has_paid("pi_9")
    account.open.clear()
    async with resolving():
        await kafka.tell(stripe.thin("payment_intent.succeeded", "/v1/payment_intents/pi_9"))
        await until(lambda: account.calls)
        for number in range(5):
            await kafka.tell(stripe.payment("succeeded", pi=f"pi_{number}", order=f"ord_{number}"))
            await kafka.changes(f"ord_{number}", count=1, seconds=5)
        assert len(account.calls) == 1
        account.open.set()
        await kafka.changes("ord_9", count=1)


async def test_only_what_is_committed_is_passed_over_after_a_restart(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any, until: Any, committed: Any
) -> None:
    account.has_paid("pi_1")
    async with resolving():
        await kafka.tell(stripe.thin("payment_intent.succeeded"))
        await topic.resolved(count=1)
        await until(committed)
    async with resolving():
        await kafka.tell(stripe.thin("payment_intent.succeeded", id="evt_test_2"))
        resolved = await topic.resolved(count=2)
    assert [dict(record.headers)["ce_id"] for record in resolved] == [b"evt_test_1.resolved", b"evt_test_2.resolved"]
    assert len(account.calls) == 2
