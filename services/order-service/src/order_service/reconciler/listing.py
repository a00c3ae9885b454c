"""Stripe's Events list, page by page.

Source: Stripe API reference, "List all events": newest first, at most 100 a page and 20 types, of 30 days.
"""

import time
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any, Final

import orjson

from order_service.reconciler.windows import Window
from order_service.stripe_calls.client import NotNow, StripeCalls
from order_service.stripe_events import READERS
from order_service.stripe_values import moment
from tillstream_contracts.stripe_keys import is_id

PATH: Final = "/v1/events"
PAGE: Final = 100
MOST_TYPES: Final = 20
Event = Mapping[str, Any]


def type_lists() -> list[list[str]]:
    """The types that order-service reads, as many together as Stripe takes."""
    every = sorted(READERS)
    return [every[begin : begin + MOST_TYPES] for begin in range(0, len(every), MOST_TYPES)]


async def pages(calls: StripeCalls, window: Window, patience: timedelta) -> AsyncIterator[list[Event]]:
    """The events of the window that may mean something here, newest first of each list of types.

    Raises Refused, or NotNow.
    """
    created = {"gte": int(window.begin.timestamp()), "lt": int(window.end.timestamp()) + 1}
    for types in type_lists():
        after: str | None = ""
        while after is not None:
            by = time.monotonic() + patience.total_seconds()
            beyond = {"starting_after": after} if after else {}
            answer = await calls.get(PATH, by=by, limit=PAGE, created=created, types=types, **beyond)
            events, after = _read(answer.body)
            yield events


def _read(body: str) -> tuple[list[Event], str | None]:
    """The events of a page, and after which there are more. What is no list at all is no answer."""
    try:
        page = orjson.loads(body)
        found, more = page["data"], page["has_more"] is True
        return [one for one in found if _is_event(one)], found[-1]["id"] if more else None
    except (orjson.JSONDecodeError, KeyError, TypeError, IndexError):
        raise NotNow(was_asked=True) from None


def _is_event(one: Event) -> bool:
    return is_id(one["id"]) and is_id(one["type"]) and moment(one["created"]) is not None
