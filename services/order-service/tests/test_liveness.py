"""A process that gets nowhere ends itself with code 70; one whose Kafka is away waits."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest

from own_process import own_service
from tillstream_operations import NO_PROGRESS

pytestmark = pytest.mark.integration

STUCK = {
    "a handler that never returns": "batches.Batches.take_in = lambda *_: asyncio.sleep(3600)",
    "a consumer that delivers nothing": """
async def nothing(*_, timeout_ms=0, **__):
    await asyncio.sleep(timeout_ms / 1000)
    return {}
aiokafka.AIOKafkaConsumer.getmany = nothing
""",
    "a handler that blocks the event loop": "batches.Batches.take_in = lambda *_: time.sleep(3600)",
}
MAIN = """
import asyncio, time, aiokafka
from order_service import __main__, batches
{trouble}
__main__.main()
"""
QUICK = {
    "ORDER_SERVICE_STUCK_AFTER": "4",
    "ORDER_SERVICE_END_AFTER": "2",
    "ORDER_SERVICE_DRAIN_TIMEOUT": "1",
    "LOG_FORMAT": "json",
}


class Service:
    """The process, and where it answers."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process, self._url = process, url

    async def is_ready(self) -> bool:
        """Whether `/readyz` says yes."""
        with suppress(aiohttp.ClientError):
            async with aiohttp.request("GET", f"{self._url}/readyz") as answer:
                return answer.status == 200
        return False

    async def output(self) -> str:
        """All that it said, once it has ended."""
        async with asyncio.timeout(60):
            told, _ = await self.process.communicate()
        return told.decode()


@asynccontextmanager
async def service(
    database_url: str, bootstrap: str, prefix: str, *, trouble: str = "", settings: Mapping[str, str] = QUICK
) -> AsyncIterator[Service]:
    """order-service as a process of its own, with this trouble inside."""
    program = ("-c", MAIN.format(trouble=trouble))
    streams: Any = {"stdout": asyncio.subprocess.PIPE}
    async with own_service(database_url, bootstrap, prefix, *program, settings=settings, **streams) as (process, url):
        yield Service(process, url)


@pytest.mark.parametrize("trouble", STUCK)
async def test_process_that_is_stuck_ends_so_that_another_takes_over(
    trouble: str, migrated: str, kafka_bootstrap: str, kafka_prefix: str, serving: Any, kafka: Any, stripe: Any
) -> None:
    """And the next one does what this one did not."""
    async with service(migrated, kafka_bootstrap, kafka_prefix, trouble=STUCK[trouble]) as stuck:
        await kafka.tell(stripe.payment("succeeded"))
        output = await stuck.output()
    assert stuck.process.returncode == NO_PROGRESS
    assert output.count("process_ends_without_progress") == 1
    async with serving():
        [change] = await kafka.changes("ord_1", count=1, seconds=60)
    assert change.status == "paid"


@pytest.mark.parametrize("away", ["stopped", "frozen"])
async def test_process_whose_kafka_is_away_for_long_stays_and_goes_on(
    away: str, migrated: str, own_kafka: Any, hand: Any, stripe: Any, until: Any
) -> None:
    """A restart would not help it: for four times as long as would end a stuck one."""
    async with service(migrated, own_kafka.bootstrap, "") as waiting:
        await until(waiting.is_ready, seconds=40)
        own_kafka.stop() if away == "stopped" else own_kafka.pause()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(4 * 10):
                await waiting.process.wait()
        own_kafka.start() if away == "stopped" else own_kafka.resume()
        async with hand(own_kafka.bootstrap, "") as kafka:
            await kafka.tell(stripe.payment("succeeded"))
            [change] = await kafka.changes("ord_1", count=1, seconds=60)
        assert change.status == "paid"
        waiting.process.terminate()
        async with asyncio.timeout(20):
            assert await waiting.process.wait() == 0
