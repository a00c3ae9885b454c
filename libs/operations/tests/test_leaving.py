"""Clients that do not let go."""

import asyncio
from contextlib import suppress

import pytest

from tillstream_operations import leave


class Client:
    """As aiokafka's: closing, it waits for tasks of its own, and takes each cancellation for theirs."""

    def __init__(self, tasks: int) -> None:
        self.tasks = tasks
        self.is_closed = False

    async def stop(self) -> None:
        for _ in range(self.tasks):
            with suppress(asyncio.CancelledError):
                await asyncio.get_running_loop().create_future()
        self.is_closed = True


async def test_client_that_closes_is_waited_for() -> None:
    client = Client(0)
    assert await leave(client.stop(), within=5)
    assert client.is_closed


async def test_client_that_takes_one_cancellation_for_another_is_told_again() -> None:
    client = Client(2)
    async with asyncio.timeout(5):
        await leave(client.stop(), within=0.05)
    assert client.is_closed


async def test_client_that_never_closes_is_left_behind() -> None:
    client = Client(10)
    async with asyncio.timeout(10):
        assert not await leave(client.stop(), within=0.05)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        while not task.done():
            task.cancel()
            await asyncio.sleep(0)


async def test_error_of_a_client_that_closes_is_not_ours() -> None:
    async def stop() -> None:
        raise ConnectionResetError

    assert await leave(stop(), within=5)


async def test_who_leaves_can_be_cancelled_meanwhile() -> None:
    client = Client(1)
    leaving = asyncio.create_task(leave(client.stop(), within=60))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(5):
            await leaving
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
