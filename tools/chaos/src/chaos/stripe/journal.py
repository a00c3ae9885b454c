"""The sender's own memory, outside of all that is tried: a line for each attempt, on the disk before it counts."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

import orjson

RIGHT: Final = 200
Outcome = Literal["ok", "refused", "unknown"]


def outcome_of(status: int | None) -> Outcome:
    """What an answer's status means to who asked; None is no answer."""
    if status is None:
        return "unknown"
    return "ok" if status == RIGHT else "refused"


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
    kind: Literal["event"] = "event"


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
    kind: Literal["order"] = "order"


@dataclass(frozen=True, slots=True)
class Begun:
    """The first line: what else the lives of this run are made from."""

    at: int
    """The second in which the first life began."""
    seed: int
    orders: int
    seconds: float
    dropped_share: float
    kind: Literal["begun"] = "begun"


Line = Attempt | Order | Begun
KINDS: Final[dict[str, type[Line]]] = {"event": Attempt, "order": Order, "begun": Begun}


class Journal:
    """Writes lines, as many as come meanwhile in one go to the disk; an async context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._work: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._file = await asyncio.to_thread(self._path.open, "ab")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._work:
            await self._work
        self._file.close()

    async def note(self, line: Line) -> None:
        """Return once the line would outlive a crash of this process and of the machine."""
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((orjson.dumps(asdict(line), option=orjson.OPT_APPEND_NEWLINE), noted))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._write_all())
        await asyncio.shield(noted)

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await asyncio.to_thread(self._write, b"".join(line for line, _ in batch))
            for _, noted in batch:
                noted.set_result(None)

    def _write(self, lines: bytes) -> None:
        self._file.write(lines)
        self._file.flush()
        os.fsync(self._file.fileno())


def read_lines(path: Path) -> Iterator[Line]:
    """All lines, of each kind, in the order in which they were written. One that was cut short is left out."""
    with path.open("rb") as file:
        for text in file:
            if text.endswith(b"\n"):
                yield _line(text)


def read_on(path: Path, position: int) -> tuple[list[Line], int]:
    """The whole lines from this byte on, and where to read on later."""
    with path.open("rb") as file:
        file.seek(position)
        whole, newline, _ = file.read().rpartition(b"\n")
    return [_line(text) for text in whole.splitlines()], position + len(whole) + len(newline)


def read(path: Path) -> Iterator[Attempt]:
    """The attempts alone."""
    return (line for line in read_lines(path) if isinstance(line, Attempt))


def _line(text: bytes) -> Line:
    told: dict[str, Any] = orjson.loads(text)
    return KINDS[told["kind"]](**told)
