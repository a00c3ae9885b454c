"""Customers: who buys again. What they pay with is in `saved_payment_methods.py`."""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.changes import Change, Moment
from stripe_sim.customers import payment_methods, reuse, saved_payment_methods
from stripe_sim.customers.customer_parameters import CREATE, DELETE, LISTED, RETRIEVE, UPDATE
from stripe_sim.http.metadata import merged
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page
from stripe_sim.objects import Object

KIND = "customer"
SETTINGS = ("default_payment_method", "footer")
DESCRIBED = (
    "address",
    "balance",
    "business_name",
    "description",
    "email",
    "individual_name",
    "invoice_prefix",
    "name",
    "next_invoice_sequence",
    "phone",
    "preferred_locales",
    "shipping",
    "tax_exempt",
)


def create(account: Account, call: Call) -> Object:
    """A new customer, with a saved payment method where one is given."""
    params = call.params
    customer = new(params, account.moment())
    method = _method_of(account, params)
    if method and customer["invoice_settings"]["default_payment_method"] == params["payment_method"]:
        customer["invoice_settings"]["default_payment_method"] = method["id"]
    saved_payment_methods.check_default(account, customer, method)
    account.apply(Change((customer,), (("customer.created", customer),)), call.cause)
    if method:
        saved_payment_methods.attach_to(account, method, customer["id"], call.cause)
    return customer


def retrieve(account: Account, call: Call) -> Object:
    """One customer; of a deleted one only that it was."""
    deleted = account.store.get(KIND, call.ids["id"])
    return deleted or account.find(KIND, call.ids["id"], param="id")


def listed(account: Account, call: Call) -> Object:
    """The customers, newest first. Those of a test clock are listed by its name alone."""
    email, clock = call.params.get("email"), call.params.get("test_clock")

    def matches(customer: Object) -> bool:
        if customer.get("deleted"):
            return False
        return email in (None, customer["email"]) and customer["test_clock"] == clock

    return page(account.store, KIND, call.params, "/v1/customers", matches)


def update(account: Account, call: Call) -> Object:
    """Other values."""
    customer, params = account.find(KIND, call.ids["id"], param="id"), call.params
    changed = {**customer, **{name: params[name] for name in DESCRIBED if name in params}}
    changed["metadata"] = merged(customer["metadata"], params)
    changed["invoice_settings"] = _settings(customer["invoice_settings"], params)
    if changed != customer:
        saved_payment_methods.check_default(account, changed)
        account.apply(Change((changed,), (("customer.updated", changed),)), call.cause)
    return changed


def delete(account: Account, call: Call) -> Object:
    """The customer is gone, and what was saved with them can be used no more."""
    customer = account.find(KIND, call.ids["id"], param="id")
    for method in list(saved_payment_methods.of_customer(account, customer["id"])):
        saved_payment_methods.detach_from_owner(account, method, call.cause)
    deleted: Object = {"id": customer["id"], "object": KIND, "deleted": True}
    account.apply(Change((deleted,), (("customer.deleted", customer),)), call.cause)
    return deleted


def new(params: dict[str, Any], moment: Moment) -> Object:
    """A customer who has done nothing yet."""
    described = {name: params.get(name) for name in DESCRIBED if name not in ("business_name", "individual_name")}
    named = {name: params[name] for name in ("business_name", "individual_name") if params.get(name)}
    return {
        "id": moment.names.id("cus", 14),
        "object": KIND,
        **described,
        **named,
        "balance": params.get("balance", 0),
        "created": moment.now,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "discount": None,
        "invoice_prefix": params.get("invoice_prefix") or moment.names.characters(8).upper(),
        "invoice_settings": _settings(
            {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None}, params
        ),
        "livemode": False,
        "metadata": merged({}, params),
        "next_invoice_sequence": params.get("next_invoice_sequence", 1),
        "preferred_locales": params.get("preferred_locales", []),
        "tax_exempt": params.get("tax_exempt", "none"),
        "test_clock": params.get("test_clock"),
    }


def _settings(known: Object, params: dict[str, Any]) -> Object:
    asked = params.get("invoice_settings", {})
    return {**known, **{name: asked[name] for name in SETTINGS if name in asked}}


def _method_of(account: Account, params: dict[str, Any]) -> Object | None:
    if "payment_method" not in params:
        return None
    method = payment_methods.use(account, params["payment_method"])
    reuse.check_may_be_attached(account, method)
    return method


OPERATIONS = (
    Operation("POST", "/v1/customers", create, CREATE),
    Operation("GET", "/v1/customers", listed, LISTED),
    Operation("GET", "/v1/customers/{id}", retrieve, RETRIEVE),
    Operation("POST", "/v1/customers/{id}", update, UPDATE),
    Operation("DELETE", "/v1/customers/{id}", delete, DELETE),
)
