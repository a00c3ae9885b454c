"""Who watches what, and how a change reaches them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from notifier.following import Following
from notifier.frames import Change


class Push(Protocol):
    """What a watcher needs of its socket: frames go out at once, without awaiting."""

    def push(self, frame: bytes) -> None: ...


class Watcher:
    """One client's interest in one order or subscription."""

    __slots__ = ("_following", "_socket", "merchant_id", "watched_id")

    def __init__(self, merchant_id: str, watched_id: str, socket: Push, after_version: int = 0) -> None:
        self.merchant_id, self.watched_id = merchant_id, watched_id
        self._socket, self._following = socket, Following(after_version)

    def take_change(self, change: Change) -> int:
        """Pass a change on; how many frames went out."""
        return self._push(self._following.take_change(change))

    def take_snapshot(self, snapshot: Change) -> int:
        """Pass the snapshot on, and what was held for it; how many frames went out."""
        return self._push(self._following.take_snapshot(snapshot))

    def _push(self, frames: list[bytes]) -> int:
        for frame in frames:
            self._socket.push(frame)
        return len(frames)


class Watchers:
    """All watchers of one kind of thing in this process, by its id."""

    def __init__(self) -> None:
        self._by_id: dict[str, set[Watcher]] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    @contextmanager
    def watching(self, watcher: Watcher) -> Iterator[None]:
        """Changes reach the watcher inside this block."""
        others = self._by_id.setdefault(watcher.watched_id, set())
        others.add(watcher)
        try:
            yield
        finally:
            others.discard(watcher)
            if not others:
                self._by_id.pop(watcher.watched_id, None)

    def any_of(self, watched_id: str) -> bool:
        """Whether somebody watches something of that id."""
        return watched_id in self._by_id

    def take_change(self, merchant_id: str, watched_id: str, change: Change) -> int:
        """Pass a change to everybody who may see it; how many frames went out."""
        watchers = self._by_id.get(watched_id, ())
        return sum(watcher.take_change(change) for watcher in watchers if watcher.merchant_id == merchant_id)
