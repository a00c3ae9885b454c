"""Who watches which order, and how a change reaches them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from notifier.frames import Change
from notifier.subscription import Subscription


class Push(Protocol):
    """What a watcher needs of its socket: frames go out at once, without awaiting."""

    def push(self, frame: bytes) -> None: ...


class Watcher:
    """One client's interest in one order."""

    __slots__ = ("_socket", "_subscription", "merchant_id", "order_id")

    def __init__(self, merchant_id: str, order_id: str, socket: Push, after_version: int = 0) -> None:
        self.merchant_id, self.order_id = merchant_id, order_id
        self._socket, self._subscription = socket, Subscription(after_version)

    def take_change(self, change: Change) -> int:
        """Pass a change on; how many frames went out."""
        return self._push(self._subscription.take_change(change))

    def take_snapshot(self, snapshot: Change) -> int:
        """Pass the snapshot on, and what was held for it; how many frames went out."""
        return self._push(self._subscription.take_snapshot(snapshot))

    def _push(self, frames: list[bytes]) -> int:
        for frame in frames:
            self._socket.push(frame)
        return len(frames)


class Watchers:
    """All watchers of this process, by order."""

    def __init__(self) -> None:
        self._by_order: dict[str, set[Watcher]] = {}

    def __len__(self) -> int:
        return len(self._by_order)

    @contextmanager
    def watching(self, watcher: Watcher) -> Iterator[None]:
        """Changes reach the watcher inside this block."""
        others = self._by_order.setdefault(watcher.order_id, set())
        others.add(watcher)
        try:
            yield
        finally:
            others.discard(watcher)
            if not others:
                self._by_order.pop(watcher.order_id, None)

    def any_of(self, order_id: str) -> bool:
        """Whether somebody watches an order of that id."""
        return order_id in self._by_order

    def take_change(self, merchant_id: str, order_id: str, change: Change) -> int:
        """Pass a change to everybody who may see it; how many frames went out."""
        watchers = self._by_order.get(order_id, ())
        return sum(watcher.take_change(change) for watcher in watchers if watcher.merchant_id == merchant_id)
