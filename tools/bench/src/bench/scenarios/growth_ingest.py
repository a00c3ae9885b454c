"""Growth of webhook-ingest: more instances before one Kafka, and fewer partitions."""

import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from bench.contestants import Contestant, cpu_of_all, running
from bench.entrants import Entrant, all_wrong
from bench.ground import Ground, address
from bench.model import Case, Figure, Scenario
from devstack.ports import free_port
from tillstream_contracts import STRIPE_EVENTS

INSTANCES: Final = {"1 instance": 1, "2 instances": 2, "4 instances": 4}
ALONE: Final = ("1 instance",)
CASES: Final = (
    Case("12 partitions", {"partitions": 12}),
    Case("6 partitions", {"partitions": 6}, only=ALONE),
    Case("1 partition", {"partitions": 1}, only=ALONE),
)


class GrowthIngest:
    """As many instances as the largest load needs, for each number of partitions; a sample takes the first of them."""

    def __init__(self, ground: Ground, secret: str, entrants: Mapping[tuple[str, str], Entrant]) -> None:
        self._ground, self._secret, self._entrants = ground, secret, entrants

    async def sample(self, contestant: str, case: Case, seconds: float) -> Mapping[str, float]:
        """Requests for a while, from 64 connections that share the instances."""
        options = {"secret": self._secret, "warmup": "0.4s", "lasts": f"{seconds}s", "connections": 64}
        entrant = self._entrants[case.name, contestant]
        posted = await entrant.post("post", case.name, options, self._ground.folder)
        return {
            "per_second": posted.acknowledged / posted.seconds,
            "per_cpu_second": posted.acknowledged / posted.cpu_seconds if posted.cpu_seconds else 0.0,
            "p99": posted.p99,
        }

    async def verify(self) -> Mapping[str, str]:
        """Every event that was answered 200 is in its topic."""
        named = {f"{contestant}, {case}": entrant for (case, contestant), entrant in self._entrants.items()}
        return await all_wrong(named, self._ground)


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[GrowthIngest]:
    """All instances up; those of one number of partitions write one topic."""
    secret = f"whsec_{secrets.token_hex(16)}"
    async with AsyncExitStack() as stack:
        entrants = {}
        for case in CASES:
            prefix = await stack.enter_async_context(ground.topics(int(case.options["partitions"])))
            names = case.only or tuple(INSTANCES)
            ports = [free_port() for _ in range(max(INSTANCES[name] for name in names))]
            one_by_one = [_instance(ground, secret, prefix, port) for port in ports]
            processes = [await stack.enter_async_context(running(each, ground.folder)) for each in one_by_one]
            for name in names:
                taking_part = INSTANCES[name]
                urls = ",".join(address(port, "/webhooks/stripe") for port in ports[:taking_part])
                entrants[case.name, name] = Entrant(
                    urls, cpu_of_all(processes[:taking_part]), STRIPE_EVENTS.under(prefix)
                )
        yield GrowthIngest(ground, secret, entrants)


def _instance(ground: Ground, secret: str, prefix: str, port: int) -> Contestant:
    settings = {
        "WEBHOOK_INGEST_PORT": str(port),
        "STRIPE_WEBHOOK_SECRET": secret,
        "KAFKA_BOOTSTRAP_SERVERS": ground.kafka,
        "KAFKA_TOPIC_PREFIX": prefix,
        "LOG_FORMAT": "json",
    }
    command = [sys.executable, "-m", "webhook_ingest"]
    return Contestant("webhook-ingest", command, address(port, "/readyz"), settings)


GROWTH_INGEST: Final = Scenario(
    name="growth-ingest",
    title="webhook-ingest with more instances, and with fewer partitions",
    contestants=tuple(INSTANCES),
    figures=(
        Figure("per_second", "requests/s", "more"),
        Figure("per_cpu_second", "requests per CPU second of all instances", "more"),
        Figure("p99", "p99 ms", "less", 1),
    ),
    cases=CASES,
    musts=(),
    seconds=1.0,
    open=_open,
)
