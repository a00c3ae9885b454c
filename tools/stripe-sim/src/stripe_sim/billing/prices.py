"""Prices: how much of which currency, once or every so often."""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.billing import product_object
from stripe_sim.billing.price_parameters import CREATE, LISTED, RETRIEVE, UPDATE
from stripe_sim.changes import Change, Moment
from stripe_sim.http.errors import invalid
from stripe_sim.http.metadata import merged
from stripe_sim.http.money import check_amount
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page, same
from stripe_sim.objects import Object

KIND = "price"


def create(account: Account, call: Call) -> Object:
    """A new price of a product, which `product_data` makes on the way."""
    params = call.params
    _check_product(account, params)
    if params["unit_amount"]:
        check_amount(params["unit_amount"], params["currency"])
    if "lookup_key" in params:
        _take_lookup_key(account, call)
    if "product_data" in params:
        product = product_object.new(params["product_data"], account.moment())
        account.apply(Change((product,), (("product.created", product),)), call.cause)
        params = {**params, "product": product["id"]}
    price = new(params, account.moment())
    account.apply(Change((price,), (("price.created", price),)), call.cause)
    account.store.put_beside(price, "currency_options", _options(price, params.get("currency_options", {})))
    return price


def retrieve(account: Account, call: Call) -> Object:
    """One price."""
    return _found(account, call)


def listed(account: Account, call: Call) -> Object:
    """The prices, newest first."""
    as_wanted = same(call.params, "active", "currency", "product", "type")
    keys, recurring = call.params.get("lookup_keys"), call.params.get("recurring", {})

    def matches(price: Object) -> bool:
        return (
            as_wanted(price)
            and (not keys or price["lookup_key"] in keys)
            and recurring.items() <= (price["recurring"] or {}).items()
        )

    return page(account.store, KIND, call.params, "/v1/prices", matches)


def update(account: Account, call: Call) -> Object:
    """Another name or state; what it costs never changes."""
    price, params = _found(account, call), call.params
    if "lookup_key" in params and params["lookup_key"] != price["lookup_key"]:
        _take_lookup_key(account, call)
    told: Object = {
        name: params[name] for name in ("active", "lookup_key", "nickname", "tax_behavior") if name in params
    }
    price = {**price, **told, "metadata": merged(price["metadata"], params)}
    account.apply(Change((price,), (("price.updated", price),)), call.cause)
    if "currency_options" in params:
        options = account.store.beside(price, "currency_options") | _options(price, params["currency_options"])
        account.store.put_beside(price, "currency_options", options)
    return price


def on_the_spot(account: Account, data: dict[str, Any]) -> Object:
    """A price for one use, and so not active; its product is known, or comes with it as `product_data`."""
    _check_product(account, data)
    moment = account.moment()
    if "product_data" in data:
        product = product_object.new(data["product_data"], moment) | {"active": False}
        account.apply(Change((product,)))
        data = {**data, "product": product["id"]}
    price = new({**data, "active": False}, moment)
    account.apply(Change((price,)))
    account.store.put_beside(price, "currency_options", _options(price, {}))
    return price


def amount_in(account: Account, price: Object, currency: str) -> int | None:
    """What it costs in this currency, None where it cannot be paid so."""
    if currency == price["currency"]:
        return int(price["unit_amount"])
    options = account.store.beside(price, "currency_options") if account.store.get(KIND, price["id"]) else {}
    return options[currency]["unit_amount"] if currency in options else None


def new(params: dict[str, Any], moment: Moment) -> Object:
    """A price of the product that `product` names."""
    recurring = params.get("recurring")
    return {
        "id": moment.names.id("price"),
        "object": KIND,
        "active": params.get("active", True),
        "billing_scheme": "per_unit",
        "created": moment.now,
        "currency": params["currency"],
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": params.get("lookup_key"),
        "metadata": merged({}, params),
        "nickname": params.get("nickname"),
        "product": params["product"],
        "recurring": recurring and {"interval_count": 1, "meter": None, "usage_type": "licensed", **recurring},
        "tax_behavior": params.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if recurring else "one_time",
        "unit_amount": params["unit_amount"],
        "unit_amount_decimal": str(params["unit_amount"]),
    }


def _options(price: Object, told: dict[str, Any]) -> Object:
    """The `currency_options`, which include the price's own currency; shown on demand only."""
    all_told = {price["currency"]: {"unit_amount": price["unit_amount"]}, **told}
    return {
        code: {
            "custom_unit_amount": None,
            "tax_behavior": option.get("tax_behavior", price["tax_behavior"]),
            "unit_amount": option["unit_amount"],
            "unit_amount_decimal": str(option["unit_amount"]),
        }
        for code, option in all_told.items()
    }


def _check_product(account: Account, params: dict[str, Any]) -> None:
    if ("product" in params) == ("product_data" in params):
        raise invalid("You must specify exactly one of `product` or `product_data`.", "product", "parameter_missing")
    if "product" in params:
        account.find("product", params["product"], param="product", status=400)


def _take_lookup_key(account: Account, call: Call) -> None:
    """A key belongs to one price; with `transfer_lookup_key` the older one gives it up."""
    key = call.params["lookup_key"]
    holder = next((price for price in account.store.oldest_first(KIND) if price["lookup_key"] == key), None)
    if holder is None:
        return
    if not call.params.get("transfer_lookup_key"):
        raise invalid(f"A price (`{holder['id']}`) already uses that lookup key.", "lookup_key")
    holder = {**holder, "lookup_key": None}
    account.apply(Change((holder,), (("price.updated", holder),)), call.cause)


def _found(account: Account, call: Call) -> Object:
    return account.find(KIND, call.ids["id"], param="price")


OPERATIONS = (
    Operation("POST", "/v1/prices", create, CREATE),
    Operation("GET", "/v1/prices", listed, LISTED),
    Operation("GET", "/v1/prices/{id}", retrieve, RETRIEVE),
    Operation("POST", "/v1/prices/{id}", update, UPDATE),
)
