"""Checkout Sessions: the operations. What each mode does is in `checkout_modes.py`."""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.changes import Cause, Change, Moment
from stripe_sim.checkout.checkout_modes import MODES
from stripe_sim.checkout.checkout_object import KIND, new, told
from stripe_sim.checkout.checkout_parameters import CREATE, EXPIRE, LINES, LISTED, UPDATE
from stripe_sim.checkout.line_items import line_items
from stripe_sim.http.errors import StripeError, invalid
from stripe_sim.http.metadata import merged
from stripe_sim.http.money import check_amount
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page
from stripe_sim.http.web_addresses import is_web_address
from stripe_sim.objects import Object

LONGEST_SECONDS = 24 * 3600
ONLY_IN = {
    "line_items": ("payment", "subscription"),
    "payment_intent_data": ("payment",),
    "setup_intent_data": ("setup",),
    "submit_type": ("payment", "subscription"),
    "subscription_data": ("subscription",),
}
"""The modes in which a parameter can be given at all."""


def create(account: Account, call: Call) -> Object:
    """A new session, with the address of its page."""
    params, moment = call.params, account.moment(call.base_url)
    _check(account, params)
    items = line_items(account, params["line_items"], params["mode"]) if "line_items" in params else []
    if items:
        check_amount(sum(item["amount_total"] for item in items), items[0]["currency"])
    session = new(params, items, moment, _expires_at(account, params, moment))
    session = MODES[params["mode"]].begin(account, session, params, call.cause)
    account.store.put_beside(session, "line_items", _list_of(session["id"], items))
    return session


def retrieve(account: Account, call: Call) -> Object:
    """One session."""
    return _found(account, call)


def listed(account: Account, call: Call) -> Object:
    """The sessions, newest first."""
    wanted = {
        name: call.params[name]
        for name in ("customer", "payment_intent", "status", "subscription")
        if name in call.params
    }

    def matches(session: Object) -> bool:
        return all(session[name] == value for name, value in wanted.items())

    return page(account.store, KIND, call.params, "/v1/checkout/sessions", matches)


def lines_of(account: Account, call: Call) -> Object:
    """The lines of a session."""
    lines: Object = account.store.beside(_found(account, call), "line_items")
    return lines


def update(account: Account, call: Call) -> Object:
    """Other metadata."""
    session = _found(account, call)
    session = {**session, "metadata": merged(session["metadata"], call.params)}
    account.apply(Change((session,)))
    return session


def expire(account: Account, call: Call) -> Object:
    """The page shall take no payment any more."""
    session = _found(account, call)
    if session["status"] != "open":
        raise invalid(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"{session['status']}."
        )
    return _expire(account, session, call.cause)


def expire_due(account: Account) -> None:
    """Expire all open sessions whose time is over."""
    now = account.clock()
    due = [s for s in account.store.oldest_first(KIND) if s["status"] == "open" and s["expires_at"] <= now]
    for session in due:
        _expire(account, session, Cause())


def _expire(account: Account, session: Object, cause: Cause) -> Object:
    session = {**session, "status": "expired", "url": None}
    account.apply(told(session, "expired"), cause)
    MODES[session["mode"]].abandon(account, session, cause)
    return session


def _found(account: Account, call: Call) -> Object:
    return account.find(KIND, call.ids["id"], param="session")


def _list_of(session: str, items: list[Object]) -> Object:
    url = f"/v1/checkout/sessions/{session}/line_items"
    return {"object": "list", "data": items, "has_more": False, "url": url}


def _check(account: Account, params: dict[str, Any]) -> None:
    """Raise StripeError for parameters that do not go together."""
    for name in ("success_url", "cancel_url"):
        _check_url(params.get(name), name)
    mode = params["mode"]
    for name, modes in ONLY_IN.items():
        if name in params and mode not in modes:
            raise invalid(f"You can not pass `{name}` in `{mode}` mode.", name)
    if mode in ONLY_IN["line_items"] and "line_items" not in params:
        raise invalid("Missing required param: line_items.", "line_items", "parameter_missing")
    if mode == "setup" and not {"currency", "payment_method_types"} & params.keys():
        raise invalid("Missing required param: currency.", "currency", "parameter_missing")
    _check_customer(account, params)


def _check_customer(account: Account, params: dict[str, Any]) -> None:
    if "customer" in params:
        account.find("customer", params["customer"], param="customer", status=400)
        for name in ("customer_email", "customer_creation"):
            if name in params:
                raise invalid(f"You may only specify one of these parameters: customer, {name}.", name)


def _check_url(url: str | None, name: str) -> None:
    if url is not None and not is_web_address(url):
        raise invalid("Not a valid URL", name, "url_invalid")


def _expires_at(account: Account, params: dict[str, Any], moment: Moment) -> int:
    at: int = params.get("expires_at", moment.now + LONGEST_SECONDS)
    if at < moment.now + account.settings.checkout_shortest_seconds:
        raise _bad_expiry("at least 30 minutes from")
    if at > moment.now + LONGEST_SECONDS:
        raise _bad_expiry("less than 24 hours from")
    return at


def _bad_expiry(rule: str) -> StripeError:
    return invalid(f"The `expires_at` timestamp must be {rule} Checkout Session creation.", "expires_at")


OPERATIONS = (
    Operation("POST", "/v1/checkout/sessions", create, CREATE),
    Operation("GET", "/v1/checkout/sessions", listed, LISTED),
    Operation("GET", "/v1/checkout/sessions/{id}", retrieve, EXPIRE),
    Operation("POST", "/v1/checkout/sessions/{id}", update, UPDATE),
    Operation("POST", "/v1/checkout/sessions/{id}/expire", expire, EXPIRE),
    Operation("GET", "/v1/checkout/sessions/{id}/line_items", lines_of, LINES),
)
