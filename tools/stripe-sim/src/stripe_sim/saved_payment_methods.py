"""Saved payment methods: attached to a customer, they can be charged again; used without one, they are spent.

Source: Stripe documentation, "Save a customer's payment method"; Stripe API reference, "Payment Methods".
"""

from collections.abc import Iterator

from stripe_sim import payment_methods
from stripe_sim.account import NOBODY, Account
from stripe_sim.changes import Cause, Change
from stripe_sim.errors import StripeError, card_error, invalid, missing
from stripe_sim.intents import NOUN
from stripe_sim.metadata import merged
from stripe_sim.objects import Object
from stripe_sim.operations import Call, Operation
from stripe_sim.pages import page
from stripe_sim.parameters import EXPAND, LIST, Anything, Integer, Metadata, OneOf, Shape, Text
from stripe_sim.test_cards import Declines

KIND = "payment_method"
SPENT_BY = ("charge.succeeded", "charge.pending", "charge.failed")
SAVED_BY = ("payment_intent.succeeded", "payment_intent.processing", "payment_intent.amount_capturable_updated")
ALLOW_REDISPLAY = OneOf("always", "limited", "unspecified")
ATTACH = Shape({"customer": Text(), "customer_account": Text(), "expand": EXPAND}, required=("customer",))
DETACH = Shape({"expand": EXPAND})
UPDATE = Shape(
    {
        "allow_redisplay": ALLOW_REDISPLAY,
        "billing_details": payment_methods.BILLING_DETAILS,
        "card": Shape({"exp_month": Integer(1, 12), "exp_year": Integer(2000, 2100), "networks": Anything()}),
        "expand": EXPAND,
        "metadata": Metadata(),
    }
)
_FILTERED = {**LIST, "allow_redisplay": ALLOW_REDISPLAY, "type": Text()}
OF_CUSTOMER = Shape(_FILTERED)
LISTED = Shape({**_FILTERED, "customer": Text(), "customer_account": Text()})


def attach(account: Account, call: Call) -> Object:
    """Save it with a customer."""
    method = payment_methods.use(account, call.ids["id"], status=404)
    customer = account.find("customer", call.params["customer"], param="customer", status=400)
    return attach_to(account, method, customer["id"], call.cause)


def detach(account: Account, call: Call) -> Object:
    """Take it from its customer, for good."""
    method = payment_methods.use(account, call.ids["id"], status=404)
    if method["customer"] is None:
        message = "The payment method you provided is not attached to a customer so detachment is impossible."
        raise invalid(message, "payment_method")
    return detach_from_owner(account, method, call.cause)


def update(account: Account, call: Call) -> Object:
    """Other details of a saved one."""
    method, params = account.find(KIND, call.ids["id"], param="payment_method"), call.params
    if method["customer"] is None:
        raise invalid("You must save this PaymentMethod to a customer before you can update it.")
    changed = {**method, "metadata": merged(method["metadata"], params)}
    details = params.get("billing_details", {})
    address = method["billing_details"]["address"] | (details.get("address") or {})
    changed["billing_details"] = {**method["billing_details"], **details, "address": address}
    changed["allow_redisplay"] = params.get("allow_redisplay", method["allow_redisplay"])
    if method["type"] == "card":
        expiry = {name: value for name, value in params.get("card", {}).items() if name != "networks"}
        changed["card"] = {**method["card"], **expiry}
    account.apply(Change((changed,), (("payment_method.updated", changed),)), call.cause)
    return changed


def listed(account: Account, call: Call) -> Object:
    """The saved ones, newest first; those of one customer."""
    customer = call.params.get("customer")
    if customer is not None:
        account.find("customer", customer, param="customer", status=400)
    return _page(account, call, customer, "/v1/payment_methods")


def listed_of_customer(account: Account, call: Call) -> Object:
    """Those of the customer in the path."""
    customer = account.find("customer", call.ids["customer"], param="customer")
    return _page(account, call, customer["id"], f"/v1/customers/{customer['id']}/payment_methods")


def retrieve_of_customer(account: Account, call: Call) -> Object:
    """One of the customer in the path."""
    customer = account.find("customer", call.ids["customer"], param="customer")
    method = account.find(KIND, call.ids["id"], param="payment_method")
    if method["customer"] != customer["id"]:
        raise missing("PaymentMethod", call.ids["id"][:255], "payment_method")
    return method


def of_customer(account: Account, customer: str) -> Iterator[Object]:
    """All that are saved with a customer, oldest first."""
    return (method for method in account.store.oldest_first(KIND) if method["customer"] == customer)


def attach_to(account: Account, method: Object, customer: str, cause: Cause = NOBODY) -> Object:
    """The method saved with the customer; saved there before, it stays as it is."""
    if method["customer"] == customer:
        return method
    check_may_be_attached(account, method)
    account.apply(attached(method, customer), cause)
    return account.find(KIND, method["id"], param="payment_method")


