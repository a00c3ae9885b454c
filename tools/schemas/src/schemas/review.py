"""Holds what the models say today against all that was ever committed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas import history
from schemas.compatibility import Break, breaks
from schemas.models import Schema


@dataclass(frozen=True)
class Incompatible:
    """The models have changed in a way that a version does not survive."""

    event_type: str
    version: str
    found: tuple[Break, ...]

    def __str__(self) -> str:
        changes = "\n".join(f"  - {item}" for item in self.found)
        return (
            f"{self.event_type} cannot follow its {self.version}:\n{changes}\n"
            "  Only fields with a default may be added to an event. Undo the change, or define a new version of the "
            "event beside this one."
        )


@dataclass(frozen=True)
class Uncommitted:
    """The models say something new that may follow, and nobody has written it down."""

    event_type: str

    def __str__(self) -> str:
        return f"{self.event_type} has changed. Run `python -m schemas generate` and commit what it writes."


@dataclass(frozen=True)
class Lost:
    """Something that was committed is not there any more."""

    what: str

    def __str__(self) -> str:
        return f"{self.what} is gone, but topics still hold such events. Bring it back."


Finding = Incompatible | Uncommitted | Lost


def review(today: Mapping[str, Schema], folder: Path) -> list[Finding]:
    """All that is wrong."""
    lost = [Lost(f"The model of {name}") for name in sorted(history.event_types(folder) - today.keys())]
    return [*lost, *(finding for name, schema in today.items() for finding in _review_event(name, schema, folder))]


def incompatibilities(event_type: str, schema: Schema, folder: Path) -> list[Incompatible]:
    """Every earlier version that the schema may not follow."""
    found = {name: tuple(breaks(old, schema)) for name, old in history.versions(folder, event_type).items()}
    return [Incompatible(event_type, name, changes) for name, changes in found.items() if changes]


def is_written_down(event_type: str, schema: Schema, folder: Path) -> bool:
    """Whether the newest version says exactly this."""
    return [*history.versions(folder, event_type).values()][-1:] == [schema]


def _review_event(event_type: str, schema: Schema, folder: Path) -> Iterator[Finding]:
    yield from (Lost(f"{event_type}/{name}") for name in history.gaps(folder, event_type))
    broken = incompatibilities(event_type, schema, folder)
    yield from broken
    if not broken and not is_written_down(event_type, schema, folder):
        yield Uncommitted(event_type)
