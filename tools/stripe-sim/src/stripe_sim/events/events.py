"""Events: what happened, with the object as it was then."""

from stripe_sim.account import Account
from stripe_sim.events.event_types import is_of_type
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page
from stripe_sim.http.parameters import EXPAND, LIST, Boolean, Created, ListOf, Shape, Text
from stripe_sim.objects import Object

LISTED = Shape(
    {**LIST, "created": Created(), "type": Text(), "types": ListOf(Text(), longest=20), "delivery_success": Boolean()}
)


def listed(account: Account, call: Call) -> Object:
    """The events of the account, newest first."""
    wanted = call.params.get("types") or ([call.params["type"]] if "type" in call.params else [])
    success = call.params.get("delivery_success")

    def matches(event: Object) -> bool:
        typed = not wanted or any(is_of_type(event["type"], pattern) for pattern in wanted)
        return typed and (success is None or success == (event["pending_webhooks"] == 0))

    return page(account.store, "event", call.params, "/v1/events", matches)


def retrieve(account: Account, call: Call) -> Object:
    """One event."""
    return account.find("event", call.ids["id"], param="id")


OPERATIONS = (
    Operation("GET", "/v1/events", listed, LISTED),
    Operation("GET", "/v1/events/{id}", retrieve, Shape({"expand": EXPAND})),
)
