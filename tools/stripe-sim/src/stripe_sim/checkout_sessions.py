"""Checkout Sessions: the operations. How one is paid is in `checkout_payment.py`."""

from typing import Any

from stripe_sim import payment_intents
from stripe_sim.account import Account
from stripe_sim.changes import Cause, Change, Moment
from stripe_sim.checkout_parameters import CREATE, EXPIRE, LINES, LISTED, UPDATE
from stripe_sim.checkout_payment import KIND, customer_details, told
from stripe_sim.errors import StripeError, invalid
from stripe_sim.line_items import line_items
from stripe_sim.metadata import merged
from stripe_sim.money import check_amount
from stripe_sim.objects import Object
from stripe_sim.operations import Call, Operation
from stripe_sim.pages import page
from stripe_sim.web_addresses import is_web_address

LONGEST_SECONDS = 24 * 3600


def create(account: Account, call: Call) -> Object:
    """A new session, with the address of its page."""
    params, moment = call.params, account.moment(call.base_url)
    for name in ("success_url", "cancel_url"):
        _check_url(params.get(name), name)
    items = line_items(params["line_items"], moment)
    check_amount(sum(item["amount_total"] for item in items), items[0]["currency"])
    session = _new(params, items, moment, _expires_at(account, params, moment))
    account.apply(Change((session,)))
    account.store.put_beside(session, "line_items", _list_of(session["id"], items))
    account.store.put_beside(session, "payment_intent_data", params.get("payment_intent_data", {}))
    return session


def retrieve(account: Account, call: Call) -> Object:
    """One session."""
    return _found(account, call)


def listed(account: Account, call: Call) -> Object:
    """The sessions, newest first."""
    wanted = {name: call.params[name] for name in ("customer", "payment_intent", "status") if name in call.params}

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
    intent = session["payment_intent"] and account.store.get("payment_intent", session["payment_intent"])
    if intent and intent["status"] in payment_intents.MAY["cancel"]:
        payment_intents.cancel(account, Call({}, {"id": intent["id"]}, cause=cause))
    return session


def _found(account: Account, call: Call) -> Object:
    return account.find(KIND, call.ids["id"], param="session")


def _list_of(session: str, items: list[Object]) -> Object:
    url = f"/v1/checkout/sessions/{session}/line_items"
    return {"object": "list", "data": items, "has_more": False, "url": url}


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


def _new(params: dict[str, Any], items: list[Object], moment: Moment, expires_at: int) -> Object:
    name = moment.names.id("cs_test", 58)
    total = sum(item["amount_total"] for item in items)
    return {
        "id": name,
        "object": KIND,
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": moment.now,
        "currency": items[0]["currency"],
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer": params.get("customer"),
        "customer_account": None,
        "customer_creation": "if_required",
        "customer_details": customer_details(params["customer_email"]) if "customer_email" in params else None,
        "customer_email": params.get("customer_email"),
        "discounts": [],
        "expires_at": expires_at,
        "integration_identifier": params.get("integration_identifier"),
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": merged({}, params),
        "mode": params["mode"],
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": params.get("payment_method_types", ["card"]),
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "subscription": None,
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{moment.base_url}/c/pay/{name}",
        "wallet_options": None,
    }


OPERATIONS = (
    Operation("POST", "/v1/checkout/sessions", create, CREATE),
    Operation("GET", "/v1/checkout/sessions", listed, LISTED),
    Operation("GET", "/v1/checkout/sessions/{id}", retrieve, EXPIRE),
    Operation("POST", "/v1/checkout/sessions/{id}", update, UPDATE),
    Operation("POST", "/v1/checkout/sessions/{id}/expire", expire, EXPIRE),
    Operation("GET", "/v1/checkout/sessions/{id}/line_items", lines_of, LINES),
)
