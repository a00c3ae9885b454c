"""PaymentIntents: the operations. How one is paid is in `paying.py`, what it becomes in `confirmation.py`."""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.changes import Change, Moment
from stripe_sim.customers import reuse
from stripe_sim.http.errors import invalid
from stripe_sim.http.metadata import merged
from stripe_sim.http.money import check_amount
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page
from stripe_sim.objects import Object
from stripe_sim.payments import confirmation, intents
from stripe_sim.payments.paying import pay
from stripe_sim.payments.payment_intent_parameters import CANCEL, CAPTURE, CONFIRM, CREATE, LISTED, RETRIEVE, UPDATE

MAY = {
    "confirm": ("requires_payment_method", "requires_confirmation", "requires_action"),
    "update": ("requires_payment_method", "requires_confirmation", "requires_action"),
    "cancel": ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing"),
    "capture": ("requires_capture",),
}
"""The statuses in which each thing can be done. Source: Stripe documentation, "How PaymentIntents work"."""
ONLY_FOR_CONFIRM = ("return_url", "off_session", "error_on_requires_action", "mandate_data")
UPDATED = (
    "amount",
    "capture_method",
    "currency",
    "customer",
    "description",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)


def create(account: Account, call: Call) -> Object:
    """A new PaymentIntent, confirmed at once where `confirm` says so."""
    params = call.params
    check_amount(params["amount"], params["currency"])
    if not params.get("confirm"):
        intents.check_only_for_confirm("PaymentIntent", params, ONLY_FOR_CONFIRM)
    intents.check_customer(account, params)
    method = intents.method_of(account, params)
    intent = _with_method(account, new(params, account.moment()), method)
    account.apply(Change((intent,), (("payment_intent.created", intent),)), call.cause)
    return pay(account, intent, method, call) if params.get("confirm") else intent


def retrieve(account: Account, call: Call) -> Object:
    """One PaymentIntent."""
    return _found(account, call)


def listed(account: Account, call: Call) -> Object:
    """The PaymentIntents, newest first."""

    def matches(intent: Object) -> bool:
        return call.params.get("customer") in (None, intent["customer"])

    return page(account.store, "payment_intent", call.params, "/v1/payment_intents", matches)


def update(account: Account, call: Call) -> Object:
    """Other values, as long as nothing is paid."""
    intent = _found(account, call)
    _check_state(intent, "update", "updated")
    params = call.params
    intents.check_customer(account, params)
    intent = {**intent, **{name: params[name] for name in UPDATED if name in params}}
    intent["metadata"] = merged(intent["metadata"], params)
    check_amount(intent["amount"], intent["currency"])
    intent = _with_method(account, intent, intents.method_of(account, params))
    account.apply(Change((intent,)))
    return intent


def confirm(account: Account, call: Call) -> Object:
    """The buyer wants to pay. Raises the card's error after it was written down."""
    intent = _found(account, call)
    if intent["status"] == "succeeded":
        message = (
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
        )
        raise intents.unexpected(message, intent)
    _check_state(intent, "confirm", "confirmed")
    return pay(account, intent, intents.method_of(account, call.params), call)


def cancel(account: Account, call: Call) -> Object:
    """It shall not be paid any more."""
    intent = _found(account, call)
    _check_state(intent, "cancel", "canceled")
    reason, moment = call.params.get("cancellation_reason"), account.moment()
    if intent["status"] == "requires_capture":
        charge = account.find("charge", intent["latest_charge"], param="charge")
        account.apply(confirmation.let_go(intent, charge, reason, moment), call.cause)
    else:
        account.apply(confirmation.canceled(intent, reason, moment), call.cause)
    return account.find("payment_intent", intent["id"], param="intent")


def capture(account: Account, call: Call) -> Object:
    """Take the money that is held."""
    intent = _found(account, call)
    _check_state(intent, "capture", "captured")
    held: int = intent["amount_capturable"]
    amount: int = call.params.get("amount_to_capture", held)
    if amount > held:
        message = "The amount you requested to capture is greater than the amount you can capture for this charge."
        raise invalid(message, "amount_to_capture", "amount_too_large", payment_intent=intent)
    charge = account.find("charge", intent["latest_charge"], param="charge")
    intent = {**intent, "metadata": merged(intent["metadata"], call.params)}
    account.apply(confirmation.captured(intent, charge, amount, account.moment()), call.cause)
    return account.find("payment_intent", intent["id"], param="intent")


def expire(account: Account, intent: Object) -> None:
    """The bank holds the money no longer. At Stripe that is seven days after it was authorised."""
    charge = account.find("charge", intent["latest_charge"], param="charge")
    account.apply(confirmation.let_go(intent, charge, "expired", account.moment(), expired=True))


def new(params: dict[str, Any], moment: Moment) -> Object:
    """A PaymentIntent that nothing has happened to."""
    name = moment.names.id("pi", 24)
    methods = params.get("automatic_payment_methods")
    if methods is None and "payment_method_types" not in params:
        methods = {"enabled": True}
    return {
        "id": name,
        "object": "payment_intent",
        "amount": params["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": methods and {"allow_redirects": "always", **methods},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": params.get("capture_method", "automatic_async"),
        "client_secret": f"{name}_secret_{moment.names.characters(25)}",
        "confirmation_method": params.get("confirmation_method", "automatic"),
        "created": moment.now,
        "currency": params["currency"],
        "customer": params.get("customer"),
        "customer_account": None,
        "description": params.get("description"),
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": merged({}, params),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": params.get("payment_method_types", ["card"]),
        "processing": None,
        "receipt_email": params.get("receipt_email"),
        "review": None,
        "setup_future_usage": params.get("setup_future_usage"),
        "shipping": params.get("shipping"),
        "statement_descriptor": params.get("statement_descriptor"),
        "statement_descriptor_suffix": params.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": params.get("transfer_group"),
    }


def _with_method(account: Account, intent: Object, method: Object | None) -> Object:
    if method is None:
        return intent
    reuse.check_may_be_used(account, method, intent)
    return {**intent, "payment_method": method["id"], "status": "requires_confirmation"}


def _found(account: Account, call: Call) -> Object:
    return intents.found(account, "payment_intent", call)


def _check_state(intent: Object, verb: str, done: str) -> None:
    intents.check_state(intent, verb, done, MAY[verb])


OPERATIONS = (
    Operation("POST", "/v1/payment_intents", create, CREATE),
    Operation("GET", "/v1/payment_intents", listed, LISTED),
    Operation("GET", "/v1/payment_intents/{id}", retrieve, RETRIEVE, browser=True),
    Operation("POST", "/v1/payment_intents/{id}", update, UPDATE),
    Operation("POST", "/v1/payment_intents/{id}/confirm", confirm, CONFIRM, browser=True),
    Operation("POST", "/v1/payment_intents/{id}/cancel", cancel, CANCEL),
    Operation("POST", "/v1/payment_intents/{id}/capture", capture, CAPTURE),
)
