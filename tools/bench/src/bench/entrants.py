"""Those that are posted to: the load they are put under, what they acknowledged of it, and whether that is in Kafka."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.ground import Ground
from bench.load import load


@dataclass(frozen=True)
class Posted:
    """What came of a load."""

    acknowledged: int
    refused: int
    seconds: float
    cpu_seconds: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Entrant:
    """A contestant that runs: its addresses with commas between them, its accounts, and the topic it writes, if any."""

    urls: str
    cpu_seconds: Callable[[], float]
    topic: str = ""
    acked: dict[str, Path] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    async def post(self, command: str, case: str, options: Mapping[str, object], folder: Path) -> Posted:
        """Put it under one load of the generator's. What it refuses is noted as a fault."""
        run = secrets.token_hex(6)
        self.acked[run] = folder / f"{run}.acked"
        every = {"url": self.urls, "run": run, "acked": self.acked[run], **options}
        told = await load(command, [f"-{name}={value}" for name, value in every.items()], self.cpu_seconds)
        outcome = told.result
        if outcome["refused"]:
            self.faults.append(f"{case}: {outcome['refused']}")
        return Posted(
            acknowledged=outcome["acknowledged_in_window"],
            refused=sum(outcome["refused"].values()),
            seconds=outcome["seconds"],
            cpu_seconds=told.taken,
            p50=outcome["times"]["p50"],
            p99=outcome["times"]["p99"],
        )

    async def wrong(self, ground: Ground, **options: str) -> str:
        """What it refused, and what it acknowledged and is not in its topic; nothing if all is well."""
        if not self.topic:
            return "; ".join(self.faults)
        named = {"bootstrap": ground.kafka, "topic": self.topic, **options}
        runs = [f"{run}={file}" for run, file in self.acked.items()]
        told = await load("verify", [*(f"-{name}={value}" for name, value in named.items()), *runs])
        missing = told.result["missing"]
        lost = [f"{missing} that were acknowledged are not in the topic"] if missing else []
        return "; ".join([*self.faults, *lost])


async def all_wrong(entrants: Mapping[str, Entrant], ground: Ground, **options: str) -> Mapping[str, str]:
    """What was wrong with the work of whom."""
    found = {name: await entrant.wrong(ground, **options) for name, entrant in entrants.items()}
    return {name: wrong for name, wrong in found.items() if wrong}
