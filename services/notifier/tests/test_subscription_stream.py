"""A subscription's stream on a real Kafka: the same as an order's, and never mixed up with one."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import House, OrderService

pytestmark = pytest.mark.integration

INVOICE = {"invoice_id": "in_1", "status": "paid", "amount_due": 1800, "amount_paid": 1800, "needs_action": False}


@pytest.mark.shows("GET /v1/stream")
async def test_snapshot_comes_first_and_then_each_change(house: "House", order_service: "OrderService") -> None:
    """Every frame holds the whole subscription, whichever way it came."""
    order_service.has_subscription("subs_1", 3)
    await house.start()
    client = await house.watch_subscription("subs_1")
    first = await client.frame()
    await house.publish_subscription("subs_1", 4, status="active", previous_status="incomplete", latest_invoice=INVOICE)
    second = await client.frame()
    assert (
        first.items() >= {"type": "snapshot", "subscription_id": "subs_1", "version": 3, "status": "incomplete"}.items()
    )
    assert second.items() >= {"type": "status", "version": 4, "status": "active", "latest_invoice": INVOICE}.items()
    assert first.keys() == second.keys()


async def test_unknown_subscription_is_incomplete_and_then_comes_into_being(house: "House") -> None:
    """The page may subscribe before Stripe's first event is read."""
    await house.start()
    client = await house.watch_subscription("subs_1")
    first = await client.frame()
    await house.publish_subscription("subs_1", 1)
    assert first.items() >= {"version": 0, "status": "incomplete", "items": []}.items()
    assert await client.versions(1) == [("status", 1)]


async def test_order_and_subscription_of_one_id_are_two_things(house: "House", order_service: "OrderService") -> None:
    """Each client hears of what its token names."""
    order_service.has("one", 1)
    order_service.has_subscription("one", 5)
    await house.start()
    of_order, of_subscription = await house.watch("one"), await house.watch_subscription("one")
    assert await of_order.versions(1) == [("snapshot", 1)]
    assert await of_subscription.versions(1) == [("snapshot", 5)]
    await house.publish("one", 7)
    await house.publish_subscription("one", 6)
    await house.publish_subscription("one", 7)
    assert await of_order.versions(1) == [("status", 7)]
    assert await of_subscription.versions(2) == [("status", 6), ("status", 7)]


async def test_watched_subscriptions_are_counted_apart(house: "House") -> None:
    """And leave nothing behind."""
    await house.start()
    client = await house.watch_subscription("subs_1")
    await client.frame()
    await house.until_counted("notifier_watched_subscriptions", 1)
    assert await house.counted("notifier_watched_orders") == 0
    await client.socket.close()
    await house.until_counted("notifier_watched_subscriptions", 0)
