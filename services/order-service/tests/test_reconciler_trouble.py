"""The reconciler while Stripe or Kafka is away, slow or unwilling."""

from typing import Any

import orjson
import pytest

from reconciler_stage import Reconciling, Sim

pytestmark = pytest.mark.integration


async def test_key_that_may_not_list_events_is_told_and_objects_are_asked_for_all_the_same(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, get: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("order_service.reconciler.listing.PAGE", 1_000)  # which Stripe refuses for good, too
    intent = await sim.pays("ord_1")
    [created] = [event for event in await sim.events() if event["type"] == "payment_intent.created"]
    await kafka.tell(orjson.dumps(created), key=intent["id"].encode())
    await kafka.changes("ord_1", count=1)
    async with reconciling(unsettled_after=0.3) as reconciler:
        [*_, last] = await kafka.changes("ord_1", count=2)
        assert last.status == "paid"
        ready = await get(reconciler, "/readyz")
    assert ready.status == 503
    assert ready.body["parts"]["events"] != "ok"
    assert ready.body["parts"]["role"] == "leading"


@pytest.mark.parametrize(
    ("kind", "outcome"), [("rate_limit", "rate_limited"), ("error_500", "failed"), ("api_connection_before", "failed")]
)
async def test_stripe_that_fails_is_asked_again(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, counted: Any, kind: str, outcome: str
) -> None:
    await sim.pays("ord_1")
    await sim.fails(kind, 2)
    async with reconciling() as reconciler:
        await kafka.changes("ord_1", count=1)
        calls = f'order_service_reconciler_stripe_calls_total{{outcome="{outcome}"}}'
        assert await counted(reconciler, calls) >= 1  # a connection that breaks is made anew by aiohttp once


async def test_stripe_that_is_too_slow_moves_no_cursor_and_all_is_healed_later(
    app: Any, sim: Sim, reconciling: Reconciling, kafka: Any, until: Any, counted: Any, pool: Any
) -> None:
    await sim.pays("ord_1")
    await sim.fails("slow", 1_000, seconds=5)
    async with reconciling(stripe_timeout=0.2, patience=0.6) as reconciler:

        async def failed() -> bool:
            return bool(await counted(reconciler, "order_service_reconciler_failed_sweeps_total"))

        await until(failed)
        assert await pool.fetchval("SELECT count(*) FROM reconciler_cursors") == 0
        await sim.ask("DELETE", "/sim/faults")
        await kafka.changes("ord_1", count=1)


async def test_kafka_that_is_away_moves_no_cursor(
    reconciling: Reconciling, sim: Sim, pool: Any, get: Any, until: Any
) -> None:
    await sim.pays("ord_1")
    async with reconciling(KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1", publish_timeout=1) as reconciler:

        async def away() -> bool:
            return bool((await get(reconciler, "/readyz")).body["parts"]["kafka"] != "ok")

        await until(away)
        assert (await get(reconciler, "/livez")).status == 200
    assert await pool.fetchval("SELECT count(*) FROM reconciler_cursors") == 0
