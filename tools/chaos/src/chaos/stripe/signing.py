"""Stripe's signature over a body: the `v1` scheme of its webhooks."""

import hashlib
import hmac


def signature(body: bytes, secret: str, at: int, *, scheme: str = "v1") -> str:
    """The `Stripe-Signature` header."""
    signed = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},{scheme}={signed}"
