"""Connect: the accounts of those whom a platform serves. `Stripe-Account` names the one that a call is about.

Source: Stripe documentation, "Making API calls for connected accounts" and "Connect webhooks".
"""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.changes import Change
from stripe_sim.http.errors import invalid, not_connected, secret_key_required
from stripe_sim.http.metadata import merged
from stripe_sim.http.money import Currency
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page
from stripe_sim.http.parameters import EXPAND, LIST, Anything, Created, Kind, Metadata, OneOf, Shape, Text
from stripe_sim.objects import Object

KIND = "account"
MOST = 200
"""So many can be connected at the same time."""
_PROFILE = ("mcc", "name", "product_description", "support_email", "support_phone", "support_url", "url")
_DESCRIBED: dict[str, Kind] = {
    "business_profile": Shape({name: Text(clearable=True) for name in _PROFILE}),
    "business_type": OneOf("company", "government_entity", "individual", "non_profit"),
    "default_currency": Currency(),
    "email": Text(longest=512),
    "expand": EXPAND,
    "metadata": Metadata(),
}
_UNREAD = ("capabilities", "controller", "company", "individual", "settings", "tos_acceptance", "external_account")
"""What Stripe examines before it lets an account trade; here all may trade at once."""
_CHANGEABLE = ("business_type", "default_currency", "email")
UPDATE = Shape({**_DESCRIBED, **{name: Anything() for name in _UNREAD}})
CREATE = Shape({**UPDATE.kinds, "country": Text(longest=2), "type": OneOf("custom", "express", "standard")})


def create(account: Account, call: Call) -> Object:
    """A new connected account, ready to trade."""
    if account.platform is not None:
        raise secret_key_required()
    if len(account.connected) >= MOST:
        raise invalid(f"Here at most {MOST} accounts can be connected. Delete one first.")
    return open_world(account, account.names.id("acct", 16), call.params)


def open_world(platform: Account, name: str, params: dict[str, Any]) -> Object:
    """The connected account of this id, with nothing in it."""
    thing = _object(platform.connect(name), params)
    platform.apply(Change((thing,)))
    return thing


def own(account: Account, call: Call) -> Object:  # noqa: ARG001 - an operation
    """The account that the call is made in."""
    platform = account.platform
    return platform.find(KIND, account.name, param="account") if platform else _object(account, {})


def retrieve(account: Account, call: Call) -> Object:
    """One connected account, or one's own."""
    return own(account, call) if call.ids["id"] == account.name else _found(account, call)


def listed(account: Account, call: Call) -> Object:
    """The connected accounts, newest first."""
    return page(account.store, KIND, call.params, "/v1/accounts")


def update(account: Account, call: Call) -> Object:
    """Other words about it; its platform hears `account.updated`."""
    before = _found(account, call)
    changed: Object = {name: call.params[name] for name in _CHANGEABLE if name in call.params}
    profile = {**before["business_profile"], **call.params.get("business_profile", {})}
    metadata = merged(before["metadata"], call.params)
    after = {**before, **changed, "business_profile": profile, "metadata": metadata}
    world = account.connected[after["id"]]
    world.store.put(before)
    world.apply(Change((after,), (("account.updated", after),)), call.cause)
    world.store.remove(KIND, after["id"])
    account.apply(Change((after,)))
    return after


def delete(account: Account, call: Call) -> Object:
    """It is gone, with all that is in it."""
    found = _found(account, call)
    account.store.remove(KIND, found["id"])
    del account.connected[found["id"]]
    return {"id": found["id"], "object": KIND, "deleted": True}


def _found(account: Account, call: Call) -> Object:
    found = account.store.get(KIND, call.ids["id"])
    if found is None:
        raise not_connected(call.ids["id"])
    return found


def _object(account: Account, params: dict[str, Any]) -> Object:
    return {
        "id": account.name,
        "object": KIND,
        "business_profile": {**dict.fromkeys(_PROFILE), **params.get("business_profile", {})},
        "business_type": params.get("business_type"),
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": params.get("country", "US").upper(),
        "created": account.moment().now,
        "default_currency": params.get("default_currency", "usd"),
        "details_submitted": True,
        "email": params.get("email"),
        "metadata": merged({}, params),
        "payouts_enabled": True,
        "type": params.get("type", "standard"),
    }


_ONE = "/v1/accounts/{id}"
OPERATIONS = (
    Operation("GET", "/v1/account", own, Shape({"expand": EXPAND})),
    Operation("POST", "/v1/accounts", create, CREATE),
    Operation("GET", "/v1/accounts", listed, Shape({**LIST, "created": Created()})),
    Operation("GET", _ONE, retrieve, Shape({"expand": EXPAND})),
    Operation("POST", _ONE, update, UPDATE),
    Operation("DELETE", _ONE, delete, Shape({})),
)
