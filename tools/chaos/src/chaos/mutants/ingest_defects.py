"""Defects of webhook-ingest, each made of the right code that it replaces."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


def acks_one(producer: Callable[..., Any]) -> Callable[..., Any]:
    """The leader's word is enough, whatever its replicas have."""

    def made(**settings: Any) -> Any:
        if settings.get("acks") != "all":
            raise RuntimeError("the producer does not ask for acks=all to begin with")
        return producer(**{**settings, "acks": 1})

    return made


def answer_first(add: Callable[..., Any]) -> Callable[..., Any]:
    """200 at once; the write goes on by itself, and nobody hears how it went."""

    def added(batches: Any, record: Any, settled: Callable[[None], None]) -> Any:
        if add(batches, record, lambda _: None) is None:
            return None
        asyncio.get_running_loop().call_soon(settled, None)
        return SimpleNamespace(withdraw=lambda: None)

    return added


def no_verification(_: Callable[..., Any]) -> Callable[..., None]:
    """Whoever posts is Stripe."""

    def refusal(*_: Any, **__: Any) -> None:
        return None

    return refusal
