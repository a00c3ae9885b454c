"""Is this body from Stripe? The `Stripe-Signature` scheme, on bytes, with no clock and no I/O of its own.

Source: Stripe's "Resolve webhook signature verification errors" and its library's `WebhookSignature`. A header is
read exactly as that library reads it, so none that it accepts is refused here, with these deliberate exceptions:

- a time in the future beyond the tolerance is refused (the library looks only at the past);
- a header that is not ASCII is refused (the library fails with a TypeError on most of them);
- a header longer than `MAX_HEADER_BYTES` or with more than `MAX_SIGNATURES` is refused before anything is hashed.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_HEADER_BYTES: Final = 4_096
MAX_SIGNATURES: Final = 16
SCHEME: Final = "v1"


class Refusal(StrEnum):
    """Why a signature does not count."""

    MISSING = "signature_missing"
    MALFORMED = "signature_malformed"
    OUT_OF_TOLERANCE = "timestamp_out_of_tolerance"
    MISMATCH = "signature_mismatch"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a header says: when the body was signed, and the signatures it may have."""

    timestamp: int
    signatures: list[bytes]


def refusal(header: bytes, body: bytes, secrets: Sequence[bytes], *, now: float, tolerance: float) -> Refusal | None:
    """Why `body` is not Stripe's, or None if it is: signed with one of `secrets` and within `tolerance` seconds."""
    if not header:
        return Refusal.MISSING
    claim = read(header)
    if claim is None:
        return Refusal.MALFORMED
    if not now - tolerance <= claim.timestamp <= now + tolerance:
        return Refusal.OUT_OF_TOLERANCE
    return None if _signed(claim, body, secrets) else Refusal.MISMATCH


def read(header: bytes) -> Claim | None:
    """The claim in a header, or None if there is none to be found in it."""
    if len(header) > MAX_HEADER_BYTES:
        return None
    try:
        items = [item.split("=", 2) for item in header.decode("ascii").split(",")]
        timestamp = int([item[1] for item in items if item[0] == "t"][0])  # noqa: RUF015 each `t` needs its `=`
        signatures = [item[1].encode() for item in items if item[0] == SCHEME]
    except (IndexError, ValueError):
        return None
    if not 0 < len(signatures) <= MAX_SIGNATURES:
        return None
    return Claim(timestamp, signatures)


def _signed(claim: Claim, body: bytes, secrets: Sequence[bytes]) -> bool:
    """Compares all with all, in a time that tells nothing about where they differ."""
    signed = b"%d.%b" % (claim.timestamp, body)
    found = False
    for secret in secrets:
        expected = hmac.digest(secret, signed, "sha256").hex().encode()
        for signature in claim.signatures:
            found |= hmac.compare_digest(expected, signature)
    return found
