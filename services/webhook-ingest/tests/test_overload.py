"""Ten times as much as it can take: the service says so at once, and does not grow."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from devstack.ports import free_port

pytestmark = pytest.mark.integration
Sign = Callable[..., bytes]
Event = Callable[..., bytes]

CAPACITY = 40
CALLERS = 10 * CAPACITY
SECONDS = 8
PADDING = "x" * 20_000
MOST_GROWTH = 64 * 2**20


async def test_ten_times_its_capacity_is_shed_while_memory_stays_flat(
    own_kafka: Any, sign: Sign, event: Event, tmp_path: Path
) -> None:
    """Kafka has stopped answering; when it goes on, so does the service."""
    port = free_port()
    environment = {
        **os.environ,
        "STRIPE_WEBHOOK_SECRET": "whsec_test",
        "KAFKA_BOOTSTRAP_SERVERS": own_kafka.bootstrap,
        "WEBHOOK_INGEST_PORT": str(port),
        "WEBHOOK_INGEST_MAX_IN_FLIGHT": str(CAPACITY),
        "LOG_LEVEL": "ERROR",
    }
    log = (tmp_path / "log").open("wb")
    service = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "webhook_ingest"), env=environment, stdout=log, stderr=log
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            await _until(session, url + "/readyz")
            before = psutil.Process(service.pid).memory_info().rss
            own_kafka.pause()
            answers, most = await _overload(session, url, service.pid, sign, event)
            own_kafka.resume()
            print(answers, before, most)  # noqa: T201  # the figures, for whoever runs it with -s
            assert set(answers) <= {(200, None), (503, "5")}
            assert answers[503, "5"] > CALLERS
            assert most - before < MOST_GROWTH
            await _until(session, url + "/readyz")
            async with asyncio.timeout(20):
                while await _post(session, url, sign, event(1)) != (200, None):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
    finally:
        own_kafka.resume()
        with suppress(ProcessLookupError):
            service.kill()
        await service.wait()
        log.close()


async def _overload(
    session: aiohttp.ClientSession, url: str, pid: int, sign: Sign, event: Event
) -> tuple[Counter[tuple[int, str | None]], int]:
    """What callers are answered who all come again at once, and the most memory meanwhile."""
    answers, most, over = Counter[tuple[int, str | None]](), [0], asyncio.Event()

    async def come_again(caller: int) -> None:
        body = event(caller, padding=PADDING)
        while not over.is_set():
            answers[await _post(session, url, sign, body)] += 1

    async def look() -> None:
        while not over.is_set():
            most.append(psutil.Process(pid).memory_info().rss)
            await asyncio.sleep(0.1)

    asyncio.get_running_loop().call_later(SECONDS, over.set)
    await asyncio.gather(look(), *(come_again(caller) for caller in range(CALLERS)))
    return answers, max(most)


async def _post(session: aiohttp.ClientSession, url: str, sign: Sign, body: bytes) -> tuple[int, str | None]:
    headers = {"stripe-signature": sign(body).decode()}
    async with session.post(f"{url}/webhooks/stripe", data=body, headers=headers) as answer:
        await answer.read()
        return answer.status, answer.headers.get("retry-after")


async def _until(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(40):
        while True:
            with suppress(aiohttp.ClientError):
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)
