"""A deployment under load: each instance of each service ends and comes back, and no caller notices."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from balancer import Balancer
from cluster import SERVICES, cluster
from constant_load import Load

STREAMS = 60
ORDERS = [f"ord_watched_{number}" for number in range(20)]
SETTLE_SECONDS = 60


@pytest.mark.timeout(400)
async def test_rolling_restart_of_every_service_fails_no_request_and_cuts_no_stream(
    kafka_bootstrap: str, kafka_prefix: str, database_url: str, tmp_path: Path
) -> None:
    """Streams are sent elsewhere in order, and each client ends on its order's final state."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(cluster(kafka_bootstrap, kafka_prefix, database_url, tmp_path))
        balancers = {
            service: await stack.enter_async_context(Balancer(house.of(service)).following()) for service in SERVICES
        }
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)))
        load = Load(balancers, session, ORDERS)
        for order_id in ORDERS:
            await load.tell(order_id, "processing", 0)
        await _until_read(house.of("order_service")[0].url, session)
        async with load.going_on(streams=STREAMS):
            await asyncio.gather(*(balancer.restart_in_turn() for balancer in balancers.values()))
            for order_id in ORDERS:
                await load.tell(order_id, "succeeded", 1)
            await _until_all_know(load)
    print(load.outcomes)  # noqa: T201  # the figures, for whoever runs it with -s
    assert load.outcomes.failed == []
    assert set(load.outcomes.closes) <= {1001, 1012}
    assert load.outcomes.closes.total() >= STREAMS
    assert all(load.outcomes.well[service] > 0 for service in SERVICES)
    exits = {(one.module, code) for service in SERVICES for one in house.of(service) for code in one.exits}
    assert {code for _, code in exits} == {0}, exits


async def _until_read(url: str, session: aiohttp.ClientSession) -> None:
    """Return once the orders are known."""
    headers = {"Authorization": "Bearer sk_test_cluster_0123456789abcdef"}
    async with asyncio.timeout(SETTLE_SECONDS):
        for order_id in ORDERS:
            status = 0
            while status != 200:
                async with session.get(f"{url}/v1/orders/{order_id}", headers=headers) as answer:
                    status = answer.status
                await asyncio.sleep(0.05)


async def _until_all_know(load: Load) -> None:
    async with asyncio.timeout(SETTLE_SECONDS):
        while list(load.seen.values()) != ["paid"] * STREAMS:  # noqa: ASYNC110  # heard over many sockets
            await asyncio.sleep(0.1)
