"""A burst of changes while some clients never read: these are dropped, memory stays flat, all others end right."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from devstack.ports import free_port

if TYPE_CHECKING:
    from conftest import Client, House

pytestmark = pytest.mark.integration

ORDERS = 200
DEAF = 10
WARM, BURST = 40, 100
"""Changes of each order before memory is looked at, and after."""
BIG_REFERENCE = "R" * 200
MOST_GROWTH = 16 * 2**20
"""20,000 changes that were kept, each with its frame, would add up to more."""
NARROW = {
    "NOTIFIER_WRITE_BUFFER_BYTES": "4096",
    "NOTIFIER_SOCKET_SEND_BUFFER_BYTES": "4096",
    "NOTIFIER_HEARTBEAT_INTERVAL": "600",
    "NOTIFIER_MAX_CONNECTIONS_PER_ADDRESS": "1000",
}


@asynccontextmanager
async def notifier_process(house: "House") -> AsyncIterator[psutil.Process]:
    """The notifier as a process of its own, ready, with little room for each socket."""
    settings, house.port = house.settings(), free_port()
    environment = {
        **os.environ,
        **NARROW,
        "NOTIFIER_PORT": str(house.port),
        "NOTIFIER_ORDER_SERVICE_URL": str(settings.order_service_url),
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "KAFKA_TOPIC_PREFIX": settings.kafka_topic_prefix,
        "TILLSTREAM_TOKEN_SECRET": house.secret,
        "LOG_LEVEL": "WARNING",
    }
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", "notifier", env=environment)
    try:
        await house.until_ready()
        yield psutil.Process(running.pid)
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        await running.wait()


def changes(first: int, last: int) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """These versions of each order, one order after the other and again."""
    for version in range(first, last + 1):
        for number in range(ORDERS):
            yield f"ord_{number}", version, {"reference": BIG_REFERENCE}


async def deaf(house: "House", order_id: str) -> None:
    """Subscribe, and never read."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", house.port))
    client = await house.connect(sock=narrow, max_queue=1)
    await client.subscribe(house.token(order_id))


async def until_version(client: "Client", version: int) -> None:
    """Read until the order stands there."""
    told = 0
    while told != version:
        told = (await client.frame())["version"]


@pytest.mark.timeout(240)
async def test_burst_is_told_to_all_who_read_and_kept_for_nobody(house: "House") -> None:
    """Twenty thousand changes, of which each client hears the last."""
    async with notifier_process(house) as process:
        clients = [await house.watch(f"ord_{number}") for number in range(ORDERS - DEAF)]
        for client in clients:
            await client.frame()
        for number in range(ORDERS - DEAF, ORDERS):
            await deaf(house, f"ord_{number}")
        await house.until_counted('notifier_snapshot_seconds_count{outcome="unheard_of"}', ORDERS)
        await house.publish_all(changes(1, WARM))
        await asyncio.gather(*(until_version(client, WARM) for client in clients))
        before = process.memory_info().rss
        reading = asyncio.gather(*(until_version(client, WARM + BURST) for client in clients))
        await house.publish_all(changes(WARM + 1, WARM + BURST))
        await reading
        growth = process.memory_info().rss - before
        await house.until_counted('notifier_dropped_sockets_total{reason="slow"}', DEAF)
        await house.until_counted("notifier_sockets", ORDERS - DEAF)
    print(f"{before >> 20} MiB, grown by {growth >> 10} KiB")  # noqa: T201  # the figures
    assert growth < MOST_GROWTH
