"""The sender: tells a whole run, life by life, at its pace, whatever happens to who is told."""

import asyncio
import random
import time
from asyncio import TaskGroup
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

from aiohttp import ClientSession, ClientTimeout, TCPConnector

from chaos.options import Options
from chaos.stage import Stage
from chaos.stripe.account import Account
from chaos.stripe.api import serving
from chaos.stripe.journal import Begun, Journal
from chaos.stripe.life import Life
from chaos.stripe.lives import life, lives, offset
from chaos.stripe.moods import Moods
from chaos.stripe.placing import Shop
from chaos.stripe.posting import Poster
from chaos.stripe.schedule import Posting, forgeries, postings

PATIENCE: Final = 300.0
"""Seconds after the run in which what is left is still tried."""
AN_ANSWER: Final = ClientTimeout(total=15, sock_connect=3)
A_WHOLE_LIFE: Final = 60.0
"""Seconds in which a life is told; a run that is shorter hurries."""
UNDER_WAY: Final = 3_000
MOODS: Final = Moods(slow=0.05, busy=0.02, broken=0.02)
LATEST_FORGERY: Final = 10.0


async def send(
    options: Options,
    stage: Stage,
    journal: Journal,
    account: Account | None = None,
    *,
    dropped_share: float = 0.0,
) -> None:
    """Return once all that happens has been acknowledged, or is given up.

    `account` is what a `chaos.stripe.api.serving` around this answers from, where somebody asks Stripe after the end;
    without one its API is served while this sends. Of all events `dropped_share` are never posted: only it lists them.
    """
    begun = Begun(int(time.time()), options.seed, options.orders, options.seconds, dropped_share)
    await journal.note(begun)
    deadline = time.monotonic() + options.seconds + PATIENCE
    dice = random.Random(f"{options.seed}/send")  # noqa: S311 - repeatable, keeps no secret
    async with AsyncExitStack() as stack:
        if account is None:
            account = await stack.enter_async_context(serving(stage.stripe_api_port, MOODS))
        connector = TCPConnector(limit=0)
        session = await stack.enter_async_context(ClientSession(timeout=AN_ANSWER, connector=connector))
        poster, shop = Poster(stage, session, journal, deadline, dice), Shop(stage, session, journal, deadline)
        await Sender(begun, account, poster, shop).run()


@dataclass
class Sender:
    """Begins each life in its second, and sees it through."""

    begun: Begun
    account: Account
    poster: Poster
    shop: Shop
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UNDER_WAY))

    async def run(self) -> None:
        """Tell all lives."""
        begun = self.begun
        told = lives(
            begun.seed, begun.orders, begun_at=begun.at, seconds=begun.seconds, dropped_share=begun.dropped_share
        )
        async with TaskGroup() as group:
            for one in told:
                await asyncio.sleep(begun.at + offset(one.number, begun.orders, begun.seconds) - time.time())
                await self._room.acquire()
                group.create_task(self._see_through(one))

    async def _see_through(self, one: Life) -> None:
        try:
            if one.through_intent_api:
                await self._place_and_tell(one)
            else:
                await self._tell(one)
        finally:
            self._room.release()

    async def _place_and_tell(self, one: Life) -> None:
        """Nothing happens at Stripe of which the shop knows no ids."""
        begun = self.begun
        if placed := await self.shop.place(one, begun.seed):
            whole = life(begun.seed, one.number, self._second(one), placed=placed)
            async with TaskGroup() as group:
                group.create_task(self.shop.ask_again(one, begun.seed))
                group.create_task(self._tell(whole))

    async def _tell(self, one: Life) -> None:
        self.account.tell(one)
        begins = time.monotonic()
        async with TaskGroup() as group:
            for posting in postings(self.begun.seed, one, self._second(one), self._pace):
                group.create_task(self._post(posting, begins))
            for count in range(forgeries(self.begun.seed, one)):
                group.create_task(self._forge(one, count))

    async def _post(self, posting: Posting, begins: float) -> None:
        await asyncio.sleep(begins + posting.after - time.monotonic())
        if posting.copy:
            await self.poster.once(posting.event)
        else:
            await self.poster.deliver(posting.event)

    async def _forge(self, one: Life, count: int) -> None:
        dice = self.poster.dice
        await asyncio.sleep(self._pace * dice.uniform(0, LATEST_FORGERY))
        forged_id = f"evt_F{self.begun.seed}N{one.number}x{count}"
        await self.poster.post_forged(dice.choice(one.events), forged_id)

    @property
    def _pace(self) -> float:
        return min(1.0, self.begun.seconds / A_WHOLE_LIFE)

    def _second(self, one: Life) -> int:
        return self.begun.at + int(offset(one.number, self.begun.orders, self.begun.seconds))
