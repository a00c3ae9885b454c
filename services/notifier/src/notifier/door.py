"""Who may open a socket: the right page, and not too many from one place. No I/O."""

from collections import Counter
from collections.abc import Sequence

from tillstream_operations import Problem


class Door:
    """Counts who is in, and says why somebody may not come in."""

    def __init__(self, *, allowed_origins: frozenset[str], most: int, most_per_address: int) -> None:
        self._allowed_origins, self._most, self._most_per_address = allowed_origins, most, most_per_address
        self._inside: Counter[str] = Counter()
        self._total = 0

    def check(self, address: str, origins: Sequence[str], *, is_open: bool) -> None:
        """Raises the Problem to answer with. A caller without `Origin` is no browser; its token must do."""
        if not set(origins) <= self._allowed_origins or len(origins) > 1:
            raise Problem(403, "origin_not_allowed", "Add this page's origin to NOTIFIER_ALLOWED_ORIGINS.")
        if not is_open:
            raise _later("not_ready", "This instance is starting or stopping. Connect again after a moment.")
        if self._total >= self._most:
            raise _later("too_many_connections", "This instance is full. Connect again after a moment.")
        if self._inside[address] >= self._most_per_address:
            raise Problem(429, "too_many_connections_from_address", "Close other streams first, then connect again.")

    def enter(self, address: str) -> None:
        """Count a socket in."""
        self._inside[address] += 1
        self._total += 1

    def leave(self, address: str) -> None:
        """Count it out; an address with none is forgotten."""
        self._inside[address] -= 1
        self._total -= 1
        if not self._inside[address]:
            del self._inside[address]


def _later(code: str, detail: str) -> Problem:
    return Problem(503, code, detail, headers={"Retry-After": "2"})
