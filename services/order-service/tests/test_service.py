"""The whole service on a real Kafka and a real PostgreSQL: what goes in comes out once, whatever is in between."""

import asyncio
import os
import sys
from typing import Any

import pytest

from order_service.publisher import NotPublished, Publisher

pytestmark = pytest.mark.integration

FAULT_POINTS = {
    "before the commit": "order_service.store:_append",
    "between commit and publish": "order_service.publisher:Publisher.publish",
    "between publish and offset": "order_service.commits:_commit",
}
DIE_AT = """
import importlib, os, signal, sys
module, name = sys.argv[1].split(":")
holder, _, name = name.rpartition(".")
holder = getattr(importlib.import_module(module), holder) if holder else importlib.import_module(module)
async def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(holder, name, die)
importlib.import_module("order_service.__main__").main()
"""


async def test_payment_is_published_and_can_be_read(app: Any, kafka: Any, stripe: Any, placed: Any, get: Any) -> None:
    """From placed to paid: each change is published once, keyed by order, and the order tells its story."""
    await kafka.place(placed())
    await kafka.changes("ord_1", count=1)
    trace = ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    for at, happened in enumerate(("created", "processing", "succeeded")):
        await kafka.tell(stripe.payment(happened, at=at), headers=[trace])
    changes = await kafka.changes("ord_1", count=3)
    assert [(change.version, change.status) for change in changes] == [(1, "pending"), (2, "processing"), (3, "paid")]
    record = kafka.records[-1]
    assert (record.key, dict(record.headers)["ce_id"]) == (b"ord_1", b"ord_1.v3")
    assert dict(record.headers)["traceparent"] == trace[1]
    order = (await get(app, "/v1/orders/ord_1")).body
    assert [(line["outcome"], line["version"]) for line in order["timeline"]] == [
        ("applied", 1),
        ("applied", None),
        ("applied", 2),
        ("applied", 3),
    ]
    assert (order["status"], order["captured"], order["reference"]) == ("paid", 1999, "shop-7")


async def test_event_of_unknown_order_creates_it(app: Any, kafka: Any, stripe: Any) -> None:
    """Whoever placed it will follow."""
    await kafka.tell(stripe.payment("succeeded", order="ord_of_somebody"))
    [change] = await kafka.changes("ord_of_somebody", count=1)
    assert (change.status, change.amounts.ordered, change.merchant_id) == ("paid", 1999, "default")


@pytest.mark.parametrize("fault", FAULT_POINTS)
async def test_crash_loses_and_doubles_nothing(
    fault: str, migrated: str, kafka_bootstrap: str, kafka_prefix: str, serving: Any, kafka: Any, stripe: Any, pool: Any
) -> None:
    """Killed at the worst line, the next process finishes the work: same versions, same ids, each effect once."""
    for at, happened in enumerate(("processing", "succeeded")):
        await kafka.tell(stripe.payment(happened, at=at))
    await _run_until_it_dies(FAULT_POINTS[fault], migrated, kafka_bootstrap, kafka_prefix)
    committed = await pool.fetchval("SELECT count(*) FROM order_changes")
    assert committed == (0 if fault == "before the commit" else 2)
    async with serving():
        changes = await kafka.changes("ord_1", count=4 if fault == "between publish and offset" else 2)
    assert {(change.event_id, change.version, change.status) for change in changes} == {
        ("ord_1.v1", 1, "processing"),
        ("ord_1.v2", 2, "paid"),
    }
    assert await pool.fetchval("SELECT count(*) FROM order_changes") == 2
    assert await pool.fetchval("SELECT count(*) FROM timeline") == 2


