"""What clients write down: a line for each frame, each opening and each end of a connection."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import orjson

FILE: Final = "frames.jsonl"


@dataclass
class Frames:
    """The file of all clients of a run; a context manager.

    Each line has `at` (Unix time), `client`, `order_id` (what it watches, also a subscription's), `connection` (from 1)
    and `type`: `joined`, `opened`, `snapshot` or `status` with `version` and `status`, `error` or `closed` with `code`.
    """

    path: Path
    news_at: float = field(default_factory=time.monotonic)
    """When something new was told last, by the monotonic clock."""

    def __enter__(self) -> Self:
        self._file = self.path.open("ab")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def note(self, client: str, watched: str, connection: int, what: str, **facts: Any) -> None:
        """Write a line."""
        line = {"at": time.time(), "client": client, "order_id": watched, "connection": connection, "type": what}
        self._file.write(orjson.dumps({**line, **facts}, option=orjson.OPT_APPEND_NEWLINE))
        if what == "status":
            self.news_at = time.monotonic()
