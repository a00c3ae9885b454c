"""Browsers: real WebSocket clients that write down all they are told."""

import asyncio
import random
import time
from asyncio import TaskGroup
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from chaos.options import Options
from chaos.stage import Stage
from chaos.watchers.audience import PlacedAudience, Seat, audience
from chaos.watchers.client import Client
from chaos.watchers.frames import FILE, Frames
from tillstream_contracts.stream_tokens import Grant, SubscriptionGrant, sign

__all__ = ["Watchers", "watching"]

A_DAY: Final = timedelta(days=1)
QUIET_SECONDS: Final = 3.0
LOOK_SECONDS: Final = 0.5
PLACED_SECONDS: Final = 2.0
MERCHANT: Final = "default"


@dataclass
class Watchers:
    """All clients of a run."""

    options: Options
    stage: Stage
    frames: Frames
    clients: list[Client] = field(default_factory=list)
    _waiting: int = 0
    _hurry: asyncio.Event = field(default_factory=asyncio.Event)

    async def settled(self, within: float) -> None:
        """Return once every client is connected and informed, and nothing new came for a while. Raises TimeoutError.

        Whoever was to join later joins now.
        """
        self._hurry.set()
        async with asyncio.timeout(within):
            while not self._is_settled():  # noqa: ASYNC110 - quiet is the absence of any event
                await asyncio.sleep(LOOK_SECONDS)

    async def follow_placed(self, group: TaskGroup) -> None:
        """Seat clients for orders of intent-api as soon as the sender has written down their ids; until cancelled."""
        placed = PlacedAudience(self.options)
        while True:
            for seat in await asyncio.to_thread(placed.newcomers):
                group.create_task(self.seat(seat))
            await asyncio.sleep(PLACED_SECONDS)

    async def seat(self, seat: Seat) -> None:
        """Let a client join in its time, and watch until cancelled."""
        self._waiting += 1
        with suppress(TimeoutError):
            async with asyncio.timeout(seat.joins):
                await self._hurry.wait()
        dice = random.Random(f"{self.options.seed}/client/{seat.name}")  # noqa: S311 - repeatable, keeps no secret
        token = sign(_grant(seat.watched), self.stage.token_secret)
        client = Client(seat.name, seat.watched, token, self.stage.stream_urls, self.frames, dice, seat.leaves)
        self.clients.append(client)
        self._waiting -= 1
        await client.watch()

    def _is_settled(self) -> bool:
        is_quiet = time.monotonic() - self.frames.news_at > QUIET_SECONDS
        return is_quiet and not self._waiting and all(client.informed for client in self.clients)


@asynccontextmanager
async def watching(options: Options, stage: Stage, ids: Iterable[str] = ()) -> AsyncIterator[Watchers]:
    """Clients for some of the run's lives, as they begin, and one for each of `ids` from the beginning on."""
    with Frames(options.folder / FILE) as frames:
        watchers = Watchers(options, stage, frames)
        watching = asyncio.create_task(
            _watch(watchers, [*audience(options), *(Seat(one, one, 0.0, None) for one in ids)])
        )
        try:
            yield watchers
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


async def _watch(watchers: Watchers, first: Iterable[Seat]) -> None:
    async with TaskGroup() as group:
        for seat in first:
            group.create_task(watchers.seat(seat))
        group.create_task(watchers.follow_placed(group))


def _grant(watched: str) -> Grant | SubscriptionGrant:
    ends = datetime.now(UTC) + A_DAY
    kind = SubscriptionGrant if watched.startswith("subs_") else Grant
    return kind(MERCHANT, watched, ends)
