"""Intents: what a payment costs here beyond Stripe's own answer, which stands in the topic before the caller has it."""

import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from bench.builds import load_binary, node_peers
from bench.contestants import Contestant, running
from bench.entrants import Entrant, all_wrong
from bench.ground import Ground, address
from bench.model import OURS, Case, Figure, Must, Scenario
from devstack.ports import LOOPBACK, free_port
from tillstream_contracts import ORDERS_PLACED

EXPRESS: Final = "Express + stripe-node"
BUSY, MANY = "64 connections", "1,000 in flight"
CART_COSTS: Final = 5900
"""Of the cart that the load generator sends, at the prices of intent-api's sample catalogue."""
OUR_MARK: Final = '"reference":"'
"""What stands before the name of a request in an order that was placed."""
NO_LIMIT: Final = "1000000"
"""All calls come with one key here; how often one may be used is not what is measured."""


class Intents:
    """Both contestants, with one stand-in for Stripe."""

    def __init__(self, ground: Ground, key: str, entrants: Mapping[str, Entrant]) -> None:
        self._ground, self._key, self._entrants = ground, key, entrants

    async def sample(self, contestant: str, case: Case, seconds: float) -> Mapping[str, float]:
        """Calls for a while, each for a cart and under a key of its own."""
        lasts = {"warmup": "1s", "lasts": f"{seconds}s"}
        options = {"key": self._key, "costs": CART_COSTS, **lasts, **case.options}
        posted = await self._entrants[contestant].post("intents", case.name, options, self._ground.folder)
        return {
            "cpu_ms": 1000 * posted.cpu_seconds / posted.acknowledged if posted.acknowledged else 0.0,
            "per_second": posted.acknowledged / posted.seconds,
            "p50": posted.p50,
            "p99": posted.p99,
            "errors": posted.refused,
        }

    async def verify(self) -> Mapping[str, str]:
        """Nobody was refused, and every order of ours that was answered 200 is in the topic."""
        return await all_wrong(self._entrants, self._ground, mark=OUR_MARK)


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[Intents]:
    """Both up, and the stand-in."""
    key, stripe_port, port, peer_port = f"sk_{secrets.token_hex(16)}", free_port(), free_port(), free_port()
    stripe = [str(load_binary()), "stripe", f"-address={LOOPBACK}:{stripe_port}"]
    node, folder = node_peers()
    async with AsyncExitStack() as stack:
        prefix = await stack.enter_async_context(ground.topics())
        topic = ORDERS_PLACED.under(prefix)
        await stack.enter_async_context(running(Contestant("stripe", stripe, address(stripe_port)), ground.folder))
        ours = Contestant(
            OURS,
            [sys.executable, "-m", "intent_api"],
            address(port, "/readyz"),
            _settings(ground, key, prefix, port, stripe_port),
        )
        theirs = Contestant(
            EXPRESS,
            [node, str(folder / "intents.js")],
            address(peer_port, "/readyz"),
            {"PORT": str(peer_port), "STRIPE_PORT": str(stripe_port)},
        )
        entrants = {}
        for one, where, written in ((ours, port, topic), (theirs, peer_port, "")):
            process = await stack.enter_async_context(running(one, ground.folder))
            entrants[one.name] = Entrant(address(where, "/v1/payment-intents"), process.cpu_seconds, written)
        yield Intents(ground, key, entrants)


def _settings(ground: Ground, key: str, prefix: str, port: int, stripe_port: int) -> Mapping[str, str]:
    """intent-api's: its own, but for the limits that one caller under such a load would meet."""
    return {
        "INTENT_API_PORT": str(port),
        "INTENT_API_BURST_PER_KEY": NO_LIMIT,
        "INTENT_API_RATE_PER_KEY": NO_LIMIT,
        "INTENT_API_MAX_IN_FLIGHT": "1000",
        "INTENT_API_STRIPE_CONNECTIONS": "1000",
        "KAFKA_BOOTSTRAP_SERVERS": ground.kafka,
        "KAFKA_TOPIC_PREFIX": prefix,
        "LOG_FORMAT": "json",
        "STRIPE_API_BASE": address(stripe_port),
        "STRIPE_PUBLISHABLE_KEY": "pk_test_unused",
        "STRIPE_SECRET_KEY": "sk_test_unused",
        "TILLSTREAM_PUBLISHABLE_KEY": f"pk_{secrets.token_hex(16)}",
        "TILLSTREAM_SECRET_KEY": key,
        "TILLSTREAM_TOKEN_SECRET": secrets.token_hex(32),
    }


INTENTS: Final = Scenario(
    name="intents",
    title="A payment asked for → answered, beyond Stripe's own time",
    contestants=(OURS, EXPRESS),
    figures=(
        Figure("cpu_ms", "CPU ms a call", "less", 2),
        Figure("per_second", "calls/s", "more"),
        Figure("p50", "p50 ms", "less", 1),
        Figure("p99", "p99 ms", "less", 1),
        Figure("errors", "errors", "less"),
    ),
    cases=(
        Case(BUSY, {"connections": 64}, quick=True),
        Case("200 calls/s", {"connections": 64, "rate": 200}),
        Case(MANY, {"connections": 1000}),
    ),
    musts=(
        Must(BUSY, "cpu_ms", at_most=1.5),
        Must(MANY, "errors", at_most=0),
    ),
    seconds=1.0,
    open=_open,
)
