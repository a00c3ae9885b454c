"""The token that lets a signed-in customer's browser at that customer's own cards and subscriptions, and nothing else.

intent-api signs it for the shop's server, which knows who is signed in, and verifies it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tillstream_contracts.tokens import Claims, TokenRefused, sign_claims, verified_claims

__all__ = ["AUDIENCE", "CustomerGrant", "TokenRefused", "sign", "verify"]

AUDIENCE: Final = "tillstream.customer"


@dataclass(frozen=True)
class CustomerGrant:
    """What a token allows: to act as this customer (`cus_…`) of this merchant, until then."""

    merchant_id: str
    customer_id: str
    expires_at: datetime


def sign(grant: CustomerGrant, secret: str) -> str:
    """The token for a grant."""
    return sign_claims(Claims(AUDIENCE, grant.customer_id, grant.merchant_id, grant.expires_at), secret)


def verify(token: str, secret: str, *, now: datetime, leeway: timedelta = timedelta(0)) -> CustomerGrant:
    """What the token grants at `now`. Raises TokenRefused, whatever is wrong with it."""
    claims = verified_claims(token, secret, audiences=[AUDIENCE], now=now, leeway=leeway)
    return CustomerGrant(claims.merchant_id, claims.subject, claims.expires_at)
