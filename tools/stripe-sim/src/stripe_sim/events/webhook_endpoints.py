"""Webhook endpoints: who wants to hear of what. The signing secret is told once, on creation."""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.changes import Change
from stripe_sim.events.subscribers import CONNECT
from stripe_sim.http.errors import invalid
from stripe_sim.http.metadata import merged
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page
from stripe_sim.http.parameters import EXPAND, LIST, Boolean, Kind, ListOf, Metadata, Shape, Text
from stripe_sim.http.web_addresses import is_web_address
from stripe_sim.objects import Object

_DESCRIBED: dict[str, Kind] = {
    "description": Text(clearable=True),
    "enabled_events": ListOf(Text(), longest=300),
    "expand": EXPAND,
    "metadata": Metadata(),
    "url": Text(),
}
CREATE = Shape(
    {**_DESCRIBED, "api_version": Text(), "connect": Boolean()},
    required=("enabled_events", "url"),
)
UPDATE = Shape({**_DESCRIBED, "disabled": Boolean()})


def create(account: Account, call: Call) -> Object:
    """A new endpoint, with its secret."""
    secret = f"whsec_{account.names.characters(32)}"
    return {**register(account, call.params, secret), "secret": secret}


def register(account: Account, params: dict[str, Any], secret: str) -> Object:
    """A new endpoint that is signed for with this secret."""
    _check_url(params["url"])
    moment = account.moment()
    endpoint = {
        "id": moment.names.id("we"),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version"),
        "application": None,
        "created": moment.now,
        "description": params.get("description"),
        "enabled_events": params["enabled_events"],
        "livemode": False,
        "metadata": merged({}, params),
        "status": "enabled",
        "url": params["url"],
    }
    account.signing.set(endpoint["id"], secret)
    account.store.put_beside(endpoint, CONNECT, params.get("connect", False))
    account.apply(Change((endpoint,)))
    return endpoint


def retrieve(account: Account, call: Call) -> Object:
    """One endpoint."""
    return _found(account, call)


def listed(account: Account, call: Call) -> Object:
    """The endpoints, newest first."""
    return page(account.store, "webhook_endpoint", call.params, "/v1/webhook_endpoints")


def update(account: Account, call: Call) -> Object:
    """Other events, another address, or switched off and on."""
    params = call.params
    endpoint = {**_found(account, call)}
    if "url" in params:
        _check_url(params["url"])
    endpoint |= {name: params[name] for name in ("description", "enabled_events", "url") if name in params}
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    endpoint["metadata"] = merged(endpoint["metadata"], params)
    account.apply(Change((endpoint,)))
    return endpoint


def delete(account: Account, call: Call) -> Object:
    """It hears no more."""
    endpoint = _found(account, call)
    account.store.remove("webhook_endpoint", endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def roll_secret(account: Account, endpoint: Object) -> str:
    """A new secret; the old one signs beside it for a while."""
    secret = f"whsec_{account.names.characters(32)}"
    account.signing.roll(endpoint["id"], secret, account.clock() + account.settings.secret_roll_seconds)
    return secret


def _found(account: Account, call: Call) -> Object:
    return account.find("webhook_endpoint", call.ids["id"], param="webhook_endpoint")


def _check_url(url: str) -> None:
    if not is_web_address(url):
        message = "Invalid URL: An explicit scheme (such as https) must be provided."
        raise invalid(message, "url", "url_invalid")


OPERATIONS = (
    Operation("POST", "/v1/webhook_endpoints", create, CREATE),
    Operation("GET", "/v1/webhook_endpoints", listed, Shape(LIST)),
    Operation("GET", "/v1/webhook_endpoints/{id}", retrieve, Shape({"expand": EXPAND})),
    Operation("POST", "/v1/webhook_endpoints/{id}", update, UPDATE),
    Operation("DELETE", "/v1/webhook_endpoints/{id}", delete, Shape({})),
)
