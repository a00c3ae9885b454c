"""How much may be held in memory at once. What does not fit is turned away, not queued."""

from types import TracebackType
from typing import Self


class Full(Exception):
    """No room. The sender should come again a little later."""


class Room:
    """Room for so many requests, and for so many bytes of their bodies."""

    def __init__(self, *, requests: int, size: int) -> None:
        self._requests, self._size = requests, size
        self.requests = 0
        self.size = 0

    def seat(self) -> "Seat":
        """A place for one request, to be used in a `with`. Raises Full."""
        if self.requests >= self._requests:
            raise Full
        return Seat(self)

    def take(self, size: int) -> None:
        """Take room for bytes. Raises Full."""
        if self.size + size > self._size:
            raise Full
        self.size += size


class Seat:
    """One request's place and bytes, given back at its end."""

    __slots__ = ("_is_kept", "_room", "_size")

    def __init__(self, room: Room) -> None:
        self._room, self._size, self._is_kept = room, 0, False

    def take(self, size: int) -> None:
        """Make room for bytes that arrived. Raises Full."""
        self._room.take(size)
        self._size += size

    def kept(self) -> Self:
        """The same, which is not given back at the end of its `with`, but by `leave`."""
        self._is_kept = True
        return self

    def leave(self) -> None:
        """Give back the place and the bytes."""
        self._room.requests -= 1
        self._room.size -= self._size

    def __enter__(self) -> Self:
        self._room.requests += 1
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._is_kept:
            self.leave()
