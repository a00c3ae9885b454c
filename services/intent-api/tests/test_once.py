"""One key, one order: against stripe-sim with Stripe's idempotency rules, and a real Kafka."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from calling import Api
    from conftest import Serve
    from placed_topic import PlacedTopic
    from stripe_sim_process import StripeSim

pytestmark = pytest.mark.integration
AT_ONCE = 50
CART: dict[str, Any] = {"items": [{"sku": "mug", "quantity": 2}, {"sku": "beans", "quantity": 1}], "currency": "eur"}
CHECKOUT = {**CART, "success_url": "http://localhost:8000/s", "cancel_url": "http://localhost:8000/c"}
INTENTS, SESSIONS = "/v1/payment-intents", "/v1/checkout-sessions"


@pytest.fixture
async def api(serve_api: Serve, stripe_sim: StripeSim, placed_topic: PlacedTopic) -> Api:
    return await serve_api(stripe_api_base=stripe_sim.url, **placed_topic.settings)


@pytest.mark.parametrize(("path", "body"), [(INTENTS, CART), (SESSIONS, CHECKOUT)])
async def test_key_fired_fifty_times_at_once_is_one_order(
    api: Api, stripe_sim: StripeSim, placed_topic: PlacedTopic, path: str, body: Any
) -> None:
    """One answer, one event however often told; meanwhile Stripe says that the key is in use."""
    await stripe_sim.fault("slow", seconds=0.4)
    answers = await asyncio.gather(*(api.post(path, body) for _ in range(AT_ONCE)))
    assert {answer.status for answer in answers} == {200}
    assert len({json.dumps(answer.body) for answer in answers}) == 1
    records = await placed_topic.records(AT_ONCE)
    assert len({(record.key, record.value, record.headers) for record in records}) == 1
    metrics = (await api.send("GET", "/metrics")).body["text"]
    assert 'kind="in_progress"' in metrics


async def test_one_intent_is_made_for_fifty_calls_and_it_names_the_order(api: Api, stripe_sim: StripeSim) -> None:
    """In Stripe's own record of what happened."""
    answers = await asyncio.gather(*(api.post(INTENTS, CART) for _ in range(AT_ONCE)))
    [made] = await stripe_sim.told("payment_intent.created")
    assert {answer.body["payment_intent_id"] for answer in answers} == {made["id"]}
    assert made["metadata"]["order_id"] == answers[0].body["order_id"]
    assert (made["amount"], made["currency"]) == (2 * 2200 + 1500, "eur")


async def test_other_key_is_another_order(api: Api) -> None:
    """Even for the same cart."""
    one, other = await asyncio.gather(api.post(INTENTS, CART, key="one"), api.post(INTENTS, CART, key="other"))
    assert one.body["order_id"] != other.body["order_id"]
    assert one.body["payment_intent_id"] != other.body["payment_intent_id"]


@pytest.mark.parametrize(
    "change",
    [
        {"currency": "usd"},
        {"items": CART["items"][:1]},
        {"items": [{"sku": "beans", "quantity": 1}, {"sku": "mug", "quantity": 2}]},
        {"reference": "A-2"},
        {"customer": "cust-8"},
        {"metadata": {"note": "gift"}},
    ],
)
async def test_same_key_with_another_body_is_a_conflict(
    api: Api, placed_topic: PlacedTopic, stripe_sim: StripeSim, change: Any
) -> None:
    """Also where the amount is the same. Nothing is made or told."""
    assert (await api.post(INTENTS, CART)).status == 200
    answer = await api.post(INTENTS, {**CART, **change})
    assert (answer.status, answer.body["code"]) == (409, "idempotency_key_reused")
    assert len(await stripe_sim.told("payment_intent.created")) == 1
    assert len(await placed_topic.records(1)) == 1


async def test_same_body_in_another_spelling_is_the_same_request(api: Api) -> None:
    """The order of an object's members means nothing in JSON."""
    one = await api.post(INTENTS, {**CART, "metadata": {"a": "1", "b": "2"}})
    other = await api.post(INTENTS, {"metadata": {"b": "2", "a": "1"}, "reference": None, **CART})
    assert (one.status, one.body) == (200, other.body)


async def test_order_cannot_be_placed_by_intent_and_by_checkout(api: Api) -> None:
    """It would be paid twice."""
    assert (await api.post(INTENTS, CART)).status == 200
    answer = await api.post(SESSIONS, CHECKOUT)
    assert (answer.status, answer.body["code"]) == (409, "idempotency_key_reused")


