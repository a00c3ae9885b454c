"""What was done to the house and when: one JSON line for each begin, end and failure of a fault."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

FILE = "timeline.jsonl"
What = Literal["begun", "ended", "failed"]


@dataclass(frozen=True)
class Entry:
    """One line."""

    at: float
    """Seconds since the timeline was begun."""
    kind: str
    target: str
    what: What
    """`failed` also where the machine lacks what the fault needs; the note says which."""
    note: str = ""
    kills: int = 0
    """How many processes were ended without notice."""


class Timeline:
    """An append-only file, written through at each line, so that a run that is killed leaves it whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begun = time.monotonic()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")

    def write(self, kind: str, target: str, what: What, note: str = "", *, kills: int = 0) -> None:
        """Add a line about what is true now."""
        entry = Entry(round(time.monotonic() - self._begun, 3), kind, target, what, note, kills)
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(entry)) + "\n")

    @property
    def kills(self) -> int:
        """How many processes were killed so far."""
        return sum(entry.kills for entry in read(self._path))


def read(path: Path) -> Iterator[Entry]:
    """The lines of a timeline, oldest first."""
    with path.open() as file:
        yield from (Entry(**json.loads(line)) for line in file)
