"""The token that lets a browser watch one order or one subscription.

intent-api signs it; notifier and order-service verify it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tillstream_contracts.tokens import (
    ALGORITHM,
    ISSUER,
    MAX_TOKEN_LENGTH,
    MIN_SECRET_LENGTH,
    Claims,
    TokenRefused,
    sign_claims,
    verified_claims,
)

__all__ = [
    "ALGORITHM",
    "AUDIENCE",
    "ISSUER",
    "MAX_TOKEN_LENGTH",
    "MIN_SECRET_LENGTH",
    "SUBSCRIPTION_AUDIENCE",
    "Grant",
    "SubscriptionGrant",
    "TokenRefused",
    "sign",
    "verify",
]

AUDIENCE: Final = "tillstream.order"
SUBSCRIPTION_AUDIENCE: Final = "tillstream.subscription"


@dataclass(frozen=True)
class Grant:
    """What a token for an order allows: to see this order of this merchant, until then."""

    merchant_id: str
    order_id: str
    expires_at: datetime


@dataclass(frozen=True)
class SubscriptionGrant:
    """What a token for a subscription allows: to see this subscription of this merchant, until then."""

    merchant_id: str
    subscription_id: str
    expires_at: datetime


def sign(grant: Grant | SubscriptionGrant, secret: str) -> str:
    """The token for a grant."""
    match grant:
        case Grant(merchant_id, order_id, expires_at):
            claims = Claims(AUDIENCE, order_id, merchant_id, expires_at)
        case SubscriptionGrant(merchant_id, subscription_id, expires_at):
            claims = Claims(SUBSCRIPTION_AUDIENCE, subscription_id, merchant_id, expires_at)
    return sign_claims(claims, secret)


def verify(token: str, secret: str, *, now: datetime, leeway: timedelta = timedelta(0)) -> Grant | SubscriptionGrant:
    """What the token grants at `now`. Raises TokenRefused, whatever is wrong with it."""
    audiences = (AUDIENCE, SUBSCRIPTION_AUDIENCE)
    claims = verified_claims(token, secret, audiences=audiences, now=now, leeway=leeway)
    kind = Grant if claims.audience == AUDIENCE else SubscriptionGrant
    return kind(claims.merchant_id, claims.subject, claims.expires_at)
