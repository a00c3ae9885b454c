"""Defects of webhook-ingest, each made of the right code that it replaces."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

Async = Callable[..., Coroutine[Any, Any, Any]]


def acks_one(producer: Callable[..., Any]) -> Callable[..., Any]:
    """The leader's word is enough, whatever its replicas have."""

    def made(**settings: Any) -> Any:
        if settings.get("acks") != "all":
            raise RuntimeError("the producer does not ask for acks=all to begin with")
        return producer(**{**settings, "acks": 1})

    return made


def answer_first(store: Async) -> Async:
    """200 at once; the write goes on by itself, and nobody hears how it went."""
    under_way: set[asyncio.Task[Any]] = set()

    async def stored(*given: Any) -> None:
        task = asyncio.create_task(store(*given))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    return stored


def no_verification(_: Callable[..., Any]) -> Callable[..., None]:
    """Whoever posts is Stripe."""

    def refusal(*_: Any, **__: Any) -> None:
        return None

    return refusal
