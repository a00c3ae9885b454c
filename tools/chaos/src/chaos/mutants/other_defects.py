"""Defects of notifier and intent-api, each made of the right code that it replaces."""

import secrets
from collections.abc import Callable
from typing import Any


def no_version_check(_: Callable[..., Any]) -> Callable[..., Any]:
    """Whatever comes from Kafka goes out, old or seen already."""

    def all_of_them(self: Any, changes: Any) -> list[bytes]:
        self._seen = max(self._seen, *(change.version for change in changes), 0)
        return [change.frame for change in changes]

    return all_of_them


def fresh_key(_: Callable[..., Any]) -> Callable[..., str]:
    """Each try asks Stripe under a key of its own."""

    def stripe_key_for(subject: str, effect: str, key: str | None = None) -> str:  # noqa: ARG001
        return f"{subject}.{effect}.{secrets.token_hex(8)}"

    return stripe_key_for
