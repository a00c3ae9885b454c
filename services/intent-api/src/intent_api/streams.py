"""How the caller may watch an order or a subscription: notifier's address and a token for this one thing."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from tillstream_contracts.stream_tokens import Grant, SubscriptionGrant, sign


class Stream(BaseModel):
    """Where the status can be watched, and the token that allows it."""

    url: Annotated[str, Field(examples=["ws://localhost:8004/v1/stream"])]
    token: Annotated[str, Field(examples=["eyJhbGciOiJIUzI1NiIs…"])]


def expiry(placed_at: datetime, now: datetime, lifetime: timedelta) -> datetime:
    """When a token asked for at `now` ends: one to two lifetimes away.

    Counted in whole lifetimes since the order was placed, so that retries close together get the same token.
    """
    passed = max(0, (now - placed_at) // lifetime)
    return placed_at + (passed + 2) * lifetime


class Streams:
    """Grants access to the streams of orders and subscriptions."""

    def __init__(self, url: str, secret: str, lifetime: timedelta) -> None:
        self._url, self._secret, self._lifetime = url, secret, lifetime

    def of(self, merchant_id: str, order_id: str, *, placed_at: datetime) -> Stream:
        """The stream of an order that was placed at that time."""
        return self._granted(Grant(merchant_id, order_id, self.end(placed_at)))

    def of_subscription(self, merchant_id: str, subscription_id: str, *, made_at: datetime) -> Stream:
        """The stream of a subscription that was made at that time."""
        return self._granted(SubscriptionGrant(merchant_id, subscription_id, self.end(made_at)))

    def end(self, began: datetime) -> datetime:
        """When a token asked for now ends, of something that began then."""
        return expiry(began, datetime.now(UTC), self._lifetime)

    def _granted(self, grant: Grant | SubscriptionGrant) -> Stream:
        return Stream(url=self._url, token=sign(grant, self._secret))


async def the_streams(request: Request) -> Streams:
    """The app's streams."""
    streams: Streams = request.app.state.streams
    return streams
