"""Saved payment methods: attached to a customer, and listed with them. What that allows is in `reuse.py`."""

from collections.abc import Iterator

from stripe_sim.account import NOBODY, Account
from stripe_sim.changes import Cause, Change
from stripe_sim.customers import payment_methods, reuse
from stripe_sim.http.errors import invalid, missing
from stripe_sim.http.metadata import merged
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page, same
from stripe_sim.http.parameters import EXPAND, LIST, Anything, Integer, Metadata, OneOf, Shape, Text
from stripe_sim.objects import Object

KIND = "payment_method"
YEARS_OF_A_CARD = 4
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
    reuse.check_may_be_attached(account, method)
    account.apply(reuse.attached(method, customer), cause)
    return account.find(KIND, method["id"], param="payment_method")


def detach_from_owner(account: Account, method: Object, cause: Cause = NOBODY) -> Object:
    """The method without its customer, who pays by default with it no more. It may not be used again."""
    owner = account.find("customer", method["customer"], param="customer")
    method = {**method, "customer": None}
    account.apply(Change((method,), (("payment_method.detached", method),)), cause)
    reuse.spend(account, method)
    if owner["invoice_settings"]["default_payment_method"] == method["id"]:
        owner = {**owner, "invoice_settings": {**owner["invoice_settings"], "default_payment_method": None}}
        account.apply(Change((owner,), (("customer.updated", owner),)), cause)
    return method


def replaceable(_: Account, method: Object) -> bool:
    """Whether the network could have sent the buyer a new card in its place."""
    return method["type"] == "card" and method["customer"] is not None


def replace_card(account: Account, method: Object) -> None:
    """The buyer has a new card, which expires later; nothing else is to be done for it."""
    card = {**method["card"], "exp_year": method["card"]["exp_year"] + YEARS_OF_A_CARD}
    method = {**method, "card": card}
    account.apply(Change((method,), (("payment_method.automatically_updated", method),)))


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


def _page(account: Account, call: Call, customer: str | None, url: str) -> Object:
    as_wanted = same(call.params, "type", "allow_redisplay")

    def matches(method: Object) -> bool:
        owned = method["customer"] is not None and customer in (None, method["customer"])
        return owned and as_wanted(method)

    return page(account.store, KIND, call.params, url, matches)


OPERATIONS = (
    Operation("GET", "/v1/payment_methods", listed, LISTED),
    Operation("POST", "/v1/payment_methods/{id}", update, UPDATE),
    Operation("POST", "/v1/payment_methods/{id}/attach", attach, ATTACH),
    Operation("POST", "/v1/payment_methods/{id}/detach", detach, DETACH),
    Operation("GET", "/v1/customers/{customer}/payment_methods", listed_of_customer, OF_CUSTOMER),
    Operation("GET", "/v1/customers/{customer}/payment_methods/{id}", retrieve_of_customer, Shape({"expand": EXPAND})),
)
