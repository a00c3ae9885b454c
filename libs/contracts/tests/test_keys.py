"""How a key is kept and known again, and which are too weak to start with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tillstream_contracts.keys import HashedSecretKey, KeyHash, PublishableKey, SecretKey, TokenSecret

KEY = "sk_0123456789abcdef01234567"
HASHED: TypeAdapter[KeyHash] = TypeAdapter(HashedSecretKey)


def test_a_key_is_known_again_and_another_is_not() -> None:
    kept = KeyHash.of(KEY)
    assert kept.matches(KEY)
    for other in ("", KEY[:-1], KEY + "0", KEY.upper(), f" {KEY}", kept.digest.hex(), f"sha256:{kept.digest.hex()}"):
        assert not kept.matches(other), other


@given(st.text() | st.text(st.characters(categories=["Cs"])))
def test_whatever_is_sent_in_a_keys_place_is_no_error(sent: str) -> None:
    assert KeyHash.of(KEY).matches(sent) is (sent == KEY)


def test_nothing_that_is_kept_of_a_key_shows_it() -> None:
    kept = HASHED.validate_python(KEY)
    assert kept.matches(KEY)
    assert not hasattr(kept, "__dict__")
    assert [getattr(kept, name) for name in KeyHash.__slots__] == [KeyHash.of(KEY).digest]
    assert KEY not in repr(kept)
    assert kept.digest.hex() not in repr(kept)


def test_a_key_may_be_given_as_its_hash_alone() -> None:
    """So that whoever reads the configuration of a service that only has to know the key cannot use it."""
    given = f"sha256:{KeyHash.of(KEY).digest.hex()}"
    kept = HASHED.validate_python(given)
    assert kept.matches(KEY)
    assert not kept.matches(given)


WEAK = {
    "empty": "",
    "short": "sk_0123456789abcdef0123456",
    "of_one_letter": "sk_" + "a" * 32,
    "of_few_letters": "sk_" + "abcd" * 10,
    "publishable": "pk_0123456789abcdef01234567",
    "with_a_space": "sk_0123456789abcdef 01234567",
    "in_two_lines": KEY + "\n",
    "too_long": "sk_" + "0123456789abcdef" * 13,
    "half_a_hash": "sha256:0123456789abcdef",
}


@pytest.mark.parametrize("weak", WEAK.values(), ids=WEAK)
def test_a_weak_or_mistaken_key_is_refused_and_not_repeated(weak: str) -> None:
    for kind in (TypeAdapter[object](SecretKey), TypeAdapter[object](HashedSecretKey)):
        with pytest.raises(ValidationError) as refused:
            kind.validate_python(weak)
        assert not weak or weak not in refused.value.errors()[0]["msg"]


def test_a_secret_key_is_no_publishable_one() -> None:
    publishable = TypeAdapter(PublishableKey)
    assert publishable.validate_python(KEY.replace("sk_", "pk_")).get_secret_value().startswith("pk_")
    with pytest.raises(ValidationError):
        publishable.validate_python(KEY)


@pytest.mark.parametrize("weak", ["", "short", "0123456789abcdef0123456789abcde", "a" * 64, "abc" * 20])
def test_a_weak_token_secret_is_refused(weak: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(TokenSecret).validate_python(weak)


def test_a_token_secret_of_32_characters_is_taken() -> None:
    assert TypeAdapter(TokenSecret).validate_python("0123456789abcdef" * 2).get_secret_value() == "0123456789abcdef" * 2
