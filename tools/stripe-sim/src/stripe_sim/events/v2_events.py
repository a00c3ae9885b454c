"""API v2's events: the thin form of all that happened.

Source: Stripe API v2 reference, "Events".
"""

from datetime import datetime
from typing import Any

from stripe_sim.account import Account
from stripe_sim.events.event_types import is_of_type
from stripe_sim.events.thin_events import snapshot_id, thin, type_of
from stripe_sim.events.v2_pages import PAGE, page
from stripe_sim.http.errors import StripeError, invalid
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.parameters import ListOf, Shape, Text
from stripe_sim.objects import Object

_BOUNDS = ("gt", "gte", "lt", "lte")
LISTED = Shape(
    {
        **PAGE,
        "created": Shape({bound: Text(longest=40) for bound in _BOUNDS}),
        "object_id": Text(longest=255),
        "types": ListOf(Text(), longest=20),
    }
)


def listed(account: Account, call: Call) -> Object:
    """The events, newest first, of an object or of some types where asked."""
    params = call.params
    bounds = {name: _seconds(text, name) for name, text in params.get("created", {}).items()}
    return page((thin(e) for e in account.store.newest_first("event") if _matches(e, params, bounds)), params, _ROOT)


def retrieve(account: Account, call: Call) -> Object:
    """One event."""
    event = account.store.get("event", snapshot_id(call.ids["id"]))
    if event is None:
        raise StripeError(404, "The event was not found.", code="not_found")
    return thin(event)


def _matches(event: Object, params: dict[str, Any], bounds: dict[str, float]) -> bool:
    wanted, about, at = params.get("types"), params.get("object_id"), event["created"]
    return (
        (not wanted or any(is_of_type(type_of(event["type"]), pattern) for pattern in wanted))
        and about in (None, event["data"]["object"]["id"])
        and bounds.get("gte", at) <= at <= bounds.get("lte", at)
        and bounds.get("gt", at - 1) < at < bounds.get("lt", at + 1)
    )


def _seconds(text: str, bound: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid("A time must be written as 2026-01-31T10:00:00Z.", f"created[{bound}]") from error
    if moment.tzinfo is None:
        raise invalid("A time must say its offset, or Z.", f"created[{bound}]")
    return moment.timestamp()


_ROOT = "/v2/core/events"
OPERATIONS = (
    Operation("GET", _ROOT, listed, LISTED),
    Operation("GET", f"{_ROOT}/{{id}}", retrieve, Shape({})),
)