async def test_price_that_changed_between_retries_is_a_conflict(
    api: Api, serve_api: Serve, stripe_sim: StripeSim, placed_topic: PlacedTopic, tmp_path: Path
) -> None:
    """The buyer agreed to the old one."""
    products = [{"sku": sku, "name": sku, "prices": {"eur": 9900}} for sku in ("mug", "beans")]
    (tmp_path / "dearer.json").write_text(json.dumps({"products": products}))
    assert (await api.post(INTENTS, CART)).status == 200
    dearer = await serve_api(stripe_api_base=stripe_sim.url, catalog=tmp_path / "dearer.json", **placed_topic.settings)
    answer = await dearer.post(INTENTS, CART)
    assert (answer.status, answer.body["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize("fault", ["error_500", "lock_409", "api_connection_before", "api_connection_after"])
async def test_stripe_failing_for_a_moment_is_not_seen_by_the_caller(
    api: Api, stripe_sim: StripeSim, fault: str
) -> None:
    """Whether it had done the work or not, there is one intent."""
    await stripe_sim.fault(fault, path="/v1/payment_intents")
    answer = await api.post(INTENTS, CART)
    [made] = await stripe_sim.told("payment_intent.created")
    assert (answer.status, answer.body.get("payment_intent_id")) == (200, made["id"])


async def test_failure_that_stripe_keeps_under_the_key_does_not_block_the_order(
    api: Api, stripe_sim: StripeSim, placed_topic: PlacedTopic
) -> None:
    """Stripe replays its own 500 for a day; all callers go on together to the same second intent."""
    await stripe_sim.fault("error_500_after", path="/v1/payment_intents")
    answers = await asyncio.gather(*(api.post(INTENTS, CART) for _ in range(AT_ONCE)))
    assert {answer.status for answer in answers} == {200}
    assert len({json.dumps(answer.body) for answer in answers}) == 1
    abandoned_too = {made["id"] for made in await stripe_sim.told("payment_intent.created")}
    assert len(abandoned_too) == 2
    assert answers[0].body["payment_intent_id"] in abandoned_too
    assert len({record.value for record in await placed_topic.records(AT_ONCE)}) == 1


async def test_answer_that_came_too_late_is_fetched_by_a_retry(
    serve_api: Serve, stripe_sim: StripeSim, placed_topic: PlacedTopic
) -> None:
    """The first call goes on at Stripe, its key in use until it ends."""
    api = await serve_api(stripe_api_base=stripe_sim.url, stripe_timeout=0.3, **placed_topic.settings)
    await stripe_sim.fault("slow", seconds=1)
    answer = await api.post(INTENTS, CART)
    [made] = await stripe_sim.told("payment_intent.created")
    assert (answer.status, answer.body.get("payment_intent_id")) == (200, made["id"])


async def test_rate_limit_is_passed_on_and_the_retry_goes_through(api: Api, stripe_sim: StripeSim) -> None:
    """We do not press on where Stripe asks for rest."""
    await stripe_sim.fault("rate_limit")
    limited = await api.post(INTENTS, CART)
    assert (limited.status, limited.body["code"]) == (503, "stripe_rate_limited")
    assert int(limited.headers["Retry-After"]) >= 1
    assert (await api.post(INTENTS, CART)).status == 200


async def test_stripe_key_that_is_refused_is_the_operators_to_correct(
    serve_api: Serve, stripe_sim: StripeSim, placed_topic: PlacedTopic
) -> None:
    """The caller cannot."""
    api = await serve_api(stripe_api_base=stripe_sim.url, stripe_secret_key="sk_live_no", **placed_topic.settings)
    answer = await api.post(INTENTS, CART)
    assert (answer.status, answer.body["code"]) == (502, "stripe_credentials_rejected")


async def test_order_refused_for_want_of_kafka_keeps_its_intent(
    serve_api: Serve, api: Api, stripe_sim: StripeSim
) -> None:
    """The retry, by another instance even, finds the same one."""
    without_kafka = await serve_api(stripe_api_base=stripe_sim.url)
    assert (await without_kafka.post(INTENTS, CART)).body["code"] == "broker_unavailable"
    answer = await api.post(INTENTS, CART)
    [made] = await stripe_sim.told("payment_intent.created")
    assert answer.body["payment_intent_id"] == made["id"]
