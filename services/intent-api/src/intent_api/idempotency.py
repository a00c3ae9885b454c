"""From an `Idempotency-Key` to everything that must come out the same on a retry. No store: only hashes.

Header: draft-ietf-httpapi-idempotency-key-header. Stripe's side: "Idempotent requests" in its API reference.
"""

import hashlib
import json
import re
import time
from base64 import b32encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final

from fastapi import Header
from pydantic import BaseModel

from tillstream_operations import Problem

SURELY_KNOWN: Final = timedelta(hours=23)
"""Stripe keeps keys for 24 hours at least."""
_ACCEPTABLE = re.compile(r"[ -~]{1,255}", re.ASCII)


async def require_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            description="Required. Names this purchase: 1 to 255 printable ASCII characters, such as a UUID. "
            "Send the same key with the same body as often as you like; there will be one order. "
            "Nobody must be able to guess it: whoever sends the same key and body gets the same answer.",
            examples=["7f3c9a52-6d1e-4b7a-9a51-0c2f1e8d4b66"],
        ),
    ] = None,
) -> str:
    """The caller's key. Refused if it is missing or malformed."""
    if not idempotency_key:
        detail = "Send an Idempotency-Key header, one new UUID per purchase, so that a retry is the same order."
        raise Problem(400, "idempotency_key_required", detail)
    if not _ACCEPTABLE.fullmatch(idempotency_key):
        detail = "Make the Idempotency-Key 1 to 255 printable ASCII characters, such as a UUID."
        raise Problem(400, "idempotency_key_invalid", detail)
    return idempotency_key


def order_id_for(merchant_id: str, key: str) -> str:
    """The order that this merchant's key names, today and on every retry."""
    return "ord_" + _named(f"tillstream.order.v1\0{merchant_id}\0{key}")  # neither may contain NUL


def subscription_id_for(merchant_id: str, key: str) -> str:
    """The subscription that this merchant's key names, today and on every retry."""
    return "subs_" + _named(f"tillstream.subscription.v1\0{merchant_id}\0{key}")


def _named(text: str) -> str:
    return b32encode(hashlib.sha256(text.encode()).digest()[:20]).decode().lower()


def stripe_key_for(subject: str, effect: str, key: str | None = None) -> str:
    """Stripe's idempotency key for one intended effect on one thing of ours: never one key for two effects.

    What happens to a thing only once (an order is placed, by payment intent or by Checkout) needs no `key`: Stripe
    itself then refuses the second. What may happen again (refunds) is told apart by the caller's own key.
    """
    if key is None:
        return f"{subject}.{effect}"
    digest = hashlib.sha256(f"tillstream.effect.v1\0{subject}\0{effect}\0{key}".encode()).digest()[:20]
    return f"{subject}.{effect}.{b32encode(digest).decode().lower()}"


def is_forgotten(created: int) -> bool:
    """Whether Stripe may no longer know the key under which this was made, so that it would make it again."""
    return time.time() - created >= SURELY_KNOWN.total_seconds()


def require_same_body(noted: Mapping[str, str], hashed: str) -> None:
    """Refuse a body other than the one that this was made for: where Stripe is not asked, it cannot notice."""
    if noted.get("request_hash") != hashed:
        detail = "This Idempotency-Key was first used with another body. Send a new key for a new wish."
        raise Problem(409, "idempotency_key_reused", detail)


def request_hash(body: BaseModel) -> str:
    """What the caller asked for, in one word that differs for every other body.

    What was left out does not count, so that a field which a release adds changes no older request's hash.
    """
    said = body.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
