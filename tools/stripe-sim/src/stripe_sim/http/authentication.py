"""API keys: a server's secret key, or a browser's publishable one. Basic or Bearer."""

import base64
import binascii
import hmac

from stripe_sim.http.errors import no_key, wrong_key
from stripe_sim.settings import Settings

SECRET_PREFIXES = ("sk_test_", "rk_test_")
PUBLISHABLE_PREFIX = "pk_test_"


def is_publishable(header: str | None, settings: Settings) -> bool:
    """Whether the caller is a browser. Raises StripeError 401 for no key or a wrong one."""
    key = _key(header)
    if not key:
        raise no_key()
    if _is(key, settings.publishable_key, (PUBLISHABLE_PREFIX,)):
        return True
    own = settings.secret_key.get_secret_value() if settings.secret_key else None
    if _is(key, own, SECRET_PREFIXES):
        return False
    raise wrong_key(key)


def _key(header: str | None) -> str | None:
    scheme, _, given = (header or "").partition(" ")
    match scheme.lower():
        case "bearer":
            return given.strip()
        case "basic":
            return _user(given)
        case _:
            return None


def _user(encoded: str) -> str | None:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None


def _is(key: str, own: str | None, prefixes: tuple[str, ...]) -> bool:
    if own is not None:
        return hmac.compare_digest(key.encode(), own.encode())
    return key.startswith(prefixes) and len(key) > len(prefixes[0])