@pytest.mark.parametrize("fault", FAULT_POINTS)
async def test_crash_loses_and_doubles_no_change_of_a_subscription(
    fault: str, migrated: str, kafka_bootstrap: str, kafka_prefix: str, serving: Any, kafka: Any, golden: Any, pool: Any
) -> None:
    """At the same lines, the first of them inside of the subscriptions' part of the transaction."""
    for name in ("customer.subscription.created", "customer.subscription.updated"):
        await kafka.tell(golden(name))
    points = {**FAULT_POINTS, "before the commit": "order_service.subscription_store:write_subscription_books"}
    await _run_until_it_dies(points[fault], migrated, kafka_bootstrap, kafka_prefix)
    committed = await pool.fetchval("SELECT count(*) FROM subscription_changes")
    assert committed == (0 if fault == "before the commit" else 2)
    async with serving():
        again = 4 if fault == "between publish and offset" else 2
        changes = await kafka.subscription_changes("subs_5f3a9c", count=again)
    assert {(change.event_id, change.version, change.status) for change in changes} == {
        ("subs_5f3a9c.v1", 1, "incomplete"),
        ("subs_5f3a9c.v2", 2, "active"),
    }
    assert await pool.fetchval("SELECT count(*) FROM subscription_changes") == 2
    assert await pool.fetchval("SELECT count(*) FROM subscription_timeline") == 2
    assert await pool.fetchval("SELECT count(*) FROM subscription_facts") == 1


