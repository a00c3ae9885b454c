"""Ingest: a signed event is answered 200 only after Kafka has it on all replicas."""

import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from bench.builds import PYTHON_PEERS, go_peer, node_peers
from bench.contestants import Contestant, running
from bench.entrants import Entrant, all_wrong
from bench.ground import Ground, address
from bench.model import OURS, Case, Figure, Must, Scenario
from devstack.ports import free_port
from tillstream_contracts import STRIPE_EVENTS

EXPRESS, FASTAPI, GO = "Express + kafkajs", "FastAPI, the usual way", "Go + franz-go"
CONTESTANTS: Final = (OURS, EXPRESS, FASTAPI, GO)
BUSY, STEADY = "64 connections", "1,000 requests/s"


class Ingest:
    """Each contestant with a topic of its own."""

    def __init__(self, ground: Ground, secret: str, entrants: Mapping[str, Entrant]) -> None:
        self._ground, self._secret, self._entrants = ground, secret, entrants

    async def sample(self, contestant: str, case: Case, seconds: float) -> Mapping[str, float]:
        """Requests for a while, from as many connections as the case says."""
        options = {"secret": self._secret, "warmup": "0.4s", "lasts": f"{seconds}s", "body": 2500, **case.options}
        posted = await self._entrants[contestant].post("post", case.name, options, self._ground.folder)
        return {
            "per_cpu_second": posted.acknowledged / posted.cpu_seconds if posted.cpu_seconds else 0.0,
            "per_second": posted.acknowledged / posted.seconds,
            "p50": posted.p50,
            "p99": posted.p99,
        }

    async def verify(self) -> Mapping[str, str]:
        """Every event that was answered 200 is in the topic, of everybody."""
        return await all_wrong(self._entrants, self._ground)


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[Ingest]:
    """All four up."""
    secret = f"whsec_{secrets.token_hex(16)}"
    async with AsyncExitStack() as stack:
        entrants = {}
        for contestant in CONTESTANTS:
            topic = STRIPE_EVENTS.under(prefix := await stack.enter_async_context(ground.topics()))
            port = free_port()
            shared = {"PORT": str(port), "KAFKA": ground.kafka, "TOPIC": topic, "STRIPE_WEBHOOK_SECRET": secret}
            ours = {
                "WEBHOOK_INGEST_PORT": str(port),
                "KAFKA_BOOTSTRAP_SERVERS": ground.kafka,
                "KAFKA_TOPIC_PREFIX": prefix,
                "LOG_FORMAT": "json",
            }
            one = Contestant(contestant, _command(contestant), address(port, "/readyz"), {**shared, **ours})
            process = await stack.enter_async_context(running(one, ground.folder))
            entrants[contestant] = Entrant(address(port, "/webhooks/stripe"), process.cpu_seconds, topic)
        yield Ingest(ground, secret, entrants)


def _command(contestant: str) -> Sequence[str]:
    match contestant:
        case _ if contestant == OURS:
            return [sys.executable, "-m", "webhook_ingest"]
        case _ if contestant == FASTAPI:
            return [sys.executable, str(PYTHON_PEERS / "ingest.py")]
        case _ if contestant == GO:
            return [str(go_peer("ingest"))]
    node, folder = node_peers()
    return [node, str(folder / "ingest.js")]


INGEST: Final = Scenario(
    name="ingest",
    title="Webhook POST → acknowledged by Kafka",
    contestants=CONTESTANTS,
    figures=(
        Figure("per_cpu_second", "requests per CPU second", "more"),
        Figure("per_second", "requests/s", "more"),
        Figure("p50", "p50 ms", "less", 1),
        Figure("p99", "p99 ms", "less", 1),
    ),
    cases=(
        Case(BUSY, {"connections": 64}, quick=True),
        Case(STEADY, {"connections": 256, "rate": 1000}),
        Case("1 connection", {"connections": 1}),
        Case("512 connections", {"connections": 512}),
        Case("64 connections, 30 KB", {"connections": 64, "body": 30_000}),
    ),
    musts=(
        Must(BUSY, "per_cpu_second", EXPRESS, at_least=8),
        Must(BUSY, "per_cpu_second", FASTAPI, at_least=3),
        Must(BUSY, "per_cpu_second", GO, at_least=0.8),
        Must(BUSY, "p99", GO, at_most=3),
        Must(STEADY, "p99", GO, at_most=3),
    ),
    seconds=1.0,
    open=_open,
)
