"""What one client has seen of what it watches, and what it is to be sent next. No I/O.

AWAITING ──snapshot: send it, then what was held──▶ LIVE
   │                                                 │
   └─change: hold                                    └─change: send if newer than the last, else drop
"""

from collections.abc import Sequence
from typing import Final

from notifier.frames import Change

HELD_LIMIT: Final = 16
"""Changes kept while a snapshot is on its way; each is whole, so the oldest may go."""


class Following:
    """Frames leave it in rising versions, each at most once, the snapshot first."""

    __slots__ = ("_held", "_live", "_seen")

    def __init__(self, after_version: int = 0) -> None:
        self._seen = after_version
        self._live = False
        self._held: list[Change] = []

    def take_changes(self, changes: Sequence[Change]) -> list[bytes]:
        """What to send now that it changed."""
        if self._live:
            return self._newer(changes)
        self._held = [*self._held, *changes][-HELD_LIMIT:]
        return []

    def take_snapshot(self, snapshot: Change) -> list[bytes]:
        """What to send now that it was read; the snapshot goes out even if the client has seen it."""
        held, self._held, self._live = self._held, [], True
        self._seen = max(self._seen, snapshot.version)
        return [snapshot.frame, *self._newer(held)]

    def _newer(self, changes: Sequence[Change]) -> list[bytes]:
        frames = []
        for change in changes:
            if change.version > self._seen:
                self._seen = change.version
                frames.append(change.frame)
        return frames
