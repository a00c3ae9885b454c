"""What can be fuzzed: a check that holds for any bytes, and inputs from which to begin."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

EXAMPLES: Final = Path(__file__).parents[4] / "libs/contracts/examples"


@dataclass(frozen=True)
class Target:
    """A parser that reads what strangers send."""

    name: str
    check: Callable[[bytes], None]
    """Ends for any input without an exception: what the parser may refuse with is caught there, and no more."""
    seeds: tuple[bytes, ...]
    words: tuple[str, ...] = ()
    """What a valid input is made of."""
    longest: int = 16_384
    """The longest input that the search makes up."""
    admitted: int = 1_000_000
    """The longest that a service lets come so far."""


def golden(topic: str) -> tuple[bytes, ...]:
    """The golden events of a topic, as they stand in Kafka."""
    return tuple(json.dumps(event).encode() for event in _payloads(EXAMPLES / topic))


def words_of(seeds: tuple[bytes, ...]) -> tuple[str, ...]:
    """Every name and short text in these JSON documents."""
    return tuple(sorted({word for seed in seeds for word in _texts(json.loads(seed)) if len(word) < 64}))


def _payloads(folder: Path) -> Iterator[Any]:
    for path in sorted(folder.glob("*.json")):
        event = json.loads(path.read_text())
        yield event.get("payload", event)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from (name, *_texts(inner))
        case list():
            for inner in value:
                yield from _texts(inner)
        case str():
            yield value
