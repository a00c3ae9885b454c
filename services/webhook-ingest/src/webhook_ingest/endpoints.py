"""Stripe's endpoints that post here, each with its own path and its own signing secrets."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

DEFAULT: Final = "default"
"""The endpoint at `/webhooks/stripe` itself."""
MOST_ENDPOINTS: Final = 32
MOST_SECRETS: Final = 8
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
_SECRET: Final = re.compile(r"[!-~]{1,255}", re.ASCII)

Keys = Mapping[str, tuple[bytes, ...]]
"""The secrets of each endpoint, as bytes to sign with."""


def read_endpoints(text: str) -> dict[str, tuple[SecretStr, ...]]:
    """`connect=whsec_a|whsec_b,thin=whsec_c`, by name. Raises ValueError, whose words never hold a secret."""
    entries = [entry for part in re.split(r"[,\n]", text) if (entry := part.strip())]
    endpoints: dict[str, tuple[SecretStr, ...]] = {}
    for number, entry in enumerate(entries, start=1):
        name, equals, secrets = (part.strip() for part in entry.partition("="))
        if not equals or not _NAME.fullmatch(name):
            raise ValueError(f"entry {number} has to be name=secret, the name of at most 32 of a-z, 0-9 and -")
        if name in endpoints:
            raise ValueError(f"{name} is there twice: give its secrets in one entry, with | between them")
        endpoints[name] = _secrets(name, secrets.split("|"))
    if len(endpoints) > MOST_ENDPOINTS:
        raise ValueError(f"has {len(endpoints)} endpoints, more than {MOST_ENDPOINTS}")
    return endpoints


def keys_of(endpoints: Mapping[str, Iterable[SecretStr]]) -> Keys:
    """The same, ready to check signatures with."""
    return {name: tuple(one.get_secret_value().encode() for one in secrets) for name, secrets in endpoints.items()}


def _secrets(name: str, given: Iterable[str]) -> tuple[SecretStr, ...]:
    found = [text for one in given if (text := one.strip())]
    if not 0 < len(found) <= MOST_SECRETS or not all(_SECRET.fullmatch(text) for text in found):
        raise ValueError(f"{name} needs 1 to {MOST_SECRETS} secrets of printable ASCII, with | between them")
    return tuple(SecretStr(text) for text in found)


def _read(told: Any) -> Any:
    return read_endpoints(told) if isinstance(told, str) else told


def _named(endpoints: Mapping[str, tuple[SecretStr, ...]]) -> Mapping[str, tuple[SecretStr, ...]]:
    if DEFAULT in endpoints:
        raise ValueError(f"{DEFAULT} is the endpoint of STRIPE_WEBHOOK_SECRET: choose another name")
    return MappingProxyType(dict(endpoints))


Endpoints = Annotated[Mapping[str, tuple[SecretStr, ...]], NoDecode, BeforeValidator(_read), AfterValidator(_named)]
"""Further endpoints as a setting names them."""
