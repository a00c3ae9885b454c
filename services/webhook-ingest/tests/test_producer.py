"""The connection to Kafka can be left whatever it is doing."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from webhook_ingest.producer import Producer


async def nothing(*_: Any) -> None:
    """What a producer that is connected has to do for anything."""


async def answers() -> bool:
    return True


async def one(_: str) -> set[int]:
    return {0}


@pytest.mark.parametrize("turns", range(12))
async def test_producer_can_be_stopped_at_any_moment(turns: int) -> None:
    """Also while Kafka just answers: a cancellation that is lost there would let the process stay for good."""
    cluster = SimpleNamespace(partitions_for_topic=lambda _: {0})
    client = SimpleNamespace(force_metadata_update=answers, cluster=cluster)
    connected: Any = SimpleNamespace(start=nothing, stop=nothing, partitions_for=one, client=client)
    producer = Producer("any", lambda: connected, close_timeout=1, stuck_after=60)
    await producer.start()
    for _ in range(turns):
        await asyncio.sleep(0)
    stopping = asyncio.create_task(producer.stop())
    await asyncio.wait({stopping}, timeout=1)
    assert stopping.done()
