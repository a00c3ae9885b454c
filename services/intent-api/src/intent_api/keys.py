"""Who is calling: the merchant's own server, a browser, or a browser in which a customer is signed in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from tillstream_contracts.customer_tokens import CustomerGrant, TokenRefused, sign, verify
from tillstream_contracts.keys import KeyHash
from tillstream_operations import Problem

MISSING: Final = "Send your key as `Authorization: Bearer sk_…` (from a server) or `pk_…` (from a browser)."
UNKNOWN: Final = "This key is unknown here. Send Tillstream's own secret or publishable key, not Stripe's."
EXPIRED: Final = "This customer token has expired. Let your server ask for a new one: POST /v1/customers/{id}/tokens."
SERVERS_ONLY: Final = "Ask from your server with the secret key."
OTHERS_CUSTOMER: Final = "Ask with this customer's own token, or from your server with the secret key."

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="Key",
    description="`sk_…` from your server, `pk_…` from a browser, a customer token where that customer is signed in.",
)


@dataclass(frozen=True)
class Caller:
    """For which merchant the call is made, and what the caller may do: a server anything, a browser little."""

    merchant_id: str
    is_server: bool = False
    customer_id: str | None = None
    """The one customer of Stripe's that a customer token lets its bearer act for."""

    @property
    def may_name_amount(self) -> bool:
        """A browser never may, whoever is signed in there."""
        return self.is_server

    def may_act_for(self, customer_id: str) -> bool:
        """Whether this customer's saved cards and subscriptions are the caller's to use."""
        return self.is_server or self.customer_id == customer_id


class Keys:
    """The merchant's two keys, and the tokens that its server had signed for its customers."""

    def __init__(
        self, merchant_id: str, *, secret: str, publishable: str, token_secret: str, token_lifetime: timedelta
    ) -> None:
        self._known = (
            (KeyHash.of(secret), Caller(merchant_id, is_server=True)),
            (KeyHash.of(publishable), Caller(merchant_id)),
        )
        self._merchant_id, self._token_secret, self._token_lifetime = merchant_id, token_secret, token_lifetime

    def caller(self, key: str) -> Caller | None:
        """Who holds this key. Takes the same time whatever the key. Raises Problem 401 if it is a token that ended."""
        found = [caller for known, caller in self._known if known.matches(key)]
        return found[0] if found else self._customer(key)

    def grant(self, customer_id: str) -> tuple[str, datetime]:
        """A token for this customer, and when it ends."""
        ends = (datetime.now(UTC) + self._token_lifetime).replace(microsecond=0)
        return sign(CustomerGrant(self._merchant_id, customer_id, ends), self._token_secret), ends

    def _customer(self, token: str) -> Caller | None:
        try:
            grant = verify(token, self._token_secret, now=datetime.now(UTC))
        except TokenRefused as refused:
            if refused.code == "token_expired":
                raise Problem(401, "token_expired", EXPIRED, headers={"WWW-Authenticate": "Bearer"}) from refused
            return None
        if grant.merchant_id != self._merchant_id:
            return None
        return Caller(grant.merchant_id, customer_id=grant.customer_id)


async def the_keys(request: Request) -> Keys:
    """The app's keys."""
    keys: Keys = request.app.state.keys
    return keys


async def require_caller(
    keys: Annotated[Keys, Depends(the_keys)], sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """The caller. Refused without a key that we know."""
    caller = keys.caller(sent.credentials) if sent else None
    if caller is None:
        code, detail = ("key_invalid", UNKNOWN) if sent else ("key_required", MISSING)
        raise Problem(401, code, detail, headers={"WWW-Authenticate": "Bearer"})
    return caller


async def require_server(caller: Annotated[Caller, Depends(require_caller)]) -> Caller:
    """The caller, refused unless it holds the secret key."""
    if not caller.is_server:
        raise Problem(403, "secret_key_required", SERVERS_ONLY)
    return caller


async def require_signed_in(caller: Annotated[Caller, Depends(require_caller)]) -> Caller:
    """The caller, refused with a publishable key: everybody has it."""
    if not caller.is_server and caller.customer_id is None:
        raise Problem(403, "customer_not_allowed", OTHERS_CUSTOMER)
    return caller


def require_agent(caller: Caller, customer_id: str) -> None:
    """Refuse a caller that may not act for this customer."""
    if not caller.may_act_for(customer_id):
        raise Problem(403, "customer_not_allowed", OTHERS_CUSTOMER)
