"""What a run came to, as it is shown, kept and compared."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from chaos.judging import Check, Verdict
from chaos.options import Options
from chaos.timeline import Entry


@dataclass(frozen=True)
class Counts:
    """How much happened."""

    orders: int = 0
    events: int = 0
    """Different ones that Stripe sent."""
    posts: int = 0
    """Attempts at sending a true event, whatever came of them."""
    acknowledged: int = 0
    """Answered 200, repetitions included."""
    refused: int = 0
    unknown: int = 0
    forged: int = 0
    placed: int = 0
    """Calls to intent-api."""
    faults: int = 0
    failed_faults: int = 0
    """Could not be made on this machine."""
    kills: int = 0
    below_min_isr: int = 0
    """Acknowledged while only one broker was up, which none should be but what came late."""
    frames: int = 0
    clients: int = 0
    sending_seconds: float = 0.0
    seconds: float = 0.0
    """From the first process started to the verdict."""
    peak_bytes: int = 0
    """Of all processes together."""

    @property
    def repeated(self) -> int:
        """Acknowledged copies of an event that was acknowledged before."""
        return max(0, self.acknowledged - self.events)

    @property
    def rate(self) -> float:
        """Acknowledged events a second, faults and all."""
        return self.acknowledged / self.sending_seconds if self.sending_seconds else 0.0


@dataclass(frozen=True)
class Outcome:
    """A run's options, its faults and its verdict."""

    options: Options
    verdict: Verdict
    counts: Counts
    faults: tuple[Entry, ...] = ()

    @property
    def ok(self) -> bool:
        return self.verdict.ok

    @property
    def command(self) -> str:
        """What repeats the run."""
        return command_of(self.options)

    @property
    def kinds(self) -> Mapping[str, int]:
        """How often each kind of fault was begun."""
        return Counter(entry.kind for entry in self.faults if entry.what == "begun")

    def write(self, path: Path) -> None:
        """Keep it, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        arriving = path.with_suffix(".arriving")
        arriving.write_bytes(orjson.dumps(self.told(), option=orjson.OPT_INDENT_2))
        arriving.replace(path)

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        options = asdict(self.options)
        options |= {"folder": str(self.options.folder), "kinds": _listed(self.options.kinds)}
        return {
            "ok": self.ok,
            "command": self.command,
            "options": options,
            "checks": [asdict(check) for check in self.verdict.checks],
            "counts": asdict(self.counts),
            "faults": [asdict(entry) for entry in self.faults],
        }


def read_outcome(path: Path) -> Outcome:
    """One that was kept."""
    told = orjson.loads(path.read_bytes())
    options, kinds = told["options"], told["options"]["kinds"]
    options |= {"folder": Path(options["folder"]), "kinds": None if kinds is None else frozenset(kinds)}
    return Outcome(
        Options(**options),
        Verdict(tuple(Check(**check) for check in told["checks"])),
        Counts(**told["counts"]),
        tuple(Entry(**entry) for entry in told["faults"]),
    )


def command_of(options: Options) -> str:
    """The command line that makes the same run again."""
    words = [f"--seed {options.seed}", f"--orders {options.orders}", f"--seconds {options.seconds:g}"]
    words += [f"--mutant {options.mutant}"] if options.mutant else []
    words += [f"--kind {kind}" for kind in _listed(options.kinds) or ()]
    return " ".join(["python -m chaos run", *words])


def _listed(kinds: Iterable[str] | None) -> list[str] | None:
    return None if kinds is None else sorted(kinds)
