"""Where runs happen, and where what they came to is kept: both in the house's state folder."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from chaos.options import Options
from chaos.outcome import Outcome, read_outcome
from devstack.state import state_folder


def home() -> Path:
    """Everything of the campaign's."""
    return state_folder() / "chaos"


def fresh_folder(seed: int, mutant: str | None) -> Path:
    """An empty folder for a run; what an earlier one of the same name left is gone."""
    folder = home() / "runs" / _name(seed, mutant)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def keep(outcome: Outcome) -> Path:
    """Keep what a run came to; its folder with all evidence only if a promise was broken."""
    path = _path(outcome.options.seed, outcome.options.mutant)
    outcome.write(path)
    if outcome.ok:
        shutil.rmtree(outcome.options.folder, ignore_errors=True)
    return path


def kept_of_mutant(name: str) -> Outcome | None:
    """What the last run with this mutant came to, whatever its seed was."""
    return _kept(_path(0, name))


def kept_of(options: Options) -> Outcome | None:
    """What an earlier run of the very same options came to."""
    outcome = _kept(_path(options.seed, options.mutant))
    same = outcome is not None and (outcome.options.orders, outcome.options.seconds, outcome.options.kinds) == (
        options.orders,
        options.seconds,
        options.kinds,
    )
    return outcome if same else None


def all_seeds() -> Iterator[Outcome]:
    """All runs without a mutant that are kept, by seed."""
    outcomes = [read_outcome(path) for path in (home() / "results").glob("seed-*.json")]
    yield from sorted(
        (outcome for outcome in outcomes if outcome.options.mutant is None), key=lambda outcome: outcome.options.seed
    )


def _kept(path: Path) -> Outcome | None:
    return read_outcome(path) if path.exists() else None


def _path(seed: int, mutant: str | None) -> Path:
    name = f"mutant-{mutant}" if mutant else f"seed-{seed}"
    return home() / "results" / f"{name}.json"


def _name(seed: int, mutant: str | None) -> str:
    return f"seed-{seed}" + (f"-{mutant}" if mutant else "")
