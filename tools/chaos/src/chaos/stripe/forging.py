"""What somebody posts who is not Stripe. Each has an id that no true event has."""

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from chaos.stripe.life import Event
from chaos.stripe.signing import signature

WRONG_SECRET: Final = "whsec_of_somebody_else"  # noqa: S105 - it is the point that this is none
TOO_OLD: Final = 3600
TOO_LARGE: Final = 1_010_000


class Forgery(NamedTuple):
    """What is posted. Without a header there is none."""

    body: bytes
    header: str | None


class Means(NamedTuple):
    """What the forger has: a body with an id of its own, a true event that was overheard, and the clock.

    `secret` is Stripe's, for forgeries whose signature is right and whose rest is not; `expired` one that was rolled.
    """

    body: bytes
    overheard: Event
    secret: str
    expired: str
    now: int


def _signed(means: Means, body: bytes | None = None) -> str:
    return signature(means.body if body is None else body, means.secret, means.now)


FORGERIES: Final[Mapping[str, Callable[[Means], Forgery]]] = MappingProxyType(
    {
        "wrong secret": lambda means: Forgery(means.body, signature(means.body, WRONG_SECRET, means.now)),
        "expired secret": lambda means: Forgery(means.body, signature(means.body, means.expired, means.now)),
        "altered body": lambda means: Forgery(
            means.body.replace(b'"livemode": false', b'"livemode": true'), _signed(means)
        ),
        "signature of another body": lambda means: Forgery(means.body, _signed(means, means.overheard.body)),
        "old signature": lambda means: Forgery(means.body, signature(means.body, means.secret, means.now - TOO_OLD)),
        "signature of tomorrow": lambda means: Forgery(
            means.body, signature(means.body, means.secret, means.now + 24 * TOO_OLD)
        ),
        "no signature": lambda means: Forgery(means.body, None),
        "no current scheme": lambda means: Forgery(
            means.body, signature(means.body, means.secret, means.now, scheme="v0")
        ),
        "cut short": lambda means: Forgery(means.body[: len(means.body) // 2], _signed(means)),
        "rubbish for a signature": lambda means: Forgery(means.body, "t=now,v1=zzz"),
        "no event, well signed": lambda means: Forgery(b"paid, please", _signed(means, b"paid, please")),
        "nothing, well signed": lambda means: Forgery(b"", _signed(means, b"")),
        "too large, well signed": lambda means: Forgery(
            b" " * TOO_LARGE + means.body, _signed(means, b" " * TOO_LARGE + means.body)
        ),
    }
)
"""By name."""


def forged(event: Event, forged_id: str) -> bytes:
    """A body like that event's, under another id."""
    return event.body.replace(event.event_id.encode(), forged_id.encode())


def forge(dice: random.Random, means: Means) -> Forgery:
    """One of them."""
    return FORGERIES[dice.choice(sorted(FORGERIES))](means)
