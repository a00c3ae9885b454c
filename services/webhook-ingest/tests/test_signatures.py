"""Our verifier held against the one in Stripe's own library."""

import hmac
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stripe import SignatureVerificationError, WebhookSignature

from webhook_ingest.signatures import MAX_HEADER_BYTES, MAX_SIGNATURES, Refusal, refusal

SECRET = "whsec_test"
EVER = float("inf")
TIMES = st.sampled_from(["0", "1767225600", " 12 ", "1_2", "+7", "-7", "", "x", "1.5", "9" * 400]) | st.integers().map(
    str
)


def signature(timestamp: int, body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), b"%d.%b" % (timestamp, body), "sha256").hexdigest()


def theirs_accepts(header: str, body: bytes, *, tolerance: int | None = None) -> bool:
    try:
        return bool(WebhookSignature.verify_header(body, header, SECRET, tolerance))
    except SignatureVerificationError:
        return False


@st.composite
def signed_headers(draw: st.DrawFn) -> tuple[str, bytes]:
    """A body and a header that is right, or nearly right, or signed with its parts in odd places."""
    body = draw(st.text(max_size=40)).encode()
    time_text = draw(TIMES)
    try:
        right = signature(int(time_text), body)
    except ValueError:
        right = "0" * 64
    odd = st.sampled_from(
        [f"v1={right}", f"v1={right}=tail", f"v1={right.upper()}", f" v1={right}", f"v0={right}", f"v1={right[:-1]}",
         "v1=", "v1", "t", "t=", f"t={time_text}", "t=5", "", "="]
    )  # fmt: skip
    parts = draw(st.permutations([f"t={time_text}", *draw(st.lists(odd, max_size=5))]))
    return ",".join(parts), body


@given(signed_headers())
@example((f"t=1,v1={signature(1, b'')}", b""))
@example((f"t=1,v1={signature(1, b'')},t", b""))
@example((f"t=5,t=1,v1={signature(1, b'')}", b""))
def test_accepts_exactly_what_stripes_library_accepts(case: tuple[str, bytes]) -> None:
    header, body = case
    ours = refusal(header.encode(), body, [SECRET.encode()], now=0, tolerance=EVER) is None
    assert ours == theirs_accepts(header, body)


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda junk: b"t=" + junk), st.binary(max_size=50))
@example(b"t=" + b"9" * 4000 + b",v1=00", b"")
@example(b"t=-" + b"9" * 4000 + b",v1=00", b"")
def test_any_bytes_get_a_reason_and_never_an_exception(header: bytes, body: bytes) -> None:
    assert isinstance(refusal(header, body, [b"s"], now=1_767_225_600.5, tolerance=300), Refusal)


@pytest.mark.parametrize("odd", ["v1=é", "t=\xa01", "é"])
def test_a_header_that_is_not_ascii_is_refused_where_stripes_library_may_fail(odd: str) -> None:
    header = f"t=1,v1={signature(1, b'')},{odd}".encode("latin-1")
    assert refusal(header, b"", [SECRET.encode()], now=1, tolerance=300) is Refusal.MALFORMED


@pytest.mark.parametrize(("offset", "expected"), [(-301, False), (-298, True), (0, True)])
def test_the_past_ends_where_stripes_library_says(offset: int, expected: bool) -> None:
    now = time.time()
    timestamp = int(now) + offset
    header = f"t={timestamp},v1={signature(timestamp, b'{}')}"
    assert theirs_accepts(header, b"{}", tolerance=300) is expected
    assert (refusal(header.encode(), b"{}", [SECRET.encode()], now=now, tolerance=300) is None) is expected


@pytest.mark.parametrize(("offset", "expected"), [(300, None), (301, Refusal.OUT_OF_TOLERANCE)])
def test_the_future_is_limited_too_although_stripes_library_takes_any(offset: int, expected: Refusal | None) -> None:
    timestamp = 1_767_225_600 + offset
    header = f"t={timestamp},v1={signature(timestamp, b'{}')}"
    assert theirs_accepts(header, b"{}")
    assert refusal(header.encode(), b"{}", [SECRET.encode()], now=1_767_225_600, tolerance=300) is expected


def test_each_of_several_secrets_and_each_of_several_signatures_counts() -> None:
    header = f"t=1,v1={'0' * 64},v1={signature(1, b'{}', 'whsec_old')}".encode()
    assert refusal(header, b"{}", [b"whsec_new", b"whsec_old"], now=1, tolerance=300) is None
    assert refusal(header, b"{}", [b"whsec_new"], now=1, tolerance=300) is Refusal.MISMATCH


def test_a_right_signature_among_too_many_is_refused_before_anything_is_hashed() -> None:
    right = f",v1={signature(1, b'{}')}"
    many = ("t=1" + right * MAX_SIGNATURES).encode()
    assert refusal(many, b"{}", [SECRET.encode()], now=1, tolerance=300) is None
    assert refusal(many + right.encode(), b"{}", [SECRET.encode()], now=1, tolerance=300) is Refusal.MALFORMED


def test_a_header_too_long_is_refused() -> None:
    header = f"t=1,v1={signature(1, b'{}')},".encode()
    header += b"x" * (MAX_HEADER_BYTES + 1 - len(header))
    assert refusal(header, b"{}", [SECRET.encode()], now=1, tolerance=300) is Refusal.MALFORMED
    assert refusal(header[:-1], b"{}", [SECRET.encode()], now=1, tolerance=300) is None


@given(st.binary(min_size=1, max_size=60), st.integers(min_value=0), st.integers(0, 7))
def test_one_changed_bit_of_the_body_is_a_mismatch(body: bytes, at: int, bit: int) -> None:
    header = f"t=1,v1={signature(1, body)}".encode()
    changed = bytearray(body)
    changed[at % len(body)] ^= 1 << bit
    assert refusal(header, body, [SECRET.encode()], now=1, tolerance=300) is None
    assert refusal(header, bytes(changed), [SECRET.encode()], now=1, tolerance=300) is Refusal.MISMATCH