async def _run_until_it_dies(fault_point: str, database_url: str, bootstrap: str, prefix: str) -> None:
    environment = {
        **os.environ,
        "ORDER_SERVICE_DATABASE_URL": database_url,
        "ORDER_SERVICE_PORT": "0",
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "KAFKA_TOPIC_PREFIX": prefix,
        "TILLSTREAM_SECRET_KEY": "sk_test_0123456789abcdef0123",
        "TILLSTREAM_TOKEN_SECRET": "a token secret that is long enough, for tests only",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DIE_AT, fault_point, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(40):
        assert await process.wait() == -9


NOT_UTF8 = [("ce_id", b"\xff\xfe"), ("x", b"\x80")]


async def test_poison_is_parked_untouched_while_its_neighbours_go_through(
    serving: Any, kafka: Any, stripe: Any, pool: Any, get: Any
) -> None:
    """Whatever it is that nobody can read; it is all there before the service starts, so it is one batch."""
    poison = {
        b"not json": ("The value is not JSON.", []),
        b'{"id": "evt_0"}': ("The event's type is missing or malformed.", NOT_UTF8),
        stripe.payment("succeeded", id="evt_9", amount=10**20): ("Its amount is no amount of money.", []),
        b'"' + b"x" * 5000 + b'"': ("The record has 5002 bytes, more than the 4096 allowed.", []),
    }
    await kafka.tell(stripe.payment("processing"))
    for value, (_, headers) in poison.items():
        await kafka.tell(value, headers=headers)
    await kafka.tell(None)
    await kafka.tell(stripe.payment("succeeded", at=1), headers=NOT_UTF8)
    async with serving(max_record_bytes=4096):
        changes = await kafka.changes("ord_1", count=2)
        parked = await kafka.parked(count=5)
    assert [change.status for change in changes] == ["processing", "paid"]
    found = {record.value: dict(record.headers) for record in parked}
    assert {value: headers["parked_reason"].decode() for value, headers in found.items() if value} == {
        value: reason for value, (reason, _) in poison.items()
    }
    assert found[b'{"id": "evt_0"}']["x"] == b"\x80"
    assert {record.key for record in parked} == {b"pi_1"}
    assert await pool.fetchval("SELECT count(*) FROM parked_records") == 5


async def test_event_that_the_database_refuses_is_parked_alone(
    serving: Any, kafka: Any, stripe: Any, pool: Any, get: Any
) -> None:
    """Found by halving the batch; the order's timeline tells of it."""
    await pool.execute("ALTER TABLE payments ADD CONSTRAINT refused CHECK (amount <> 666)")
    for number in range(9):
        amount = 666 if number == 4 else 1999
        await kafka.tell(stripe.payment("succeeded", pi=f"pi_{number}", order=f"ord_{number}", amount=amount))
    async with serving() as app:
        for number in {*range(9)} - {4}:
            await kafka.changes(f"ord_{number}", count=1)
        [parked] = await kafka.parked(count=1)
        await pool.execute("ALTER TABLE payments DROP CONSTRAINT refused")
        await kafka.tell(parked.value, key=parked.key)
        await kafka.changes("ord_4", count=1)
        timeline = (await get(app, "/v1/orders/ord_4")).body["timeline"]
    assert dict(parked.headers)["parked_reason"] == b"It cannot be applied: CheckViolationError."
    assert [line["outcome"] for line in timeline] == ["parked", "applied"]


async def test_record_is_not_passed_over_while_it_cannot_be_parked(
    app: Any, kafka: Any, stripe: Any, pool: Any, get: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes again until Kafka takes it."""
    real, failures = Publisher.publish, list[list[Any]]()

    async def fail_twice(publisher: Publisher, records: Any) -> None:
        if len(failures) < 2:
            failures.append(list(records))
            raise NotPublished("Kafka did not take it")
        await real(publisher, records)

    monkeypatch.setattr(Publisher, "publish", fail_twice)
    await kafka.tell(b"not json")
    [parked] = await kafka.parked(count=1)
    assert (parked.value, len(failures)) == (b"not json", 2)
    metrics = (await get(app, "/metrics")).body["text"]
    assert 'order_service_batch_retries_total{because="NotPublished"} 2.0' in metrics


async def test_two_consumers_share_the_work_and_double_nothing(
    serving: Any, kafka: Any, stripe: Any, pool: Any
) -> None:
    """One joins while the other is busy, so that partitions move with records in hand."""
    async with serving():
        for number in range(300):
            await _send(kafka, stripe, number)
        async with serving():
            for number in range(300, 600):
                await _send(kafka, stripe, number)
            await kafka.orders_told(count=600)
    assert await pool.fetchval("SELECT count(*) FROM timeline") == 600
    assert await pool.fetchval("SELECT count(*) FROM orders WHERE status = 'paid' AND version = 1") == 600


async def _send(kafka: Any, stripe: Any, number: int) -> None:
    pi = f"pi_{number}"
    await kafka.tell(stripe.payment("succeeded", pi=pi, order=f"ord_{number}"), key=pi.encode())


async def test_ignored_event_leaves_a_line_and_an_unrelated_one_does_not(
    app: Any, kafka: Any, stripe: Any, get: Any, pool: Any
) -> None:
    """Both stay in Kafka and are counted."""
    await kafka.tell(stripe.event("customer.created", {"id": "cus_1"}, id="evt_1"))
    await kafka.tell(stripe.event("charge.updated", {"metadata": {"order_id": "ord_1"}}, id="evt_2"))
    await kafka.tell(stripe.payment("succeeded"))
    await kafka.changes("ord_1", count=1)
    timeline = (await get(app, "/v1/orders/ord_1")).body["timeline"]
    assert [(line["event_type"], line["outcome"]) for line in timeline] == [
        ("charge.updated", "ignored"),
        ("payment_intent.succeeded", "applied"),
    ]
    assert await pool.fetchval("SELECT count(*) FROM inbox") == 2
    assert 'order_service_events_total{outcome="unrelated"} 1.0' in (await get(app, "/metrics")).body["text"]


async def test_payment_without_an_order_is_counted_and_kept(
    app: Any, kafka: Any, stripe: Any, get: Any, pool: Any
) -> None:
    """As is one whose metadata names something that can be no order id."""
    await kafka.tell(stripe.payment("succeeded", pi="pi_1", order=None))
    await kafka.tell(stripe.payment("succeeded", pi="pi_2", order="no order/id"))
    await kafka.tell(stripe.payment("succeeded", pi="pi_3"))
    await kafka.changes("ord_1", count=1)
    assert await pool.fetchval("SELECT sum(captured) FROM payments WHERE order_id IS NULL") == 2 * 1999
    assert "order_service_unmatched_payment_events_total 2.0" in (await get(app, "/metrics")).body["text"]
