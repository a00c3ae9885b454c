"""Who is calling: the merchant's own server with its secret key, or a browser with the publishable one."""

from dataclasses import dataclass
from hmac import compare_digest
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from tillstream_operations import Problem

MISSING: Final = "Send your key as `Authorization: Bearer sk_…` (from a server) or `pk_…` (from a browser)."
UNKNOWN: Final = "This key is unknown here. Send Tillstream's own secret or publishable key, not Stripe's."

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="Key",
    description="`sk_…` from your server, `pk_…` from a browser.",
)


@dataclass(frozen=True)
class Caller:
    """Whose order it will be, and whether the caller may name an amount."""

    merchant_id: str
    may_name_amount: bool


class Keys:
    """The merchant's two keys."""

    def __init__(self, merchant_id: str, *, secret: str, publishable: str) -> None:
        self._known = (
            (secret.encode(), Caller(merchant_id, may_name_amount=True)),
            (publishable.encode(), Caller(merchant_id, may_name_amount=False)),
        )

    def caller(self, key: str) -> Caller | None:
        """Who holds this key. Takes the same time whatever the key."""
        found = [caller for known, caller in self._known if compare_digest(known, key.encode(errors="replace"))]
        return found[0] if found else None


async def require_caller(
    request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """The caller. Refused without a key that we know."""
    keys: Keys = request.app.state.keys
    caller = keys.caller(sent.credentials) if sent else None
    if caller is None:
        code, detail = ("key_invalid", UNKNOWN) if sent else ("key_required", MISSING)
        raise Problem(401, code, detail, headers={"WWW-Authenticate": "Bearer"})
    return caller
