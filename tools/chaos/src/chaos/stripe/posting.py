"""Posting to webhook-ingest: one attempt, and as many as it takes."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import ClientError, ClientSession

from chaos.backoff import pauses
from chaos.stage import Stage
from chaos.stripe.forging import WRONG_SECRET, Forgery, Means, forge, forged
from chaos.stripe.journal import Attempt, Journal, Outcome, outcome_of
from chaos.stripe.life import Event
from chaos.stripe.signing import signature

PATH: Final = "/webhooks/stripe"
AT_ONCE: Final = 256
TRIES_OF_A_FORGER: Final = 4
EXPIRED_FOR: Final = 30.0
"""A secret that was valid so many seconds ago may still be known to somebody."""


@dataclass
class Poster:
    """Posts events, and writes down each attempt before its outcome counts."""

    stage: Stage
    session: ClientSession
    journal: Journal
    deadline: float
    """By the monotonic clock: from then on nothing is tried again."""
    dice: random.Random
    _attempts: Counter[str] = field(default_factory=Counter)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _last_valid: dict[str, float] = field(default_factory=dict)

    async def deliver(self, event: Event) -> None:
        """Post it until it is acknowledged, as Stripe does, but with less patience."""
        for pause in pauses(self.dice):
            if await self.once(event) == "ok" or time.monotonic() + pause > self.deadline:
                return
            await asyncio.sleep(pause)

    async def once(self, event: Event) -> Outcome:
        """Post it, signed as Stripe would sign it now."""

        def signed() -> Forgery:
            return Forgery(event.body, signature(event.body, self._secret(), int(time.time())))

        return await self._post(event.event_id, signed, forged=False)

    async def post_forged(self, event: Event, forged_id: str) -> None:
        """Post something like that event which is not Stripe's, until somebody has judged it."""
        for _, pause in zip(range(TRIES_OF_A_FORGER), pauses(self.dice), strict=False):
            if await self._post(forged_id, lambda: self._forgery(event, forged_id), forged=True) != "unknown":
                return
            await asyncio.sleep(pause)

    def _forgery(self, event: Event, forged_id: str) -> Forgery:
        now = int(time.time())
        means = Means(forged(event, forged_id), event, self._secret(), self._expired_secret(), now)
        return forge(self.dice, means)

    async def _post(self, event_id: str, make: Callable[[], Forgery], *, forged: bool) -> Outcome:
        """Send what is made only now: the secret may have been rolled while this waited for its turn."""
        async with self._slots:
            what, status = make(), None
            headers = {"Content-Type": "application/json"}
            if what.header is not None:
                headers["Stripe-Signature"] = what.header
            try:
                url = self.dice.choice(self.stage.ingest_urls) + PATH
                async with self.session.post(url, data=what.body, headers=headers) as answer:
                    await answer.read()
                    status = answer.status
            except (ClientError, TimeoutError):
                pass  # it may have arrived, and may not have
        self._attempts[event_id] += 1
        outcome = outcome_of(status)
        await self.journal.note(Attempt(time.time(), event_id, self._attempts[event_id], forged, outcome, status))
        return outcome

    def _secret(self) -> str:
        """The one that Stripe signs with now."""
        valid = self.stage.webhook_secrets()
        self._last_valid |= dict.fromkeys(valid, time.monotonic())
        return valid[0]

    def _expired_secret(self) -> str:
        """One that was rolled long enough ago; somebody else's while there is none."""
        long_ago = time.monotonic() - EXPIRED_FOR
        expired = [secret for secret, seen in self._last_valid.items() if seen < long_ago]
        return self.dice.choice(expired) if expired else WRONG_SECRET
