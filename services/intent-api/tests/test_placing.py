"""An order placed, from the request to Kafka."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tillstream_contracts import OrderPlaced
from tillstream_contracts.headers import texts
from tillstream_contracts.stream_tokens import Grant, verify

if TYPE_CHECKING:
    from calling import Api
    from conftest import Serve
    from placed_topic import PlacedTopic
    from scripted_stripe import ScriptedStripe

pytestmark = pytest.mark.integration
CART = {"items": [{"sku": "mug", "quantity": 2}], "currency": "usd", "reference": "A-1", "customer": "cust-7"}
PAGES = {"success_url": "http://localhost:8000/success", "cancel_url": "http://localhost:8000/cart"}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
async def api(serve_api: Serve, placed_topic: PlacedTopic) -> Api:
    return await serve_api(**placed_topic.settings)


async def test_intent_is_answered_and_its_order_is_in_kafka(api: Api, placed_topic: PlacedTopic) -> None:
    """Everything that the shop's page needs, and everything that order-service needs."""
    answer = await api.post("/v1/payment-intents", {**CART, "metadata": {"note": "gift"}})
    assert answer.status == 200
    grant = verify(answer.body["stream"].pop("token"), api.token_secret, now=datetime.now(UTC))
    order_id = answer.body.pop("order_id")
    assert isinstance(grant, Grant)
    assert (grant.order_id, grant.merchant_id) == (order_id, "default")
    assert answer.body == {
        "payment_intent_id": "pi_1",
        "client_secret": "pi_1_secret_2",
        "amount": 4800,
        "currency": "usd",
        "status": "requires_payment_method",
        "locale": "auto",
        "publishable_key": "pk_test_stripe",
        "stream": {"url": "ws://localhost:8004/v1/stream"},
    }
    [record] = await placed_topic.records(1)
    placed = OrderPlaced.model_validate_json(record.value)
    assert record.key == order_id.encode()
    assert (placed.order_id, placed.event_id) == (order_id, OrderPlaced.id_for(order_id))
    assert (placed.payment_intent_id, placed.checkout_session_id) == ("pi_1", None)
    assert (placed.amount, placed.currency, placed.reference, placed.customer_id) == (4800, "usd", "A-1", "cust-7")
    assert [(line.sku, line.quantity, line.unit_amount) for line in placed.lines] == [("mug", 2, 2400)]
    assert placed.metadata == {"note": "gift"}


async def test_record_has_the_headers_of_a_cloud_event(
    api: Api, placed_topic: PlacedTopic, stripe: ScriptedStripe
) -> None:
    """And the caller's trace."""
    answer = await api.send(
        "POST",
        "/v1/payment-intents",
        b'{"items":[{"sku":"mug","quantity":1}],"currency":"usd"}',
        **api.as_browser("k"),
        traceparent=TRACE,
    )
    [record] = await placed_topic.records(1)
    assert texts(record.headers) == {
        "ce_specversion": "1.0",
        "ce_id": f"{answer.body['order_id']}.placed",
        "ce_source": "tillstream/intent-api",
        "ce_type": "tillstream.order.placed.v1",
        "ce_time": datetime.fromtimestamp(stripe.created_at, UTC).isoformat().replace("+00:00", "Z"),
        "ce_partitionkey": answer.body["order_id"],
        "content-type": "application/json",
        "traceparent": TRACE,
    }


async def test_session_is_answered_and_its_order_is_in_kafka_without_the_email(
    api: Api, placed_topic: PlacedTopic
) -> None:
    """Personal data goes to Stripe only."""
    answer = await api.post("/v1/checkout-sessions", {**CART, **PAGES, "email": "ada@example.com"})
    assert (answer.status, answer.body["checkout_session_id"]) == (200, "cs_1")
    assert answer.body["url"] == "https://pay.test/cs_1"
    assert verify(answer.body["stream"]["token"], api.token_secret, now=datetime.now(UTC))
    [record] = await placed_topic.records(1)
    placed = OrderPlaced.model_validate_json(record.value)
    assert (placed.payment_intent_id, placed.checkout_session_id, placed.amount) == (None, "cs_1", 4800)
    assert b"ada@" not in record.value


async def test_server_may_name_an_amount(api: Api, placed_topic: PlacedTopic) -> None:
    """With its secret key; there are no lines then."""
    answer = await api.post("/v1/payment-intents", {"amount": 1999, "currency": "chf"}, bearer=api.secret_key)
    assert (answer.status, answer.body["amount"], answer.body["currency"]) == (200, 1999, "chf")
    [record] = await placed_topic.records(1)
    assert OrderPlaced.model_validate_json(record.value).lines == ()


async def test_retry_tells_kafka_exactly_the_same(api: Api, placed_topic: PlacedTopic) -> None:
    """Byte for byte, headers too."""
    answers = [await api.post("/v1/payment-intents", CART) for _ in range(2)]
    assert answers[0].body == answers[1].body
    first, second = await placed_topic.records(2)
    assert (first.key, first.value, first.headers) == (second.key, second.value, second.headers)


async def test_service_is_ready_once_kafka_answers(api: Api) -> None:
    """And only then."""
    async with asyncio.timeout(10):
        while (ready := await api.send("GET", "/readyz")).status != 200:
            assert ready.status == 503
    assert ready.body["parts"] == {"kafka": "ok"}


async def test_publishing_is_measured(api: Api) -> None:
    """With Stripe's part beside it."""
    await api.post("/v1/payment-intents", CART)
    text: Any = (await api.send("GET", "/metrics")).body["text"]
    assert "intent_api_publish_seconds_count 1.0" in text
    assert 'intent_api_stripe_seconds_count{effect="create_payment_intent"} 1.0' in text
