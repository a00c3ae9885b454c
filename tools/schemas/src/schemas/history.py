"""The schemas that were ever committed: `<folder>/<event type>/0001.json`, 0002, … Only ever added to."""

import json
from pathlib import Path
from typing import Final

import tillstream_contracts
from schemas.models import Schema

FOLDER: Final = Path(tillstream_contracts.__file__).parents[2] / "schemas"


def event_types(folder: Path) -> set[str]:
    """The event types that have a history."""
    return {path.name for path in folder.iterdir() if path.is_dir()} if folder.is_dir() else set()


def versions(folder: Path, event_type: str) -> dict[str, Schema]:
    """An event type's schemas by file name, oldest first."""
    return {path.name: json.loads(path.read_text()) for path in sorted((folder / event_type).glob("*.json"))}


def append(folder: Path, event_type: str, schema: Schema) -> Path:
    """Write the next version."""
    number = len(versions(folder, event_type)) + 1
    path = folder / event_type / f"{number:04}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(schema, indent=2, sort_keys=True) + "\n")
    return path


def gaps(folder: Path, event_type: str) -> list[str]:
    """The file names that are missing from 0001 to the newest."""
    there = set(versions(folder, event_type))
    newest = max((int(name.removesuffix(".json")) for name in there), default=0)
    return [name for number in range(1, newest + 1) if (name := f"{number:04}.json") not in there]
