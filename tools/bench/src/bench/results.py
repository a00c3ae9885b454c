"""Outcomes as files: one JSON for a run, of which the last that counts is committed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.model import Sample
from bench.outcome import Section
from bench.scenarios import SCENARIOS
from devstack.commands import run
from devstack.state import REPOSITORY

COMMITTED = REPOSITORY / "docs" / "performance.json"


@dataclass(frozen=True)
class Results:
    """All sections of a run, when it was, of which commit, and where."""

    at: str
    commit: str
    machine: str
    sections: Sequence[Section]


def results_of(sections: Sequence[Section], machine: str) -> Results:
    """Of a run that has just ended."""
    return Results(datetime.now(UTC).isoformat(timespec="seconds"), _commit(), machine, sections)


def write(results: Results, file: Path) -> None:
    """Keep a run."""
    sections = {
        section.scenario.name: {
            "wrong": section.wrong,
            "samples": [[one.case, one.contestant, dict(one.figures)] for one in section.samples],
        }
        for section in results.sections
    }
    told = {"at": results.at, "commit": results.commit, "machine": results.machine, "sections": sections}
    file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def read(file: Path) -> Results:
    """A run that was kept."""
    told = json.loads(file.read_text())
    sections = [_section(name, kept) for name, kept in told["sections"].items() if name in SCENARIOS]
    return Results(told["at"], told["commit"], told["machine"], sections)


def _section(name: str, kept: dict[str, Any]) -> Section:
    return Section(SCENARIOS[name], [Sample(*one) for one in kept["samples"]], kept["wrong"])


def _commit() -> str:
    asked = run(["git", "-C", str(REPOSITORY), "rev-parse", "--short", "HEAD"], seconds=20)
    return asked.stdout.strip() or "unknown"
