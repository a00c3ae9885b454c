"""The end of an instance: clients are told to go elsewhere, and the process ends."""

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from notifier.app import create_notifier

if TYPE_CHECKING:
    from conftest import House, OrderService

pytestmark = pytest.mark.integration


async def test_sigterm_closes_sockets_with_service_restart_and_ends(
    house: "House", order_service: "OrderService", unused_tcp_port: int, kafka_bootstrap: str, kafka_prefix: str
) -> None:
    """The whole process, as it is deployed."""
    environment = {
        "NOTIFIER_PORT": str(unused_tcp_port),
        "NOTIFIER_ORDER_SERVICE_URL": order_service.url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "KAFKA_TOPIC_PREFIX": kafka_prefix,
        "TILLSTREAM_TOKEN_SECRET": house.secret,
        "LOG_FORMAT": "json",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "notifier", env={**os.environ, **environment}, stdout=asyncio.subprocess.PIPE
    )
    house.port = unused_tcp_port
    await house.until_ready()
    clients = [await house.watch("ord_1") for _ in range(3)]
    for client in clients:
        await client.frame()
    process.send_signal(signal.SIGTERM)
    assert [await client.closed() for client in clients] == [1012] * 3
    async with asyncio.timeout(20):
        output, _ = await process.communicate()
    assert process.returncode == 0
    assert b"error" not in output.lower()
    assert house.token("ord_1").split(".")[0].encode() not in output


async def test_client_that_ignores_the_close_does_not_hold_the_end_up(house: "House") -> None:
    """Its connection is cut when the time for a clean end is over."""
    notifier = create_notifier(house.settings(close_timeout=600, drain_timeout=0.2))
    async with asyncio.timeout(60):
        async with notifier.running() as house.port:
            await house.until_ready()
            deaf = await house.watch("ord_1")
            await deaf.frame()
            deaf.socket.transport.pause_reading()
        deaf.socket.transport.resume_reading()
    assert await deaf.closed() in {1006, 1012}
