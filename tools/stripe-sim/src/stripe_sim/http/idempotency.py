"""Idempotency keys: the same key gives the first answer again, kept for a day.

Source: Stripe API reference, "Idempotent requests". An answer is kept once the work has begun; a request that was
refused before (parameters, another request at work with the same key) leaves the key free.
"""

from collections.abc import Callable
from dataclasses import dataclass

from stripe_sim.http.errors import StripeError, invalid, key_in_use

MAX_KEY = 255


@dataclass(frozen=True)
class Answer:
    """An HTTP answer as it was first sent."""

    status: int
    body: bytes
    request_id: str


@dataclass
class _Entry:
    path: str
    fingerprint: str
    since: float
    answer: Answer | None = None


class IdempotencyKeys:
    """The keys of one account, at most `limit`; the oldest is forgotten first."""

    def __init__(self, clock: Callable[[], float], lifetime: float, limit: int) -> None:
        self._clock, self._lifetime, self._limit = clock, lifetime, limit
        self._entries: dict[str, _Entry] = {}

    def begin(self, key: str, path: str, fingerprint: str) -> Answer | None:
        """The first answer, if there was one; else the key is taken until `keep` or `release`.

        Raises StripeError 400 for another request under the same key, 409 while the first is still at work.
        """
        if len(key) > MAX_KEY:
            raise invalid(f"Idempotency keys can be up to {MAX_KEY} characters long.")
        self._prune()
        entry = self._entries.get(key)
        if entry is None:
            self._entries[key] = _Entry(path, fingerprint, self._clock())
            return None
        if entry.path != path or entry.fingerprint != fingerprint:
            raise _other_request(key, entry.path if entry.path != path else None)
        if entry.answer is None:
            raise key_in_use(key)
        return entry.answer

    def keep(self, key: str, answer: Answer) -> None:
        """This is the answer from now on."""
        if key in self._entries:
            self._entries[key].answer = answer

    def release(self, key: str) -> None:
        """Nothing was begun: the key is free again."""
        entry = self._entries.get(key)
        if entry is not None and entry.answer is None:
            del self._entries[key]

    def clear(self) -> None:
        """Forget all keys."""
        self._entries.clear()

    def _prune(self) -> None:
        """Entries stand in the order in which they came."""
        oldest = self._clock() - self._lifetime
        while self._entries:
            key, entry = next(iter(self._entries.items()))
            if entry.since > oldest and len(self._entries) < self._limit:
                return
            del self._entries[key]


def _other_request(key: str, first_path: str | None) -> StripeError:
    limit = "with the same parameters they were first used with"
    if first_path:
        limit = f"for the same endpoint they were first used for ('{first_path}')"
    message = (
        f"Keys for idempotent requests can only be used {limit}. Try using a key other than '{key}' if you meant to "
        "execute a different request."
    )
    return StripeError(400, message, kind="idempotency_error")
