"""What the sender posts is signed in the moment in which it goes out."""

import asyncio
import random
import time
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from chaos.stripe import Event
from chaos.stripe.posting import AT_ONCE, Poster
from chaos.stripe.signing import signature

EVENT = Event("evt_1", "any", 1, b"{}")


class Ingest:
    """Answers nothing until it is told to, and keeps the signatures."""

    def __init__(self) -> None:
        self.answers, self.signatures = asyncio.Event(), list[str]()

    @asynccontextmanager
    async def post(self, _: str, *, data: bytes, headers: dict[str, str]) -> Any:  # noqa: ARG002
        self.signatures.append(headers["Stripe-Signature"])
        await self.answers.wait()
        yield SimpleNamespace(status=200, read=self.nothing)

    async def nothing(self, *_: Any) -> None:
        pass


async def test_a_post_that_waited_for_its_turn_is_signed_with_the_secret_of_then() -> None:
    ingest, secrets = Ingest(), ["whsec_old"]
    stage: Any = SimpleNamespace(ingest_urls=("http://any",), webhook_secrets=lambda: tuple(secrets))
    journal: Any = SimpleNamespace(note=ingest.nothing)
    session: Any = ingest
    poster = Poster(stage, session, journal, time.monotonic() + 60, random.Random(1))
    posts = [asyncio.create_task(poster.once(EVENT)) for _ in range(AT_ONCE + 1)]
    while len(ingest.signatures) < AT_ONCE:  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(0)
    secrets[:] = ["whsec_new"]
    ingest.answers.set()
    await asyncio.gather(*posts)
    seconds = range(int(time.time()) - 60, int(time.time()) + 1)
    assert ingest.signatures[-1] in {signature(EVENT.body, "whsec_new", second) for second in seconds}
