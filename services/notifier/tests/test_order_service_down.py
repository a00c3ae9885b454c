"""What a client is told while order-service is away."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import House, OrderService

pytestmark = pytest.mark.integration


async def test_snapshot_is_asked_for_again_until_order_service_is_back(
    house: "House", order_service: "OrderService"
) -> None:
    """The client waits, and nothing that happened meanwhile is lost."""
    order_service.has("ord_1", 1)
    order_service.failure = 503
    await house.start()
    client = await house.watch("ord_1")
    await order_service.until_asked(2)
    await house.publish("ord_1", 2)
    order_service.failure = None
    assert await client.versions(2) == [("snapshot", 1), ("status", 2)]


async def test_client_is_sent_away_when_patience_ends(house: "House", order_service: "OrderService") -> None:
    """With a code that says: come back later."""
    order_service.failure = 500
    await house.start(snapshot_patience=0.3)
    client = await house.watch("ord_1")
    frame, code = await client.last_words()
    assert (frame["type"], frame["code"], code) == ("error", "snapshot_unavailable", 1013)


async def test_slow_answer_counts_as_none(house: "House", order_service: "OrderService") -> None:
    """A request is given up and made anew."""
    order_service.held.clear()
    await house.start(snapshot_timeout=0.1, snapshot_patience=1)
    client = await house.watch("ord_1")
    frame, code = await client.last_words()
    assert (frame["code"], code) == ("snapshot_unavailable", 1013)
    assert len(order_service.asked) > 1


async def test_answer_that_is_no_order_counts_as_none(house: "House", order_service: "OrderService") -> None:
    """A proxy's error page with status 200, say."""
    order_service.orders["ord_1"] = {"hello": "world"}
    await house.start(snapshot_patience=0.3)
    client = await house.watch("ord_1")
    assert await client.closed() == 1013


@pytest.mark.parametrize(("told", "close_code"), [("token_invalid", 4403), ("token_expired", 4401)])
async def test_token_that_order_service_refuses_is_refused_alike(
    house: "House", order_service: "OrderService", told: str, close_code: int
) -> None:
    """Its clock may be ahead of ours, and the client should know to ask for a fresh one."""
    order_service.failure, order_service.problem = 401, told
    await house.start()
    client = await house.watch("ord_1")
    frame, code = await client.last_words()
    assert (frame["code"], code) == (told, close_code)


async def test_client_that_goes_gives_its_turn_to_the_next(house: "House", order_service: "OrderService") -> None:
    """Its question is taken back, although order-service has not answered yet."""
    order_service.held.clear()
    await house.start(snapshot_concurrency=1, snapshot_timeout=600, snapshot_patience=600)
    gone = await house.watch("ord_1")
    await order_service.until_asked(1)
    await gone.socket.close()
    client = await house.watch("ord_2")
    await order_service.until_asked(2)
    order_service.held.set()
    assert await client.versions(1) == [("snapshot", 0)]
