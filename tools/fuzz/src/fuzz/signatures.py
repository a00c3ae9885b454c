"""The `Stripe-Signature` header, held against the verifier of Stripe's own library."""

import hmac
from typing import Final

from stripe import SignatureVerificationError, WebhookSignature

from fuzz.target import Target
from webhook_ingest.signatures import MAX_HEADER_BYTES, MAX_SIGNATURES, refusal

SECRET: Final = "whsec_fuzz"  # noqa: S105 nobody else's
OTHER: Final = "whsec_other"
NOW: Final = 1_767_225_600
TOLERANCE: Final = 300
BODY: Final = b'{"id":"evt_1"}'
RIGHT: Final = b"{right}"
"""Stands in a header for the true signature of body and time, which chance would never find."""
FORGED: Final = b"{forged}"
"""And for one by another secret."""


def header_of(template: bytes, *, at: int = NOW) -> bytes:
    """The header with true signatures where the template wants them."""
    return template.replace(RIGHT, _signed(SECRET, at)).replace(FORGED, _signed(OTHER, at))


def signature_header(data: bytes) -> None:
    """We accept what Stripe's library accepts within our limits, and never what was not signed."""
    header = header_of(data)
    accepted = refusal(header, BODY, [SECRET.encode()], now=NOW, tolerance=TOLERANCE) is None
    assert accepted == _may_be_accepted(header), header
    assert not accepted or _signed(SECRET, NOW) in header


def _signed(secret: str, at: int) -> bytes:
    return hmac.digest(secret.encode(), b"%d.%b" % (at, BODY), "sha256").hex().encode()


def _may_be_accepted(header: bytes) -> bool:
    """By Stripe's library, our limits, and the time that its library would let lie in the future."""
    if len(header) > MAX_HEADER_BYTES or not header.isascii():
        return False
    text = header.decode()
    try:
        if not WebhookSignature.verify_header(BODY, text, SECRET, None):
            return False
    except SignatureVerificationError:
        return False
    times = [part.split("=")[1] for part in text.split(",") if part.split("=")[0] == "t"]
    signatures = [part for part in text.split(",") if part.split("=")[0] == "v1"]
    return abs(int(times[0]) - NOW) <= TOLERANCE and len(signatures) <= MAX_SIGNATURES


TARGETS: Final = (
    Target(
        "signature-header",
        signature_header,
        (
            b"t=%d,v1={right}" % NOW,
            b"t=%d,v1={forged},v1={right},v0=00" % NOW,
            b"t=%d,t=1,v1={right}=tail," % NOW,
            b"v1={right},t= +1_767_225_600 ",
            b"t=%d%b" % (NOW, b",v1={right}" * 16),
        ),
        ("t=", "v1=", "v0=", "{right}", "{forged}", str(NOW), "="),
        longest=6_000,
    ),
)
