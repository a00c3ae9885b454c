"""The clients, at a notifier that the test plays itself."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
from websockets.asyncio.server import ServerConnection, serve

from chaos.judging.frames_side import read_frames, read_watched
from chaos.options import Options
from chaos.stripe import journal_of
from chaos.stripe.journal import Begun, Journal, Order
from chaos.watchers.audience import MOST_CLIENTS, PlacedAudience, audience
from chaos.watchers.client import Client
from chaos.watchers.frames import Frames

RESTART = 1012


def lines(path: Path) -> list[dict[str, Any]]:
    """All that was written down."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


@asynccontextmanager
async def notifier(serve_one: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    """Somebody to connect to."""
    async with serve(serve_one, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1/stream"


async def test_a_client_that_is_cut_off_comes_back_with_the_version_it_has_seen(tmp_path: Path) -> None:
    asked: list[int] = []
    came_back = asyncio.Event()

    async def serve_one(socket: ServerConnection) -> None:
        asked.append(orjson.loads(await socket.recv())["after_version"])
        for kind, version in (("snapshot", 2), ("status", 3)):
            await socket.send(orjson.dumps({"type": kind, "version": version, "status": "paid"}), text=True)
        if len(asked) > 1:
            came_back.set()
            await socket.wait_closed()
        await socket.close(RESTART)

    async with notifier(serve_one) as url:
        with Frames(tmp_path / "frames.jsonl") as frames:
            client = Client("1-0", "ord_1", "a token", (url,), frames, random.Random(1))
            watching = asyncio.create_task(client.watch())
            async with asyncio.timeout(20):
                await came_back.wait()
            watching.cancel()
            await asyncio.wait([watching])

    assert asked == [0, 3]
    first = [(line["type"], line["connection"]) for line in lines(frames.path)][:5]
    assert first == [("joined", 0), ("opened", 1), ("snapshot", 1), ("status", 1), ("closed", 1)]
    assert [line["code"] for line in lines(frames.path) if line["type"] == "closed"] == [RESTART]
    assert read_watched(frames.path) == {"1-0": "ord_1"}
    assert [frame.version for frame in read_frames(frames.path)][:2] == [2, 3]


async def test_a_client_that_nobody_answers_is_written_down_all_the_same(tmp_path: Path) -> None:
    with Frames(tmp_path / "frames.jsonl") as frames:
        client = Client("1-0", "ord_1", "a token", ("ws://127.0.0.1:9",), frames, random.Random(1))
        with suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                await client.watch()
    told = [line["type"] for line in lines(frames.path)]
    assert told[:2] == ["joined", "closed"]
    assert read_watched(frames.path) == {"1-0": "ord_1"}


def test_a_few_hundred_clients_are_spread_over_a_run_some_of_them_together(tmp_path: Path) -> None:
    seats = list(audience(Options(seed=3, orders=5_000, seconds=600, folder=tmp_path)))
    assert MOST_CLIENTS * 0.8 < len(seats) < MOST_CLIENTS * 1.2
    assert len({seat.watched for seat in seats}) < len(seats) == len({seat.name for seat in seats})
    assert min(seat.joins for seat in seats) < 60 < 400 < max(seat.joins for seat in seats)
    assert any(seat.watched.startswith("subs_") for seat in seats)


async def test_orders_of_intent_api_get_their_clients_once_they_are_known(tmp_path: Path) -> None:
    options = Options(seed=3, orders=100, seconds=60, folder=tmp_path)
    placed = PlacedAudience(options)
    assert placed.newcomers() == []
    async with Journal(journal_of(options)) as journal:
        await journal.note(Begun(1, 3, 100, 60.0, 0.0))
        await journal.note(Order(1.0, 7, 1, "unknown", None, None, None))
        assert placed.newcomers() == []
        await journal.note(Order(2.0, 7, 2, "ok", 200, "ord_7", "pi_7"))
        assert {seat.watched for seat in placed.newcomers()} == {"ord_7"}
        await journal.note(Order(3.0, 7, 3, "ok", 200, "ord_7", "pi_7"))
        assert placed.newcomers() == []