def attached(method: Object, customer: str | None) -> Change:
    """The method saved with the customer; no change where there is none, or it is saved already. Pure."""
    if customer is None or method["customer"] is not None:
        return Change()
    method = {**method, "customer": customer}
    return Change((method,), (("payment_method.attached", method),))


def detach_from_owner(account: Account, method: Object, cause: Cause = NOBODY) -> Object:
    """The method without its customer, who pays by default with it no more. It may not be used again."""
    owner = account.find("customer", method["customer"], param="customer")
    method = {**method, "customer": None}
    account.apply(Change((method,), (("payment_method.detached", method),)), cause)
    spend(account, method)
    if owner["invoice_settings"]["default_payment_method"] == method["id"]:
        owner = {**owner, "invoice_settings": {**owner["invoice_settings"], "default_payment_method": None}}
        account.apply(Change((owner,), (("customer.updated", owner),)), cause)
    return method


def spend(account: Account, method: Object) -> None:
    """From now on it may not be used without a customer, and not be saved."""
    account.store.put_beside(method, "spent", {})


def is_set_up(account: Account, method: Object) -> bool:
    """Whether the buyer agreed, with the bank's proof where it asks for one, that it is used without them."""
    return account.store.has_beside(method, "set_up")


def follow(account: Account, event_type: str, thing: Object) -> None:
    """Let a payment method take note of what it was used for."""
    method = account.store.get(KIND, thing.get("payment_method") or "")
    if method is None:
        return
    set_up = event_type == "setup_intent.succeeded" or (event_type in SAVED_BY and thing["setup_future_usage"])
    if set_up:
        account.store.put_beside(method, "set_up", {})
    elif event_type in SPENT_BY and method["customer"] is None:
        intent = account.store.get("payment_intent", thing["payment_intent"])
        if thing["status"] == "failed" or not (intent and intent["setup_future_usage"]):
            spend(account, method)


def check_may_be_attached(account: Account, method: Object) -> None:
    """Raise StripeError for one that is another's, or spent, or that the bank refuses."""
    if method["customer"] is not None:
        raise invalid("The payment method you provided has already been attached to a customer.", "payment_method")
    if account.store.has_beside(method, "spent"):
        raise invalid(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a "
            "Customer, and may not be used again."
        )
    outcome = payment_methods.outcome_of_setup(method)
    if isinstance(outcome, Declines):
        raise card_error(outcome.message, outcome.code, decline_code=outcome.decline_code, param=outcome.param)


def check_may_be_used(account: Account, method: Object, intent: Object) -> None:
    """Raise StripeError for one that is spent, or that another customer than the intent's saved."""
    owner, customer = method["customer"], intent["customer"]
    if owner is None and account.store.has_beside(method, "spent"):
        raise _spent()
    if owner in (None, customer):
        return
    if customer is None:
        raise invalid(
            f"The `payment_method` parameter supplied {method['id']} belongs to the Customer {owner}. Please include "
            f"the Customer in the `customer` parameter on the {NOUN[intent['object']]}.",
            "payment_method",
        )
    raise invalid(
        f"The PaymentMethod {method['id']} does not belong to the Customer you supplied {customer}. Please use this "
        "PaymentMethod with the Customer that it belongs to instead.",
        "payment_method",
    )


def check_default(account: Account, customer: Object, about_to_be_saved: Object | None = None) -> None:
    """Raise StripeError unless the customer's default payment method is one of their own."""
    name = customer["invoice_settings"]["default_payment_method"]
    if name is None or (about_to_be_saved and about_to_be_saved["id"] == name):
        return
    method = account.store.get(KIND, name)
    if method is None or method["customer"] != customer["id"]:
        raise invalid(
            f"The customer does not have a payment method with the ID {name[:255]}. The payment method must be "
            "attached to the customer.",
            "invoice_settings[default_payment_method]",
            "resource_missing",
        )


def _spent() -> StripeError:
    return invalid(
        "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with "
        "a connected account without Customer attachment, or was detached from a Customer. It may not be used again. "
        "To use a PaymentMethod multiple times, you must attach it to a Customer first.",
        "payment_method",
    )


def _page(account: Account, call: Call, customer: str | None, url: str) -> Object:
    wanted = {name: call.params[name] for name in ("type", "allow_redisplay") if name in call.params}

    def matches(method: Object) -> bool:
        owned = method["customer"] is not None and customer in (None, method["customer"])
        return owned and all(method[name] == value for name, value in wanted.items())

    return page(account.store, KIND, call.params, url, matches)


OPERATIONS = (
    Operation("GET", "/v1/payment_methods", listed, LISTED),
    Operation("POST", "/v1/payment_methods/{id}", update, UPDATE),
    Operation("POST", "/v1/payment_methods/{id}/attach", attach, ATTACH),
    Operation("POST", "/v1/payment_methods/{id}/detach", detach, DETACH),
    Operation("GET", "/v1/customers/{customer}/payment_methods", listed_of_customer, OF_CUSTOMER),
    Operation("GET", "/v1/customers/{customer}/payment_methods/{id}", retrieve_of_customer, Shape({"expand": EXPAND})),
)
