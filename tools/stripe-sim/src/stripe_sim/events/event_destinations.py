"""Event destinations of API v2: webhook endpoints that take thin events, or snapshot events.

Source: Stripe API v2 reference, "Event Destinations". Address and secret are told only where `include` asks for them.
"""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.changes import Change
from stripe_sim.events.subscribers import DESTINATION
from stripe_sim.events.thin_events import written_time
from stripe_sim.events.v2_pages import PAGE, page
from stripe_sim.http.errors import StripeError, invalid
from stripe_sim.http.metadata import merged
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.parameters import Kind, ListOf, Metadata, OneOf, Shape, Text
from stripe_sim.http.web_addresses import is_web_address
from stripe_sim.objects import Object

URL, SECRET = "webhook_endpoint.url", "webhook_endpoint.signing_secret"
MOST_TYPES = 300
_INCLUDE: dict[str, Kind] = {"include": ListOf(OneOf(URL, SECRET))}
_DESCRIBED: dict[str, Kind] = {
    "description": Text(clearable=True),
    "enabled_events": ListOf(Text(), longest=MOST_TYPES),
    "metadata": Metadata(),
    "name": Text(longest=250),
    "webhook_endpoint": Shape({"url": Text()}, required=("url",)),
    **_INCLUDE,
}
CREATE = Shape(
    {
        **_DESCRIBED,
        "event_payload": OneOf("snapshot", "thin"),
        "events_from": ListOf(OneOf("@self", "@accounts", "self", "other_accounts"), longest=2),
        "snapshot_api_version": Text(),
        "type": OneOf("webhook_endpoint"),
    },
    required=("enabled_events", "event_payload", "name", "type", "webhook_endpoint"),
)
_ROOT = "/v2/core/event_destinations"


def create(account: Account, call: Call) -> Object:
    """A new destination."""
    params = call.params
    _check(params)
    if "snapshot_api_version" in params and params["event_payload"] == "thin":
        raise invalid("snapshot_api_version is only for snapshot events.", "snapshot_api_version")
    secret = f"whsec_{account.names.characters(32)}"
    return _shown(register(account, params, secret), params, secret)


def register(account: Account, params: dict[str, Any], secret: str) -> Object:
    """A new destination that is signed for with this secret."""
    created = written_time(account.clock())
    destination = {
        "id": account.names.id("ed_test", 48),
        "object": DESTINATION,
        "amazon_eventbridge": None,
        "azure_event_grid": None,
        "created": created,
        "description": params.get("description") or "",
        "enabled_events": params["enabled_events"],
        "event_payload": params["event_payload"],
        "events_from": params.get("events_from") or ["@self"],
        "livemode": False,
        "metadata": merged({}, params),
        "name": params["name"],
        "snapshot_api_version": _version(account, params),
        "status": "enabled",
        "status_details": None,
        "type": params["type"],
        "updated": created,
        "webhook_endpoint": {"signing_secret": None, "url": params["webhook_endpoint"]["url"]},
    }
    account.signing.set(destination["id"], secret)
    account.apply(Change((destination,)))
    return destination


def retrieve(account: Account, call: Call) -> Object:
    """One destination."""
    return _shown(_found(account, call), call.params)


def listed(account: Account, call: Call) -> Object:
    """The destinations, newest first."""
    shown = (_shown(one, call.params) for one in account.store.newest_first(DESTINATION))
    return page(shown, call.params, _ROOT)


def update(account: Account, call: Call) -> Object:
    """Other events, another name or address."""
    params, destination = call.params, _found(account, call)
    _check(params)
    changed: Object = {name: params[name] for name in ("enabled_events", "name") if name in params}
    if "description" in params:
        changed["description"] = params["description"] or ""
    if "webhook_endpoint" in params:
        changed["webhook_endpoint"] = {**destination["webhook_endpoint"], "url": params["webhook_endpoint"]["url"]}
    return _changed(account, call, {**changed, "metadata": merged(destination["metadata"], params)})


def disable(account: Account, call: Call) -> Object:
    """It hears no more for now."""
    return _changed(account, call, {"status": "disabled", "status_details": {"disabled": {"reason": "user"}}})


def enable(account: Account, call: Call) -> Object:
    """It hears again."""
    return _changed(account, call, {"status": "enabled", "status_details": None})


def delete(account: Account, call: Call) -> Object:
    """It is gone."""
    destination = _found(account, call)
    account.store.remove(DESTINATION, destination["id"])
    return {"id": destination["id"], "object": DESTINATION}


def _changed(account: Account, call: Call, changed: Object) -> Object:
    destination = {**_found(account, call), **changed, "updated": written_time(account.clock())}
    account.apply(Change((destination,)))
    return _shown(destination, call.params)


def _shown(destination: Object, params: dict[str, Any], secret: str | None = None) -> Object:
    """With no more of address and secret than was asked for."""
    asked = params.get("include", [])
    url = destination["webhook_endpoint"]["url"] if URL in asked else None
    return {**destination, "webhook_endpoint": {"signing_secret": secret if SECRET in asked else None, "url": url}}


def _version(account: Account, params: dict[str, Any]) -> str | None:
    if params["event_payload"] == "thin":
        return None
    return params.get("snapshot_api_version") or account.settings.api_version


def _check(params: dict[str, Any]) -> None:
    if "enabled_events" in params and not params["enabled_events"]:
        raise invalid("enabled_events must name at least one event type.", "enabled_events")
    if "webhook_endpoint" in params and not is_web_address(params["webhook_endpoint"]["url"]):
        raise invalid("The URL of the webhook endpoint is not valid.", "webhook_endpoint.url", "url_invalid")


def _found(account: Account, call: Call) -> Object:
    destination = account.store.get(DESTINATION, call.ids["id"])
    if destination is None:
        raise StripeError(404, "The event destination was not found.", code="not_found")
    return destination


_ONE = f"{_ROOT}/{{id}}"
OPERATIONS = (
    Operation("POST", _ROOT, create, CREATE),
    Operation("GET", _ROOT, listed, Shape({**PAGE, **_INCLUDE})),
    Operation("GET", _ONE, retrieve, Shape(_INCLUDE)),
    Operation("POST", _ONE, update, Shape(_DESCRIBED)),
    Operation("POST", f"{_ONE}/disable", disable, Shape(_INCLUDE)),
    Operation("POST", f"{_ONE}/enable", enable, Shape(_INCLUDE)),
    Operation("DELETE", _ONE, delete, Shape({})),
)
