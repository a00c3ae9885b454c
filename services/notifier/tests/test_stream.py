"""The stream on a real Kafka: what a client is told, and in which order."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import House, OrderService

pytestmark = pytest.mark.integration


async def test_snapshot_comes_first_and_then_each_change(house: "House", order_service: "OrderService") -> None:
    """Every frame holds the whole order, whichever way it came."""
    order_service.has("ord_1", 3)
    await house.start()
    client = await house.watch("ord_1")
    first = await client.frame()
    await house.publish("ord_1", 4, reference="R-1", status="paid", previous_status="processing")
    second = await client.frame()
    assert first.items() >= {"type": "snapshot", "version": 3, "status": "processing", "reference": "R-1"}.items()
    assert first["amounts"] == {"ordered": 1999, "captured": 0, "refunded": 0, "disputed": 0}
    assert second.items() >= {"type": "status", "version": 4, "status": "paid"}.items()
    assert first.keys() == second.keys()


async def test_snapshot_is_asked_for_with_the_clients_own_token(house: "House", order_service: "OrderService") -> None:
    """order-service decides for itself what the client may see."""
    await house.start()
    client = await house.connect()
    token = house.token("ord_1")
    await client.subscribe(token)
    await client.frame()
    assert order_service.asked == [f"Bearer {token}"]


async def test_unknown_order_is_pending_and_then_comes_into_being(house: "House") -> None:
    """The page may subscribe before order-service has read that the order was placed."""
    await house.start()
    client = await house.watch("ord_1")
    first = await client.frame()
    assert first.items() >= {"version": 0, "status": "pending", "currency": None}.items()
    await house.publish("ord_1", 1)
    assert await client.versions(1) == [("status", 1)]


async def test_change_between_subscription_and_snapshot_is_not_lost(
    house: "House", order_service: "OrderService"
) -> None:
    """The snapshot was read before the change was written, and arrives after it."""
    order_service.has("ord_1", 1)
    order_service.held.clear()
    await house.start()
    client = await house.watch("ord_1")
    await order_service.until_asked()
    await house.publish("ord_1", 2)
    await house.publish("ord_1", 3)
    await house.until_counted('notifier_records_total{outcome="delivered"}', 2)
    order_service.held.set()
    assert await client.versions(3) == [("snapshot", 1), ("status", 2), ("status", 3)]


async def test_versions_that_the_client_has_passed_are_dropped(house: "House", order_service: "OrderService") -> None:
    """Kafka may bring a change twice, or after the snapshot that holds it."""
    order_service.has("ord_1", 5)
    await house.start()
    client = await house.watch("ord_1")
    await client.frame()
    for version in (4, 5, 6, 6, 2, 7):
        await house.publish("ord_1", version)
    assert await client.versions(2) == [("status", 6), ("status", 7)]


async def test_resuming_client_is_told_that_it_is_live_and_then_only_of_newer_versions(
    house: "House", order_service: "OrderService"
) -> None:
    """The snapshot comes even if the client knows it; without it a client could not tell that it missed nothing."""
    order_service.has("ord_1", 5)
    await house.start()
    client = await house.watch("ord_1", after_version=6)
    assert await client.versions(1) == [("snapshot", 5)]
    await house.publish("ord_1", 6)
    await house.publish("ord_1", 7)
    assert await client.versions(1) == [("status", 7)]


async def test_change_reaches_all_who_watch_its_order_and_nobody_else(house: "House") -> None:
    """Neither the watchers of another order nor those of another merchant's order of the same name."""
    await house.start()
    first, second, other = [await house.watch(order_id) for order_id in ("ord_1", "ord_1", "ord_2")]
    foreign = await house.watch("ord_1", token_of={"merchant_id": "somebody_else"})
    for client in (first, second, other, foreign):
        await client.frame()
    await house.publish("ord_1", 1)
    await house.publish("ord_2", 2)
    await house.publish("ord_1", 3, merchant_id="somebody_else")
    told = [await client.versions(1) for client in (first, second, other, foreign)]
    assert told == [[("status", 1)], [("status", 1)], [("status", 2)], [("status", 3)]]


async def test_every_instance_hears_every_change(house: "House") -> None:
    """There is no consumer group: a client may be connected to any of them."""
    await house.start()
    first = await house.watch("ord_1")
    await house.start()
    second = await house.watch("ord_1")
    for client in (first, second):
        await client.frame()
    await house.publish("ord_1", 1)
    assert [await client.versions(1) for client in (first, second)] == [[("status", 1)]] * 2


async def test_records_that_cannot_be_read_are_counted_and_passed_over(house: "House") -> None:
    """The change after them arrives."""
    await house.start()
    client = await house.watch("ord_1")
    await client.frame()
    for value in (b"\xff", b"{}", b"", None):
        await house.write("ord_1", value)
    await house.write("ord_1", b"{}", event_type="tillstream.order.renamed.v1")
    await house.publish("ord_1", 1)
    assert await client.versions(1) == [("status", 1)]
    assert await house.counted('notifier_records_total{outcome="unreadable"}') == 4
    assert await house.counted('notifier_records_total{outcome="unknown_type"}') == 1


async def test_client_that_goes_leaves_nothing_behind(house: "House") -> None:
    """Neither its socket nor its subscription."""
    await house.start()
    client = await house.watch("ord_1")
    await client.frame()
    await house.until_counted("notifier_watched_orders", 1)
    await client.socket.close()
    await house.until_counted("notifier_watched_orders", 0)
    await house.until_counted("notifier_sockets", 0)


async def test_heartbeats_tell_the_client_when_to_expect_the_next(house: "House") -> None:
    """A browser is not told of pings."""
    await house.start(heartbeat_interval=0.1)
    client = await house.watch("ord_1")
    assert (await client.frame())["type"] == "snapshot"
    assert await client.frame() == {"type": "heartbeat", "next_within_seconds": 0.1}
