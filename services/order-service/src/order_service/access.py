"""Who may see which order: the merchant's secret key all of them, a stream token exactly one."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from tillstream_contracts.stream_tokens import Grant, TokenRefused, verify
from tillstream_operations import Problem

CHALLENGE = {"WWW-Authenticate": "Bearer"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks. Without `only_order` it is the merchant itself."""

    merchant_id: str
    only_order: str | None = None

    def may_see(self, order_id: str) -> bool:
        """Whether this order is the caller's to see, given that it is the merchant's."""
        return self.only_order in (None, order_id)


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Knows the key and the tokens' secret."""

    merchant_id: str
    secret_key: str
    token_secret: str

    def caller(self, authorization: str, now: datetime) -> Caller:
        """Who sent this `Authorization` header. Raises a 401 problem."""
        scheme, _, credential = authorization.partition(" ")
        if scheme.lower() != "bearer" or not credential:
            raise Problem(401, "key_missing", "Send `Authorization: Bearer sk_…` or a stream token.", headers=CHALLENGE)
        if hmac.compare_digest(credential.encode(), self.secret_key.encode()):
            return Caller(self.merchant_id)
        grant = self._grant(credential, now)
        return Caller(grant.merchant_id, grant.order_id)

    def _grant(self, token: str, now: datetime) -> Grant:
        try:
            return verify(token, self.token_secret, now=now)
        except TokenRefused as refused:
            detail = "Send the merchant's secret key, or a stream token that has not expired."
            raise Problem(401, refused.code, detail, headers=CHALLENGE) from refused
