"""How our keys and secrets have to be, and how a key is kept and compared: as its SHA-256, in constant time.

A key is long and random, so nobody finds it from its hash by trying. A slow hash, which guards what people choose and
remember, would guard nothing more here, and cost every request a tenth of a second.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Final

from pydantic import AfterValidator, PlainValidator, SecretStr

from tillstream_contracts.tokens import MIN_SECRET_LENGTH

FEWEST_CHARACTERS: Final = 8
"""So many different ones a key or a secret has to have: `sk_aaaa…` is long, and is guessed at once."""
_KEY: Final = re.compile(r"(sk|pk)_[A-Za-z0-9_]{24,200}", re.ASCII)
_HASHED: Final = re.compile(r"sha256:([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeyHash:
    """What is kept of a key: enough to know it again, and nothing that could be sent."""

    digest: bytes = field(repr=False)

    @classmethod
    def of(cls, key: str) -> "KeyHash":
        """The hash of this key."""
        return cls(_digest(key))

    def matches(self, sent: str) -> bool:
        """Whether this is the key. Takes the same time wherever the two differ."""
        return hmac.compare_digest(self.digest, _digest(sent))


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="replace")).digest()


def _hard_to_guess(secret: SecretStr) -> SecretStr:
    """The secret. Like all checks here, this one never repeats in its words what it refuses."""
    if len(set(secret.get_secret_value())) < FEWEST_CHARACTERS:
        raise ValueError(f"has to have {FEWEST_CHARACTERS} different characters or more: let a machine make it up")
    return secret


def _formed(prefix: str, secret: SecretStr) -> SecretStr:
    form = _KEY.fullmatch(secret.get_secret_value())
    if form is None or form[1] != prefix:
        raise ValueError(f"has to be {prefix}_ and then 24 to 200 letters, digits or _")
    return _hard_to_guess(secret)


def _signing(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < MIN_SECRET_LENGTH:
        raise ValueError(f"has to have {MIN_SECRET_LENGTH} characters or more")
    return _hard_to_guess(secret)


def _hashed(told: Any) -> KeyHash:
    """The hash of the key that is told, or the hash itself, as `sha256:` and 64 hexadecimal digits."""
    if isinstance(told, KeyHash):
        return told
    key = told.get_secret_value() if isinstance(told, SecretStr) else str(told)
    given = _HASHED.fullmatch(key)
    return KeyHash(bytes.fromhex(given[1])) if given else KeyHash.of(_formed("sk", SecretStr(key)).get_secret_value())


SecretKey = Annotated[SecretStr, AfterValidator(partial(_formed, "sk"))]
"""A merchant's key for its own servers, for those who have to send it."""
HashedSecretKey = Annotated[KeyHash, PlainValidator(_hashed)]
"""The same for those who only have to know it again."""
PublishableKey = Annotated[SecretStr, AfterValidator(partial(_formed, "pk"))]
"""A merchant's key for browsers."""
TokenSecret = Annotated[SecretStr, AfterValidator(_signing)]
"""What signs tokens; long enough for HS256 (RFC 7518, section 3.2)."""
