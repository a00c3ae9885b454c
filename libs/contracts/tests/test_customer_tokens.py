"""Whom a customer token lets in."""

from datetime import UTC, datetime, timedelta

import pytest

from tillstream_contracts import customer_tokens, stream_tokens
from tillstream_contracts.customer_tokens import CustomerGrant, TokenRefused, sign, verify
from tillstream_contracts.stream_tokens import Grant

SECRET = "a-secret-long-enough-for-hs256-to-take"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
GRANT = CustomerGrant("default", "cus_1", NOW + timedelta(hours=1))


def test_what_was_signed_is_granted_until_it_ends() -> None:
    token = sign(GRANT, SECRET)
    assert verify(token, SECRET, now=NOW) == GRANT
    with pytest.raises(TokenRefused, match="token_expired"):
        verify(token, SECRET, now=GRANT.expires_at)
    assert verify(token, SECRET, now=GRANT.expires_at, leeway=timedelta(seconds=1)) == GRANT


def test_a_token_with_another_secret_grants_nothing() -> None:
    with pytest.raises(TokenRefused, match="token_invalid"):
        verify(sign(GRANT, SECRET[::-1]), SECRET, now=NOW)


def test_a_stream_token_makes_nobody_a_customer_and_a_customer_token_opens_no_stream() -> None:
    with pytest.raises(TokenRefused, match="token_invalid"):
        customer_tokens.verify(stream_tokens.sign(Grant("default", "cus_1", NOW), SECRET), SECRET, now=NOW)
    with pytest.raises(TokenRefused, match="token_invalid"):
        stream_tokens.verify(sign(GRANT, SECRET), SECRET, now=NOW)
