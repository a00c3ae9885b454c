"""Who may see what: the merchant's secret key everything, a stream token exactly one order or subscription."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import Header
from fastapi.security import HTTPBearer

from tillstream_contracts.keys import KeyHash
from tillstream_contracts.stream_tokens import Grant, SubscriptionGrant, TokenRefused, verify
from tillstream_operations import Problem

CHALLENGE = {"WWW-Authenticate": "Bearer"}
KEY: Final = HTTPBearer(
    auto_error=False,
    scheme_name="Key",
    description="The merchant's secret key `sk_…`, or, to see one order or subscription, its stream token.",
)
"""For the description alone; the doorkeeper reads the header."""
Authorization = Annotated[str, Header(include_in_schema=False)]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks. What is the merchant's is the caller's to see, unless only one thing of it is."""

    merchant_id: str
    only_order: str | None = None
    only_subscription: str | None = None

    @property
    def is_merchant(self) -> bool:
        """Whether it is the merchant itself."""
        return self.only_order is None and self.only_subscription is None

    def may_see(self, order_id: str) -> bool:
        """Whether this order is the caller's to see, given that it is the merchant's."""
        return self.is_merchant or self.only_order == order_id

    def may_see_subscription(self, subscription_id: str) -> bool:
        """Whether this subscription is the caller's to see, given that it is the merchant's."""
        return self.is_merchant or self.only_subscription == subscription_id


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Knows the key and the tokens' secret."""

    merchant_id: str
    secret_key: KeyHash
    token_secret: str

    def caller(self, authorization: str, now: datetime) -> Caller:
        """Who sent this `Authorization` header. Raises a 401 problem."""
        scheme, _, credential = authorization.partition(" ")
        if scheme.lower() != "bearer" or not credential:
            raise Problem(
                401, "key_required", "Send `Authorization: Bearer sk_…` or a stream token.", headers=CHALLENGE
            )
        if self.secret_key.matches(credential):
            return Caller(self.merchant_id)
        match self._grant(credential, now):
            case Grant(merchant_id, order_id):
                return Caller(merchant_id, only_order=order_id)
            case SubscriptionGrant(merchant_id, subscription_id):
                return Caller(merchant_id, only_subscription=subscription_id)

    def merchant(self, authorization: str, now: datetime) -> Caller:
        """The merchant itself. Raises a 401 problem, and a 403 one for a stream token."""
        caller = self.caller(authorization, now)
        if not caller.is_merchant:
            raise Problem(403, "secret_key_required", "A stream token shows what it is for; send the secret key.")
        return caller

    def _grant(self, token: str, now: datetime) -> Grant | SubscriptionGrant:
        try:
            return verify(token, self.token_secret, now=now)
        except TokenRefused as refused:
            code = "token_expired" if refused.code == "token_expired" else "key_invalid"
            detail = "Send the merchant's secret key, or a stream token that has not expired."
            raise Problem(401, code, detail, headers=CHALLENGE) from refused
