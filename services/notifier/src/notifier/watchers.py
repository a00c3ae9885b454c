"""Who watches what, and how a change reaches them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from notifier.following import Following
from notifier.frames import Change


class Push(Protocol):
    """What a watcher needs of its socket: frames go out at once, without awaiting."""

    def push(self, frames: bytes) -> None: ...


class Watcher:
    """One client's interest in one order or subscription."""

    __slots__ = ("_following", "_socket", "merchant_id", "watched_id")

    def __init__(self, merchant_id: str, watched_id: str, socket: Push, after_version: int = 0) -> None:
        self.merchant_id, self.watched_id = merchant_id, watched_id
        self._socket, self._following = socket, Following(after_version)

    def take_changes(self, changes: Sequence[Change]) -> int:
        """Pass changes on; how many frames went out."""
        return self._push(self._following.take_changes(changes))

    def take_snapshot(self, snapshot: Change) -> int:
        """Pass the snapshot on, and what was held for it; how many frames went out."""
        return self._push(self._following.take_snapshot(snapshot))

    def _push(self, frames: list[bytes]) -> int:
        if frames:
            self._socket.push(b"".join(frames))  # in one write: that costs more than all else here
        return len(frames)


class Watchers:
    """All watchers of one kind of thing in this process, by its id."""

    def __init__(self) -> None:
        self._by_key: dict[bytes, set[Watcher]] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    @contextmanager
    def watching(self, watcher: Watcher) -> Iterator[None]:
        """Changes reach the watcher inside this block."""
        key = watcher.watched_id.encode()
        others = self._by_key.setdefault(key, set())
        others.add(watcher)
        try:
            yield
        finally:
            others.discard(watcher)
            if not others:
                self._by_key.pop(key, None)

    def any_of(self, key: bytes | None) -> bool:
        """Whether somebody watches what records of that key are about."""
        return key in self._by_key

    def take_changes(self, merchant_id: str, watched_id: str, changes: Sequence[Change]) -> int:
        """Pass changes of one thing to everybody who may see it; how many frames went out."""
        watchers = self._by_key.get(watched_id.encode(), ())
        return sum([watcher.take_changes(changes) for watcher in watchers if watcher.merchant_id == merchant_id])
