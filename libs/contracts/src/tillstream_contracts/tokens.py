"""What all our tokens are: short-lived JWTs (RFC 7519), HS256, each for one audience and one subject.

intent-api signs them; whoever serves the subject verifies them. All hold the same secret.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt

ALGORITHM: Final = "HS256"
ISSUER: Final = "tillstream"
MAX_TOKEN_LENGTH: Final = 2048
MIN_SECRET_LENGTH: Final = 32
LONGEST_LIFE: Final = timedelta(days=2)
"""No token of ours is good for longer; one that says so was not made as ours are, whoever signed it."""
CLOCKS: Final = timedelta(minutes=1)
"""The most that two machines' clocks may differ."""


class TokenRefused(Exception):
    """The token gives no access. `code` is `token_expired` (ask for a new one) or `token_invalid`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Claims:
    """What a token says: it lets its bearer at this subject of this merchant, in the audience's way, until then."""

    audience: str
    subject: str
    merchant_id: str
    expires_at: datetime


def sign_claims(claims: Claims, secret: str) -> str:
    """The token that says so."""
    named = {
        "iss": ISSUER,
        "aud": claims.audience,
        "sub": claims.subject,
        "merchant_id": claims.merchant_id,
        "exp": int(claims.expires_at.timestamp()),
    }
    return jwt.encode(named, secret, algorithm=ALGORITHM)


def verified_claims(
    token: str, secret: str, *, audiences: Collection[str], now: datetime, leeway: timedelta = timedelta(0)
) -> Claims:
    """What the token says at `now`, for one of these audiences. Raises TokenRefused, whatever is wrong with it."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise TokenRefused("token_invalid")
    try:
        named = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=audiences,
            issuer=ISSUER,
            options={"require": ["aud", "exp", "sub", "merchant_id"], "verify_exp": False},
        )
        ends = datetime.fromtimestamp(named["exp"], UTC)
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, OSError) as error:
        raise TokenRefused("token_invalid") from error
    if named["aud"] not in audiences:  # a list of several is none of ours
        raise TokenRefused("token_invalid")
    if ends > now + LONGEST_LIFE + CLOCKS:
        raise TokenRefused("token_invalid")
    if ends + min(leeway, CLOCKS) <= now:
        raise TokenRefused("token_expired")
    return Claims(named["aud"], str(named["sub"]), str(named["merchant_id"]), ends)
