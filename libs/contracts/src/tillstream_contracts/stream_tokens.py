"""The token that lets a browser watch one order: a short-lived JWT (RFC 7519), HS256, for one audience.

intent-api signs it; notifier and order-service verify it. All three hold the same secret.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt

ALGORITHM: Final = "HS256"
AUDIENCE: Final = "tillstream.order"
ISSUER: Final = "tillstream"
MAX_TOKEN_LENGTH: Final = 2048
MIN_SECRET_LENGTH: Final = 32


class TokenRefused(Exception):
    """The token gives no access. `code` is `token_expired` (ask for a new one) or `token_invalid`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Grant:
    """What a token allows: to see this order of this merchant, until then."""

    merchant_id: str
    order_id: str
    expires_at: datetime


def sign(grant: Grant, secret: str) -> str:
    """The token for a grant."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": grant.order_id,
        "merchant_id": grant.merchant_id,
        "exp": int(grant.expires_at.timestamp()),
    }
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def verify(token: str, secret: str, *, now: datetime, leeway: timedelta = timedelta(0)) -> Grant:
    """What the token grants at `now`. Raises TokenRefused, whatever is wrong with it."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise TokenRefused("token_invalid")
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"require": ["exp", "sub", "merchant_id"], "verify_exp": False},
        )
        grant = Grant(str(claims["merchant_id"]), str(claims["sub"]), datetime.fromtimestamp(claims["exp"], UTC))
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, OSError) as error:
        raise TokenRefused("token_invalid") from error
    if grant.expires_at + leeway <= now:
        raise TokenRefused("token_expired")
    return grant
