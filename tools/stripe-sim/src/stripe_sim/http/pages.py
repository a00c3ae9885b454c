"""Lists as Stripe pages them: newest first, from a cursor on.

Source: Stripe API reference, "Pagination".
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, takewhile
from typing import Any

from stripe_sim.http.errors import invalid, missing
from stripe_sim.objects import Object
from stripe_sim.store import Store

DEFAULT_LIMIT = 10


def page(
    store: Store, kind: str, params: dict[str, Any], url: str, matches: Callable[[Object], bool] = lambda _: True
) -> Object:
    """One page of the objects that match, as a `list` object."""
    limit = params.get("limit", DEFAULT_LIMIT)
    _check_cursors(store, kind, params)
    found = (thing for thing in _from_cursor(store, kind, params) if matches(thing) and _in_time(thing, params))
    taken = list(islice(found, limit + 1))
    data = taken[:limit]
    return {
        "object": "list",
        "data": data[::-1] if "ending_before" in params else data,
        "has_more": len(taken) > limit,
        "url": url,
    }


def same(params: dict[str, Any], *names: str) -> Callable[[Object], bool]:
    """Whether an object has the values of those of these parameters that the call gives."""
    wanted = {name: params[name] for name in names if name in params}
    return lambda thing: all(thing[name] == value for name, value in wanted.items())


def _check_cursors(store: Store, kind: str, params: dict[str, Any]) -> None:
    if "starting_after" in params and "ending_before" in params:
        raise invalid("You cannot specify both starting_after and ending_before.", "ending_before")
    for cursor in ("starting_after", "ending_before"):
        if cursor in params and store.get(kind, params[cursor]) is None:
            raise missing(kind, params[cursor], cursor, status=400)


def _from_cursor(store: Store, kind: str, params: dict[str, Any]) -> Iterable[Object]:
    """What comes after the cursor; before it, the nearest first."""
    if "ending_before" in params:
        return _after(store.oldest_first(kind), params["ending_before"])
    if "starting_after" in params:
        return _after(store.newest_first(kind), params["starting_after"])
    return store.newest_first(kind)


def _after(things: Iterator[Object], name: str) -> Iterator[Object]:
    for _ in takewhile(lambda thing: thing["id"] != name, things):
        pass
    return things


def _in_time(thing: Object, params: dict[str, Any]) -> bool:
    bounds = params.get("created", {})
    created = thing["created"]
    return all(
        (
            created >= bounds.get("gte", created),
            created <= bounds.get("lte", created),
            created > bounds.get("gt", created - 1),
            created < bounds.get("lt", created + 1),
        )
    )
