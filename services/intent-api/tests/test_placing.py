"""An order placed by payment intent, from the request to Kafka."""

import pytest

pytestmark = pytest.mark.integration
CART = {"items": [{"sku": "mug", "quantity": 2}], "currency": "usd", "reference": "A-1"}


async def test_order_is_placed_and_told(serve_api, stripe, kafka_bootstrap, kafka_prefix):
    api = await serve_api(kafka_bootstrap_servers=kafka_bootstrap, kafka_topic_prefix=kafka_prefix, publish_timeout=10)
    answer = await api.post("/v1/payment-intents", CART)
    print(answer)
    assert answer.status == 200
