"""The resolver when Stripe is away, refuses or never answers, or an event cannot be read."""

import json
from datetime import timedelta
from typing import Any

import pytest
from starlette.types import ASGIApp

from resolver_stage import Account, Resolving, Topic

pytestmark = pytest.mark.integration


async def test_an_outage_of_stripe_loses_nothing_and_ends_by_itself(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any, get: Any, until: Any, committed: Any
) -> None:
    """Also one that outlasts the patience with a batch, and with a key that is not yet right."""
    account.has_paid("pi_1")
    account.status = 503
    async with resolving(patience=timedelta(seconds=1)) as resolver:
        await kafka.tell(stripe.thin("payment_intent.succeeded"))
        await until(lambda: len(account.calls) > 6)

        async def tells_of_it() -> bool:
            answer = await get(resolver, "/readyz")
            return bool(answer.status == 503 and "503" in answer.body["parts"]["stripe"])

        await until(tells_of_it)
        assert (await get(resolver, "/livez")).status == 200
        assert (topic.found(), await committed()) == ([], 0)
        account.status = 401
        await until(lambda: len(account.calls) > 10)
        account.status = 200
        [record] = await topic.resolved(count=1)
        await until(committed)
        await until(lambda: _is_ready(get, resolver))
    assert json.loads(record.value)["id"] == "evt_test_1.resolved"


async def _is_ready(get: Any, resolver: ASGIApp) -> bool:
    return bool((await get(resolver, "/readyz")).status == 200)


@pytest.mark.parametrize("status", [404, 403])
async def test_an_object_that_stripe_does_not_give_is_parked_and_the_next_goes_on(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any, status: int
) -> None:
    account.has_paid("pi_1")
    account.failing["/v1/payment_intents/pi_gone"] = status
    gone = stripe.thin("payment_intent.succeeded", "/v1/payment_intents/pi_gone", id="evt_test_gone")
    async with resolving():
        await kafka.tell(gone)
        await kafka.tell(stripe.thin("payment_intent.succeeded"))
        [record] = await topic.resolved(count=1)
        [parked] = await kafka.parked(count=1)
    assert (dict(record.headers)["ce_id"], parked.value) == (b"evt_test_1.resolved", gone)
    reason = dict(parked.headers)["parked_reason"].decode()
    assert str(status) in reason
    assert "a@b.example" not in reason


async def test_too_many_refusals_stop_it_before_the_topic_is_emptied(
    account: Account, resolving: Resolving, kafka: Any, stripe: Any, get: Any, until: Any, committed: Any
) -> None:
    """A key of another account would else park every event."""
    for number in range(5):
        await kafka.tell(stripe.thin("payment_intent.succeeded", f"/v1/payment_intents/pi_{number}"))
    async with resolving(parked_a_minute=3) as resolver:

        async def stopped() -> bool:
            answer = await get(resolver, "/readyz")
            return bool(answer.status == 503 and answer.body["parts"]["events"].startswith("stopped"))

        await until(stopped)
        assert await committed() == 0


async def test_an_object_that_alone_is_never_answered_is_parked_and_holds_up_nobody(
    account: Account,
    resolving: Resolving,
    kafka: Any,
    topic: Topic,
    stripe: Any,
    until: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Others go on at once, those behind it after a few rounds: while others are answered, it is its own fault."""
    monkeypatch.setattr("order_service.resolver.running.BATCH_SECONDS", 1)
    account.has_paid("pi_1", "pi_behind")
    account.failing["/v1/payment_intents/pi_bad"] = 500
    bad = stripe.thin("payment_intent.succeeded", "/v1/payment_intents/pi_bad", id="evt_test_bad")
    await kafka.tell(bad, key=b"pi_bad")
    await kafka.tell(stripe.thin("payment_intent.succeeded", "/v1/payment_intents/pi_behind"), key=b"pi_bad")
    other = stripe.thin("payment_intent.succeeded", id="evt_test_other")

    async def parked_while_others_come() -> bool:
        await kafka.tell(other)
        for records in (await kafka.consumer.getmany(timeout_ms=100)).values():
            kafka.records += records
        return bool(kafka.records)

    async with resolving(patience=timedelta(seconds=1)):
        await until(parked_while_others_come, seconds=60)
        [parked] = await kafka.parked(count=1)
        resolved = await topic.resolved(count=3)
    assert {record.key for record in resolved} == {b"pi_1", b"pi_behind"}
    assert (parked.value, dict(parked.headers)["parked_reason"]) == (bad, b"Stripe answers, but never for its object.")


async def test_objects_that_are_gone_do_not_stop_it(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any
) -> None:
    """That a deleted one is not found is no sign of a wrong key."""
    account.has_paid("pi_1")
    for number in range(5):
        await kafka.tell(stripe.thin("invoice.deleted", f"/v1/invoices/in_{number}", id=f"evt_test_in_{number}"))
    await kafka.tell(stripe.thin("payment_intent.succeeded"))
    async with resolving(parked_a_minute=2):
        await topic.resolved(count=1)
        assert len(await kafka.parked(count=5)) == 5


async def test_a_broken_thin_event_is_parked(
    account: Account, resolving: Resolving, kafka: Any, topic: Topic, stripe: Any
) -> None:
    account.has_paid("pi_1")
    async with resolving():
        for value in (b"{", stripe.thin("payment_intent.succeeded", created="yesterday")):
            await kafka.tell(value)
        await kafka.tell(stripe.thin("payment_intent.succeeded"))
        await topic.resolved(count=1)
        [parked] = await kafka.parked(count=1)
    assert dict(parked.headers)["parked_reason"] == b"When it happened is missing or malformed."
