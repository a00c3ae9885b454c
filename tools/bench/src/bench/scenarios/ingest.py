"""Ingest: a signed event is answered 200 only after Kafka has it on all replicas."""

import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from bench.builds import PYTHON_PEERS, go_peer, node_peers
from bench.contestants import Contestant, Running, running
from bench.ground import Ground, address
from bench.load import load
from bench.model import OURS, Case, Figure, Must, Scenario
from devstack.ports import free_port
from tillstream_contracts import STRIPE_EVENTS

EXPRESS, FASTAPI, GO = "Express + kafkajs", "FastAPI, the usual way", "Go + franz-go"
CONTESTANTS: Final = (OURS, EXPRESS, FASTAPI, GO)
BUSY, STEADY = "64 connections", "1,000 requests/s"


class Ingest:
    """Each contestant with a topic of its own."""

    def __init__(self, ground: Ground, secret: str, entrants: Mapping[str, "Entrant"]) -> None:
        self._ground, self._secret, self._entrants = ground, secret, entrants

    async def sample(self, contestant: str, case: Case, seconds: float) -> Mapping[str, float]:
        """Requests for a while, from as many connections as the case says."""
        entrant = self._entrants[contestant]
        run = secrets.token_hex(6)
        acked = self._ground.folder / f"{run}.acked"
        told = await load("post", [*self._options(entrant, run, case, seconds), f"-acked={acked}"], entrant.cpu)
        outcome = told.result
        if outcome["refused"]:
            entrant.faults.append(f"{case.name}: {outcome['refused']}")
        entrant.acked[run] = acked
        count = outcome["acknowledged_in_window"]
        return {
            "per_cpu_second": count / told.taken if told.taken else 0.0,
            "per_second": count / outcome["seconds"],
            "p50": outcome["times"]["p50"],
            "p99": outcome["times"]["p99"],
        }

    def _options(self, entrant: "Entrant", run: str, case: Case, seconds: float) -> Sequence[str]:
        options = {"warmup": "1s", "lasts": f"{seconds}s", "body": 2500, **case.options}
        return [
            f"-url={entrant.url}",
            f"-secret={self._secret}",
            f"-run={run}",
            *(f"-{option}={value}" for option, value in options.items()),
        ]

    async def verify(self) -> Mapping[str, str]:
        """Every event that was answered 200 is in the topic, of everybody."""
        found = {contestant: await self._wrong(entrant) for contestant, entrant in self._entrants.items()}
        return {contestant: wrong for contestant, wrong in found.items() if wrong}

    async def _wrong(self, entrant: "Entrant") -> str:
        runs = [f"{run}={file}" for run, file in entrant.acked.items()]
        told = await load("verify", [f"-bootstrap={self._ground.kafka}", f"-topic={entrant.topic}", *runs])
        missing = told.result["missing"]
        lost = [f"{missing} acknowledged events are not in the topic"] if missing else []
        return "; ".join([*entrant.faults, *lost])


class Entrant:
    """A contestant that runs, its topic, and what it has acknowledged so far."""

    def __init__(self, process: Running, url: str, topic: str) -> None:
        self.url, self.topic, self.cpu = url, topic, process.cpu_seconds
        self.acked: dict[str, Path] = {}
        self.faults: list[str] = []


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
            entrants[contestant] = Entrant(process, address(port, "/webhooks/stripe"), topic)
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
        Case(STEADY, {"connections": 256, "rate": 1000}, quick=True),
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
    seconds=3.0,
    open=_open,
)
