"""What a run of the campaign is made from; the same options make the same run, as far as machines allow."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """One run."""

    seed: int
    orders: int
    seconds: float
    """How long faults go on."""
    folder: Path
    """All that the run leaves: the processes' state and logs, the sender's journal, what clients saw."""
    mutant: str | None = None
    """The deliberate defect that is switched on, which the judge has to find."""
    kinds: frozenset[str] | None = None
    """The kinds of fault to draw from; all of them if None."""
