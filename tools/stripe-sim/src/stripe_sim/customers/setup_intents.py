"""SetupIntents: the operations. How one is set up is in `setting_up.py`, what it becomes in `setup_confirmation.py`."""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.changes import Change, Moment
from stripe_sim.customers import reuse, setup_confirmation
from stripe_sim.customers.setting_up import KIND, set_up
from stripe_sim.customers.setup_intent_parameters import CANCEL, CONFIRM, CREATE, LISTED, RETRIEVE, UPDATE
from stripe_sim.http.metadata import merged
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page, same
from stripe_sim.objects import Object
from stripe_sim.payments import intents

MAY = ("requires_payment_method", "requires_confirmation", "requires_action")
"""The statuses in which it can be confirmed, updated or canceled."""
ONLY_FOR_CONFIRM = ("return_url", "mandate_data")
UPDATED = ("customer", "description", "payment_method_types")
CARD_OPTIONS: Object = {"card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}}


def create(account: Account, call: Call) -> Object:
    """A new SetupIntent, confirmed at once where `confirm` says so."""
    params = call.params
    if not params.get("confirm"):
        intents.check_only_for_confirm("SetupIntent", params, ONLY_FOR_CONFIRM)
    intents.check_customer(account, params)
    method = intents.method_of(account, params)
    intent = _with_method(account, new(params, account.moment()), method)
    account.apply(Change((intent,), (("setup_intent.created", intent),)), call.cause)
    return set_up(account, intent, method, call) if params.get("confirm") else intent


def retrieve(account: Account, call: Call) -> Object:
    """One SetupIntent."""
    return intents.found(account, KIND, call)


def listed(account: Account, call: Call) -> Object:
    """The SetupIntents, newest first."""
    return page(account.store, KIND, call.params, "/v1/setup_intents", same(call.params, "customer", "payment_method"))


def update(account: Account, call: Call) -> Object:
    """Other values, as long as nothing is set up."""
    intent, params = intents.found(account, KIND, call), call.params
    intents.check_state(intent, "update", "updated", MAY)
    intents.check_customer(account, params)
    intent = {**intent, **{name: params[name] for name in UPDATED if name in params}}
    intent["metadata"] = merged(intent["metadata"], params)
    intent = _with_method(account, intent, intents.method_of(account, params))
    account.apply(Change((intent,)))
    return intent


def confirm(account: Account, call: Call) -> Object:
    """The buyer agrees. Raises the card's error after it was written down."""
    intent = intents.found(account, KIND, call)
    if intent["status"] == "succeeded":
        raise intents.unexpected("You cannot confirm this SetupIntent because it has already succeeded.", intent)
    if intent["status"] == "canceled":
        raise intents.unexpected("You cannot confirm this SetupIntent because it has been canceled.", intent)
    intents.check_state(intent, "confirm", "confirmed", MAY)
    return set_up(account, intent, intents.method_of(account, call.params), call)


def cancel(account: Account, call: Call) -> Object:
    """It shall not be used any more."""
    intent = intents.found(account, KIND, call)
    intents.check_state(intent, "cancel", "canceled", MAY)
    account.apply(setup_confirmation.canceled(intent, call.params.get("cancellation_reason")), call.cause)
    return account.find(KIND, intent["id"], param="intent")


def new(params: dict[str, Any], moment: Moment) -> Object:
    """A SetupIntent that nothing has happened to."""
    name = moment.names.id("seti", 24)
    methods = params.get("automatic_payment_methods")
    if methods is None and "payment_method_types" not in params:
        methods = {"enabled": True}
    return {
        "id": name,
        "object": KIND,
        "allowed_payment_method_types": None,
        "application": None,
        "automatic_payment_methods": methods and {"allow_redirects": "always", **methods},
        "cancellation_reason": None,
        "client_secret": f"{name}_secret_{moment.names.characters(25)}",
        "created": moment.now,
        "customer": params.get("customer"),
        "customer_account": None,
        "description": params.get("description"),
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": merged({}, params),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": CARD_OPTIONS,
        "payment_method_types": params.get("payment_method_types", ["card"]),
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": params.get("usage", "off_session"),
    }


def _with_method(account: Account, intent: Object, method: Object | None) -> Object:
    if method is None:
        return intent
    reuse.check_may_be_used(account, method, intent)
    return {**intent, "payment_method": method["id"], "status": "requires_confirmation"}


OPERATIONS = (
    Operation("POST", "/v1/setup_intents", create, CREATE),
    Operation("GET", "/v1/setup_intents", listed, LISTED),
    Operation("GET", "/v1/setup_intents/{id}", retrieve, RETRIEVE, browser=True),
    Operation("POST", "/v1/setup_intents/{id}", update, UPDATE),
    Operation("POST", "/v1/setup_intents/{id}/confirm", confirm, CONFIRM, browser=True),
    Operation("POST", "/v1/setup_intents/{id}/cancel", cancel, CANCEL),
)
