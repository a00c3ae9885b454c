"""How Stripe's API may answer badly now and then, by a seed."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Moods:
    """How often it is in which mood, of all requests."""

    seed: int = 0
    slow: float = 0.0
    busy: float = 0.0
    """Answers 429."""
    broken: float = 0.0
    """Answers 500. With an idempotency key that answer is kept: who asks again is told the same, as Stripe does."""
    longest: float = 1.0
    """Seconds."""


def in_moods(moods: Moods) -> Middleware:
    """Lets requests through, or not."""
    dice = random.Random(f"{moods.seed}/moods")  # noqa: S311 - repeatable, keeps no secret
    kept: set[str] = set()

    @web.middleware
    async def moody(request: web.Request, handler: Handler) -> web.StreamResponse:
        if dice.random() < moods.slow:
            await asyncio.sleep(dice.uniform(0, moods.longest))
        if dice.random() < moods.busy:
            return error(429, "rate_limit_error", "Too many requests.", {"stripe-should-retry": "true"})
        key = request.headers.get(IDEMPOTENCY_KEY)
        if key is None and dice.random() < moods.broken:
            return _broken()
        if key is not None and _is_unlucky(moods, key):
            replayed = key in kept
            kept.add(key)
            return _broken({"idempotent-replayed": "true"} if replayed else None)
        return await handler(request)

    return moody


def error(status: int, kind: str, message: str, headers: Mapping[str, str] | None = None, **facts: str) -> web.Response:
    """An error as Stripe writes it."""
    return web.json_response({"error": {"type": kind, "message": message, **facts}}, status=status, headers=headers)


def _broken(headers: Mapping[str, str] | None = None) -> web.Response:
    return error(500, "api_error", "Something went wrong on our end.", headers)


def _is_unlucky(moods: Moods, key: str) -> bool:
    """Whether all that is asked under this key fails: the same for each who asks."""
    return random.Random(f"{moods.seed}/{key}").random() < moods.broken  # noqa: S311 - repeatable, keeps no secret
