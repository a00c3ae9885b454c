"""How the caller may watch the order: notifier's address and a token for this one order."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, Field

from tillstream_contracts.stream_tokens import Grant, sign


class Stream(BaseModel):
    """Where the order's status can be watched, and the token that allows it."""

    url: Annotated[str, Field(examples=["ws://localhost:8004/v1/stream"])]
    token: Annotated[str, Field(examples=["eyJhbGciOiJIUzI1NiIs…"])]


def expiry(placed_at: datetime, now: datetime, lifetime: timedelta) -> datetime:
    """When a token asked for at `now` ends: one to two lifetimes away.

    Counted in whole lifetimes since the order was placed, so that retries close together get the same token.
    """
    passed = max(0, (now - placed_at) // lifetime)
    return placed_at + (passed + 2) * lifetime


class Streams:
    """Grants access to orders' streams."""

    def __init__(self, url: str, secret: str, lifetime: timedelta) -> None:
        self._url, self._secret, self._lifetime = url, secret, lifetime

    def of(self, merchant_id: str, order_id: str, *, placed_at: datetime) -> Stream:
        """The stream of an order that was placed at that time."""
        ends = expiry(placed_at, datetime.now(UTC), self._lifetime)
        return Stream(url=self._url, token=sign(Grant(merchant_id, order_id, ends), self._secret))
