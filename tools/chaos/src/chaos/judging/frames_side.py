"""What the clients wrote down."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from chaos.judging.evidence import Frame
from chaos.options import Options

FILE: Final = "frames.jsonl"
TOLD: Final = ("snapshot", "status")


def frames_of(options: Options) -> Path:
    """Where a run's clients write."""
    return options.folder / FILE


def read_frames(path: Path) -> Iterator[Frame]:
    """The frames that tell how something stands, in the order in which they came."""
    for line in _lines(path):
        if line["type"] in TOLD:
            yield Frame(
                client=str(line["client"]),
                connection=line["connection"],
                watched=line["order_id"],
                kind=line["type"],
                version=line["version"],
                status=line["status"],
            )


def read_watched(path: Path) -> Mapping[str, str]:
    """What each client watched, whether it ever heard of it or not."""
    return {str(line["client"]): line["order_id"] for line in _lines(path)}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """A last line that was cut short is left out."""
    with path.open("rb") as file:
        yield from (orjson.loads(line) for line in file if line.endswith(b"\n"))
