"""The reconciler on a real Kafka and PostgreSQL, with stripe-sim, whose webhooks nobody hears."""

import time
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from reconciler_stage import HEALED, REFETCHED, Reconciling, Sim

pytestmark = pytest.mark.integration


async def test_event_that_never_came_is_healed_once_and_the_timeline_says_so(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, get: Any, sweeps: Any, counted: Any
) -> None:
    await sim.pays("ord_1")
    async with reconciling() as reconciler:
        [*_, last] = await kafka.changes("ord_1", count=1)
        await sweeps(reconciler, 4)
        assert await counted(reconciler, HEALED) == 2
    order = (await get(app, "/v1/orders/ord_1")).body
    assert (order["status"], order["captured"]) == ("paid", 2000)
    assert last.status == "paid"
    assert {line["outcome"] for line in order["timeline"] if line["version"]} == {"healed"}
    assert {line["event_id"] for line in order["timeline"]} < {event["id"] for event in await sim.events()}


async def test_event_that_came_is_not_missing(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, get: Any, sweeps: Any, counted: Any
) -> None:
    """Nor one that waits in Kafka while order-service has still to read it, or that could not be read."""
    intent = await sim.pays("ord_1")
    events = {event["type"]: event for event in await sim.events()}
    for kind in ("payment_intent.created", "payment_intent.succeeded"):
        value = events[kind] | {"created": "never"} if kind.endswith("created") else events[kind]
        headers = [("ce_id", events[kind]["id"].encode()), ("ce_type", kind.encode())]
        await kafka.tell(orjson.dumps(value), key=intent["id"].encode(), headers=headers)
    async with reconciling() as reconciler:
        await sweeps(reconciler, 3)
        assert await counted(reconciler, "order_service_reconciler_missing_events_total") == 0
    order = (await get(app, "/v1/orders/ord_1")).body
    assert sorted(line["outcome"] for line in order["timeline"]) == ["applied"]


async def test_same_sweep_twice_writes_nothing_new(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, pool: Any, sweeps: Any, counted: Any
) -> None:
    """Even by another leader, who begins from the first cursor again."""
    await sim.pays("ord_1")
    async with reconciling():
        await kafka.changes("ord_1", count=1)
    await pool.execute("DELETE FROM reconciler_cursors")
    async with reconciling() as another:
        await sweeps(another)
        assert await counted(another, "order_service_reconciler_listed_events_total") > 0
        assert await counted(another, HEALED) == 0
    assert await pool.fetchval("SELECT max(deliveries) FROM inbox") == 1


async def test_nothing_is_written_while_order_service_is_behind(
    sim: Sim, reconciling: Reconciling, kafka: Any, get: Any, until: Any, counted: Any, pool: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """What stands in Kafka unread is not missing, however long that takes."""
    monkeypatch.setattr("order_service.reconciler.missing.CATCH_UP_SECONDS", 0.3)
    await sim.pays("ord_1")
    event = (await sim.events())[0]
    await kafka.tell(orjson.dumps(event))
    await until(lambda: time.time() > event["created"] + 1)  # Stripe's list of the present second is not complete yet
    async with reconciling() as reconciler:

        async def behind() -> bool:
            answer = await get(reconciler, "/readyz")
            return bool(answer.body["parts"]["order_service"] != "ok" and answer.status == 503)

        await until(behind)
        assert await counted(reconciler, HEALED) == 0
    assert await pool.fetchval("SELECT count(*) FROM reconciler_cursors") == 0


async def test_nothing_is_written_while_a_restored_database_takes_in_again_what_it_had(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, get: Any, until: Any, counted: Any, pool: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Kafka says of the group that it has read all of it; the database knows better."""
    monkeypatch.setattr("order_service.reconciler.missing.CATCH_UP_SECONDS", 0.3)
    await sim.pays("ord_1")
    await kafka.tell(orjson.dumps((await sim.events())[0]))
    await kafka.changes("ord_1", count=1)
    await pool.execute("DELETE FROM inbox")
    await pool.execute("UPDATE consumed SET next_offset = 0")
    async with reconciling() as reconciler:

        async def behind() -> bool:
            return bool((await get(reconciler, "/readyz")).body["parts"]["order_service"] != "ok")

        await until(behind)
        assert await counted(reconciler, HEALED) == 0


async def test_clock_of_our_own_that_is_wrong_hides_no_event(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, sweeps: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour ahead: what happens in that hour would be younger than the sweeps that have passed it."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(hours=1)

    monkeypatch.setattr("order_service.reconciler.running.datetime", Ahead)
    async with reconciling() as reconciler:
        await sweeps(reconciler)
        await sim.pays("ord_1")
        await kafka.changes("ord_1", count=1)


async def test_order_that_stands_too_long_is_asked_for_and_healed(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, get: Any
) -> None:
    """Though no event tells of it; the refund that came meanwhile is found, too."""
    intent = await sim.pays("ord_1")
    await sim.ask("POST", "/v1/refunds", data={"payment_intent": intent["id"], "amount": "500"})
    [created] = [event for event in await sim.events() if event["type"] == "payment_intent.created"]
    await kafka.tell(orjson.dumps(created), key=intent["id"].encode())
    await kafka.changes("ord_1", count=1)
    async with reconciling(grace=3600, unsettled_after=0.3):
        [*_, last] = await kafka.changes("ord_1", count=2)
    assert (last.status, last.amounts.captured, last.amounts.refunded) == ("partially_refunded", 2000, 500)
    order = (await get(app, "/v1/orders/ord_1")).body
    assert [line["outcome"] for line in order["timeline"] if line["version"]][-1] == "healed"


async def test_order_that_has_not_moved_is_asked_for_again_and_told_once(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, counted: Any, until: Any
) -> None:
    form = {"amount": "2000", "currency": "eur", "metadata[order_id]": "ord_1"}
    intent = await sim.ask("POST", "/v1/payment_intents", data=form)
    [created] = await sim.events()
    await kafka.tell(orjson.dumps(created), key=intent["id"].encode())
    await kafka.changes("ord_1", count=1)
    async with reconciling(grace=3600, unsettled_after=0.5) as reconciler:

        async def looked_twice() -> bool:
            return bool(await counted(reconciler, "order_service_reconciler_looked_at_total") >= 2)

        await until(looked_twice)
        assert await counted(reconciler, REFETCHED) == 1
