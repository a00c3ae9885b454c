"""The sender's own memory, outside of all that is tried: a line for each attempt, on the disk before it counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Outcome = Literal["ok", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One post to webhook-ingest and how it went."""

    at: float
    """Unix time at its end."""
    event_id: str
    number: int
    """Which attempt at this event it was, from 1."""
    forged: bool
    outcome: Outcome
    """`ok` is a 200, `refused` any other answer, `unknown` none."""
    status: int | None
    kind: str = "event"


@dataclass(frozen=True, slots=True)
class Order:
    """One call to intent-api and how it went."""

    at: float
    life: int
    number: int
    outcome: Outcome
    status: int | None
    order_id: str | None
    payment_intent_id: str | None
    kind: str = "order"


@dataclass(frozen=True, slots=True)
class Begun:
    """The first line: from which second on the lives of this run are told."""

    at: float
    seed: int
    orders: int
    seconds: float
    dropped_share: float
    kind: str = "begun"


Line = Attempt | Order | Begun


def read(path: Path) -> Iterator[Attempt]:
    """The attempts, in the order in which they ended. A last line that was cut short is left out."""
    raise NotImplementedError


def read_lines(path: Path) -> Iterator[Line]:
    """All lines, of each kind."""
    raise NotImplementedError
