"""What a shop does before Stripe has anything to tell: it places orders at intent-api, and does not give up."""

import asyncio
import random
import time
from dataclasses import dataclass
from typing import Final

import orjson
from aiohttp import ClientError, ClientSession

from chaos.backoff import pauses
from chaos.stage import Stage
from chaos.stripe.journal import RIGHT, Journal, Order, outcome_of
from chaos.stripe.life import Life, Placed

REPEATED: Final = 0.25
MOST_REPEATS: Final = 3
LATEST_REPEAT: Final = 15.0


@dataclass
class Shop:
    """Calls intent-api for lives that begin there."""

    stage: Stage
    session: ClientSession
    journal: Journal
    deadline: float
    """By the monotonic clock."""

    async def place(self, life: Life, seed: int) -> Placed | None:
        """What intent-api answered, tried until it does; None if it never did. Some ask again although answered."""
        dice = random.Random(f"{seed}/place/{life.number}")  # noqa: S311 - repeatable, keeps no secret
        for number, pause in enumerate(pauses(dice), start=1):
            placed = await self._ask(life, number, dice)
            if placed or time.monotonic() + pause > self.deadline:
                return placed
            await asyncio.sleep(pause)
        raise AssertionError("pauses never end")

    async def ask_again(self, life: Life, seed: int) -> None:
        """Some shops press the button twice."""
        dice = random.Random(f"{seed}/again/{life.number}")  # noqa: S311 - repeatable, keeps no secret
        if dice.random() < REPEATED:
            for number in range(dice.randint(1, MOST_REPEATS)):
                await asyncio.sleep(dice.uniform(0, LATEST_REPEAT / MOST_REPEATS))
                await self._ask(life, 1_000 + number, dice)

    async def _ask(self, life: Life, number: int, dice: random.Random) -> Placed | None:
        url = f"{dice.choice(self.stage.intent_urls)}/v1/payment-intents"
        body = {"amount": life.amount, "currency": life.currency, "reference": f"shop-{life.number}"}
        headers = {"Authorization": f"Bearer {self.stage.secret_key}", "Idempotency-Key": life.key}
        status: int | None = None
        placed: Placed | None = None
        try:
            async with self.session.post(url, json=body, headers=headers) as answer:
                told = await answer.read()
                status, placed = answer.status, _read(told) if answer.status == RIGHT else None
        except (ClientError, TimeoutError):
            pass  # nobody knows what came of it: the next try is told the same as this one would have been
        outcome = outcome_of(status)
        answered = (placed.order_id, placed.payment_intent_id) if placed else (None, None)
        await self.journal.note(Order(time.time(), life.number, number, outcome, status, *answered))
        return placed


def _read(body: bytes) -> Placed:
    told = orjson.loads(body)
    return Placed(told["order_id"], told["payment_intent_id"])
