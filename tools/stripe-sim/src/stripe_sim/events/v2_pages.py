"""Lists as API v2 pages them: `next_page_url` leads on, and carries all that was asked for.

Source: Stripe API v2 reference, "List pagination".
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from stripe_sim.http.errors import invalid
from stripe_sim.http.parameters import Integer, Kind, Text
from stripe_sim.objects import Object

DEFAULT_LIMIT = 20
PAGE: dict[str, Kind] = {"limit": Integer(minimum=1, maximum=100), "page": Text(longest=100)}
"""What each list takes; `page` is the id after which it goes on."""


def page(found: Iterable[Object], params: dict[str, Any], url: str) -> Object:
    """One page of all that was found."""
    limit, left = params.get("limit", DEFAULT_LIMIT), iter(found)
    if "page" in params and not any(thing["id"] == params["page"] for thing in left):
        raise invalid("The page is not known, or its first object was forgotten.", "page")
    data = list(islice(left, limit + 1))
    more = len(data) > limit
    return {
        "data": data[:limit],
        "next_page_url": _next(params, data[limit - 1]["id"], url) if more else None,
        "previous_page_url": None,
    }


def _next(params: dict[str, Any], last: str, url: str) -> str:
    asked = {**params, "page": last}
    return f"{url}?{urlencode(list(_flat(asked)))}"


def _flat(asked: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in asked.items():
        if isinstance(value, list):
            yield from ((f"{name}[{index}]", item) for index, item in enumerate(value))
        elif isinstance(value, dict):
            yield from ((f"{name}[{part}]", item) for part, item in value.items())
        else:
            yield name, value
