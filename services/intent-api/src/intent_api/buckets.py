"""Token buckets: so many requests at once, so many a second for long. In this process alone, and bounded."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Taken:
    """What a request found in its bucket, as the RateLimit headers say it."""

    name: str
    policy: str
    """By draft-ietf-httpapi-ratelimit-headers: a quota `q` for a window of `w` seconds."""
    allowed: bool
    left: int
    full_in: int
    """Seconds until the whole burst is there again."""
    next_in: int
    """Seconds until there is one more."""


class Buckets:
    """One bucket for each caller. At most `most` are kept: the one not used for longest is forgotten, that is full."""

    def __init__(self, name: str, *, burst: int, per_second: int, most: int, clock: Callable[[], float]) -> None:
        self._name, self._burst, self._per_second, self._most, self._clock = name, burst, per_second, most, clock
        self._policy = f'"{name}";q={burst};w={ceil(burst / per_second)}'
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, who: str) -> Taken:
        """Take one token out of this caller's bucket, if there is one."""
        now = self._clock()
        missing = max(0.0, self._full_at.get(who, now) - now) * self._per_second
        allowed = missing <= self._burst - 1
        if allowed:
            missing += 1
            self._full_at[who] = now + missing / self._per_second
            self._full_at.move_to_end(who)
            if len(self._full_at) > self._most:
                self._full_at.popitem(last=False)
        short = missing - (self._burst - 1)
        return Taken(
            name=self._name,
            policy=self._policy,
            allowed=allowed,
            left=max(0, int(self._burst - missing)),
            full_in=ceil(missing / self._per_second),
            next_in=max(1, ceil(short / self._per_second)),
        )
