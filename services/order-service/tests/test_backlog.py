"""A backlog far beyond what the service is made for: it is worked off in flat memory."""

import asyncio
import json
from contextlib import suppress
from statistics import median_low as median
from typing import Any

import aiohttp
import psutil
import pytest
from aiokafka import AIOKafkaProducer

from own_process import own_service
from tillstream_contracts import STRIPE_EVENTS

pytestmark = pytest.mark.integration

BACKLOG = 120_000
PAYMENTS = 300
PADDING = "x" * 3_000
PARTITIONS = 3
SILENT: Any = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
SAMPLE_SECONDS = 0.03
EARLY, LATE = (0.3, 0.5), 0.8
"""Shares of the backlog: by the first one the buffers have been full once."""
MOST_GROWTH = 1.2
"""A backlog that was kept would be 360 MB beside what the process needs, twice as much."""


async def produce(bootstrap: str, topic: str, values: list[bytes]) -> None:
    """Write them all, in large batches and over all partitions."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks=1, max_batch_size=2**20) as producer:
        sent = []
        for first in range(0, len(values), chunk := 250):
            batch = producer.create_batch()
            for value in values[first : first + chunk]:
                assert batch.append(timestamp=None, key=b"pi", value=value) is not None
            sent.append(await producer.send_batch(batch, topic, partition=first // chunk % PARTITIONS))
        await asyncio.gather(*sent)


async def lag(url: str) -> float | None:
    """What `/metrics` says waits; nothing while nobody answers, or nothing is assigned."""
    with suppress(aiohttp.ClientError):
        async with aiohttp.request("GET", f"{url}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        told = [float(line.split()[1]) for line in lines if line.startswith("order_service_lag_records ")]
        return told[0] if told else None
    return None


@pytest.mark.timeout(240)
async def test_backlog_of_ten_times_the_usual_is_worked_off_in_flat_memory(
    migrated: str, pool: Any, kafka_bootstrap: str, kafka_prefix: str, stripe: Any
) -> None:
    """Mostly events that concern nobody here, and real ones among them; all of these are taken in."""
    other = [stripe.event("customer.created", {"id": "cus_1", "note": PADDING}, id=f"evt_{n}") for n in range(BACKLOG)]
    every = BACKLOG // PAYMENTS
    for number in range(PAYMENTS):
        told = json.loads(stripe.payment("succeeded", pi=f"pi_{number}", order=f"ord_{number}"))
        other[number * every] = json.dumps({**told, "note": PADDING}).encode()
    await produce(kafka_bootstrap, STRIPE_EVENTS.under(kafka_prefix), other)
    samples: list[tuple[float, int]] = []
    service = own_service(migrated, kafka_bootstrap, kafka_prefix, "-m", "order_service", settings={}, **SILENT)
    async with service as (running, url), asyncio.timeout(150):
        process = psutil.Process(running.pid)
        while not samples or await pool.fetchval("SELECT count(*) FROM orders") < PAYMENTS or await lag(url) != 0:
            done = await pool.fetchval("SELECT count(*) FROM orders") / PAYMENTS
            samples.append((done, process.memory_info().rss))
            await asyncio.sleep(SAMPLE_SECONDS)
    early = median(rss for done, rss in samples if EARLY[0] <= done <= EARLY[1])
    late = median(rss for done, rss in samples if done >= LATE)
    print(f"{early >> 20} MiB early, {late >> 20} MiB late, {len(samples)} samples")  # noqa: T201  # the figures
    assert late < early * MOST_GROWTH
