"""`Stripe-Signature`: HMAC-SHA-256 over timestamp and body, one `v1` for each secret that is valid.

Source: Stripe documentation, "Verify webhook signatures manually".
"""

import hashlib
import hmac
from collections.abc import Iterable


def signature(body: bytes, secrets: Iterable[str], now: int) -> str:
    """The header's value."""
    signed = b"%d.%s" % (now, body)
    marks = (hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join((f"t={now}", *(f"v1={mark}" for mark in marks)))


class SigningSecrets:
    """The secrets of each webhook endpoint; a rolled one stays valid for a while beside the new one."""

    def __init__(self) -> None:
        self._secrets: dict[str, list[tuple[str, float]]] = {}

    def set(self, endpoint: str, secret: str) -> None:
        """The endpoint's first secret."""
        self._secrets[endpoint] = [(secret, float("inf"))]

    def roll(self, endpoint: str, secret: str, old_until: float) -> None:
        """A new secret; those before it sign until then."""
        older = [(known, min(until, old_until)) for known, until in self._secrets.get(endpoint, [])]
        self._secrets[endpoint] = [(secret, float("inf")), *older]

    def valid(self, endpoint: str, now: float) -> list[str]:
        """The secrets that sign now, the newest first."""
        return [secret for secret, until in self._secrets.get(endpoint, []) if until > now]
