"""The whole service on a real Kafka and a real PostgreSQL."""

from typing import Any

import pytest

pytestmark = pytest.mark.integration


async def test_payment_is_published_and_can_be_read(app: Any, kafka: Any, stripe: Any, placed: Any, get: Any) -> None:
    """From placed to paid: each change is published once, and the order tells its story."""
    await kafka.place(placed())
    await kafka.changes("ord_1", count=1)
    for at, happened in enumerate(("created", "processing", "succeeded")):
        await kafka.tell(stripe.payment(happened, at=at))
    changes = await kafka.changes("ord_1", count=3)
    assert [change.status for change in changes] == ["pending", "processing", "paid"]
    assert [change.version for change in changes] == [1, 2, 3]
    answer = await get(app, "/v1/orders/ord_1")
    assert answer.status == 200
