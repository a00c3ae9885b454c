"""Every path there is, tried by whoever should hear nothing by it. A new one fails until it stands here."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from notifier.app import KINDS
from notifier.metrics import Metrics
from notifier.orders import ORDERS
from notifier.pages import STREAM_PATH, Pages
from notifier.subscriptions import SUBSCRIPTIONS
from tillstream_contracts.customer_tokens import CustomerGrant, sign
from tillstream_operations import Health

if TYPE_CHECKING:
    from conftest import House, OrderService

OPEN = {"/livez", "/readyz", "/metrics", "/docs", "/asyncapi.json", "/openapi.json"}
"""Probes, numbers and descriptions: the same for everybody, and of nobody's order."""


def test_every_path_is_listed_here() -> None:
    """Beside the stream there is nothing that tells of an order, and the stream tells of two kinds of things."""
    pages = Pages(Metrics(), alive=Health.of, ready=Health.of)
    assert set(pages._pages) == OPEN
    assert set(KINDS) == {ORDERS, SUBSCRIPTIONS}


@pytest.mark.integration
async def test_the_stream_opens_for_its_own_token_alone(
    house: "House", order_service: "OrderService", subtests: pytest.Subtests
) -> None:
    """Keys, customers' tokens and tokens under another secret hear nothing, and order-service is not even asked."""
    order_service.has("ord_1", 1)
    await house.start()
    customer = CustomerGrant("default", "ord_1", datetime.now(UTC) + timedelta(minutes=5))
    refused = {
        "a secret key": "sk_test_0123456789abcdef0123",
        "a publishable key": "pk_test_0123456789abcdef0123",
        "a customer's token": sign(customer, house.secret),
        "another merchant's secret": house.token("ord_1", secret="the secret of another merchant's house"),
        "ten years": house.token("ord_1", lives=315_360_000),
        "nothing": "",
    }
    for name, token in refused.items():
        with subtests.test(name):
            client = await house.connect()
            await client.subscribe(token)
            frame, code = await client.last_words()
            assert (frame["type"], code in (4400, 4403)) == ("error", True)
            assert "ord_1" not in json.dumps(frame)
    assert order_service.asked == []


@pytest.mark.integration
async def test_the_token_in_the_address_is_not_looked_at(house: "House", order_service: "OrderService") -> None:
    """Addresses end in logs; only the first frame counts."""
    order_service.has("ord_1", 1)
    await house.start(subscribe_timeout=timedelta(seconds=0.5))
    status, _, body = await house.get(f"{STREAM_PATH}?token={house.token('ord_1')}")
    assert (status, "ord_1" in body) == (426, False)
    assert order_service.asked == []
