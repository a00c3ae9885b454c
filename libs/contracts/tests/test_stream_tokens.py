"""Whom a stream token lets in."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillstream_contracts.stream_tokens import (
    ALGORITHM,
    AUDIENCE,
    ISSUER,
    MAX_TOKEN_LENGTH,
    SUBSCRIPTION_AUDIENCE,
    Grant,
    SubscriptionGrant,
    TokenRefused,
    sign,
    verify,
)
from tillstream_contracts.tokens import CLOCKS, LONGEST_LIFE

SECRET = "a-secret-long-enough-for-hs512-too".ljust(64, "!")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
GRANT = Grant("default", "ord_1", NOW + timedelta(hours=1))
CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ord_1", "merchant_id": "default", "exp": int(NOW.timestamp()) + 60}


def refused(token: str, *, now: datetime = NOW, secret: str = SECRET) -> str:
    with pytest.raises(TokenRefused) as caught:
        verify(token, secret, now=now)
    return caught.value.code


def signed(*, secret: str = SECRET, algorithm: str = ALGORITHM, **changes: Any) -> str:
    """A token with some claims changed; `...` leaves one out."""
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not ...}
    return jwt.PyJWS().encode(json.dumps(claims).encode(), secret, algorithm=algorithm)


def test_what_was_signed_is_granted() -> None:
    assert verify(sign(GRANT, SECRET), SECRET, now=NOW) == GRANT


def test_an_order_and_a_subscription_of_one_name_are_two_things() -> None:
    grant = SubscriptionGrant("default", "ord_1", GRANT.expires_at)
    assert verify(sign(grant, SECRET), SECRET, now=NOW) == grant
    assert verify(signed(aud=SUBSCRIPTION_AUDIENCE), SECRET, now=NOW) != verify(signed(), SECRET, now=NOW)


def test_it_ends_at_its_time_and_not_before() -> None:
    token = sign(GRANT, SECRET)
    assert verify(token, SECRET, now=GRANT.expires_at - timedelta(seconds=1))
    assert refused(token, now=GRANT.expires_at) == "token_expired"
    assert verify(token, SECRET, now=GRANT.expires_at, leeway=timedelta(seconds=1))


def test_no_token_lives_long_whoever_signed_it() -> None:
    """One that leaks from a program that signs for ten years would be good for ten years."""
    longest = NOW + LONGEST_LIFE + CLOCKS
    assert verify(signed(exp=int(longest.timestamp())), SECRET, now=NOW)
    for longer in (longest + timedelta(seconds=1), NOW + timedelta(days=3650)):
        assert refused(signed(exp=int(longer.timestamp()))) == "token_invalid"


def test_no_leeway_goes_beyond_what_clocks_differ() -> None:
    token = sign(GRANT, SECRET)
    almost = GRANT.expires_at + CLOCKS - timedelta(seconds=1)
    assert verify(token, SECRET, now=almost, leeway=timedelta(days=1))
    with pytest.raises(TokenRefused, match="token_expired"):
        verify(token, SECRET, now=GRANT.expires_at + CLOCKS, leeway=timedelta(days=1))


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": SECRET[::-1]},
        {"algorithm": "HS512"},
        {"algorithm": "HS384"},
        {"aud": "somebody.else"},
        {"aud": ...},
        {"aud": [AUDIENCE]},
        {"iss": "somebody"},
        {"iss": ...},
        {"sub": ...},
        {"merchant_id": ...},
        {"exp": ...},
        {"exp": "soon"},
        {"exp": 10**18},
        {"exp": None},
        {"nbf": 10**12},
        {"sub": 5},
    ],
    ids=str,
)
def test_other_tokens_grant_nothing(changes: dict[str, Any]) -> None:
    assert refused(signed(**changes)) == "token_invalid"


def test_an_unsigned_token_grants_nothing() -> None:
    assert refused(signed(algorithm="none", secret="")) == "token_invalid"
    head, body, _ = signed().split(".")
    for algorithm in ("none", "None", "HS256"):
        forged = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()).rstrip(b"=").decode()
        assert refused(f"{forged}.{body}.") == "token_invalid"
    assert refused(f"{head}.{body}.") == "token_invalid"


def test_a_changed_claim_grants_nothing() -> None:
    head, _, signature = signed().split(".")
    body = base64.urlsafe_b64encode(json.dumps(CLAIMS | {"sub": "ord_2"}).encode()).rstrip(b"=").decode()
    assert refused(f"{head}.{body}.{signature}") == "token_invalid"


def test_a_token_too_long_is_not_even_looked_at() -> None:
    token = signed(padding="x" * MAX_TOKEN_LENGTH)
    assert len(token) > MAX_TOKEN_LENGTH
    assert refused(token) == "token_invalid"


THREE_PARTS = st.lists(st.binary(max_size=40), min_size=3, max_size=3).map(
    lambda parts: ".".join(base64.urlsafe_b64encode(part).decode() for part in parts)
)


@given(st.integers(-(10**11), 10**11))
def test_whatever_end_is_signed_only_a_near_one_is_granted(seconds: int) -> None:
    """Neither the past nor the far future."""
    try:
        verify(signed(exp=int(NOW.timestamp()) + seconds), SECRET, now=NOW)
    except TokenRefused:
        assert not 0 < seconds <= (LONGEST_LIFE + CLOCKS).total_seconds()
    else:
        assert 0 < seconds <= (LONGEST_LIFE + CLOCKS).total_seconds()


@given(st.text() | st.text("abc.=-_", max_size=40) | THREE_PARTS)
def test_rubbish_is_refused_and_never_an_error(rubbish: str) -> None:
    assert refused(rubbish) == "token_invalid"


CLAIM: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers(), max_size=2)
)


@given(st.sampled_from(sorted(CLAIMS)), CLAIM)
def test_a_signed_token_with_odd_claims_is_refused_or_granted_and_never_an_error(name: str, value: Any) -> None:
    try:
        grant = verify(signed(**dict[str, Any]({name: value})), SECRET, now=NOW)
    except TokenRefused:
        return
    assert isinstance(grant, Grant)
    assert isinstance(grant.order_id, str)
    assert isinstance(grant.merchant_id, str)
