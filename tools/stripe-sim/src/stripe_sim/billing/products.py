"""Products: what is sold. How much it costs is in `prices.py`."""

from stripe_sim.account import Account
from stripe_sim.billing import prices
from stripe_sim.billing.product_object import KIND, new
from stripe_sim.billing.product_parameters import CREATE, LISTED, RETRIEVE, UPDATE
from stripe_sim.changes import Change
from stripe_sim.http.errors import StripeError, invalid
from stripe_sim.http.metadata import merged
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page, same
from stripe_sim.http.parameters import Shape
from stripe_sim.objects import Object

_DESCRIBED = (
    "active",
    "description",
    "images",
    "marketing_features",
    "name",
    "package_dimensions",
    "shippable",
    "statement_descriptor",
    "tax_code",
    "unit_label",
    "url",
)


def create(account: Account, call: Call) -> Object:
    """A new product, under its own id where one is given."""
    if account.store.get(KIND, call.params.get("id", "")):
        raise StripeError(400, f"Product already exists: {call.params['id']}", code="resource_already_exists")
    product = new(call.params, account.moment())
    account.apply(Change((product,), (("product.created", product),)), call.cause)
    if "default_price_data" in call.params:
        data = {**call.params["default_price_data"], "product": product["id"]}
        price = prices.create(account, Call(data, cause=call.cause))
        product = {**product, "default_price": price["id"]}
        account.apply(Change((product,)))
    return product


def retrieve(account: Account, call: Call) -> Object:
    """One product."""
    return _found(account, call)


def listed(account: Account, call: Call) -> Object:
    """The products, newest first."""
    as_wanted = same(call.params, "active", "shippable", "url")
    ids = call.params.get("ids")

    def matches(product: Object) -> bool:
        return as_wanted(product) and (not ids or product["id"] in ids)

    return page(account.store, KIND, call.params, "/v1/products", matches)


def update(account: Account, call: Call) -> Object:
    """Other values."""
    product, params = _found(account, call), call.params
    if "default_price" in params:
        price = account.find("price", params["default_price"], param="default_price", status=400)
        if price["product"] != product["id"]:
            raise invalid("The default price must be a price of this product.", "default_price")
    told = {name: params[name] for name in (*_DESCRIBED, "default_price") if name in params}
    product = {**product, **told, "metadata": merged(product["metadata"], params), "updated": account.moment().now}
    account.apply(Change((product,), (("product.updated", product),)), call.cause)
    return product


def delete(account: Account, call: Call) -> Object:
    """It is gone, unless it has prices."""
    product = _found(account, call)
    if any(price["product"] == product["id"] for price in account.store.oldest_first("price")):
        raise invalid("This product cannot be deleted because it has one or more user-created prices.")
    account.store.remove(KIND, product["id"])
    account.apply(Change(events=(("product.deleted", product),)), call.cause)
    return {"id": product["id"], "object": KIND, "deleted": True}


def _found(account: Account, call: Call) -> Object:
    return account.find(KIND, call.ids["id"], param="id")


OPERATIONS = (
    Operation("POST", "/v1/products", create, CREATE),
    Operation("GET", "/v1/products", listed, LISTED),
    Operation("GET", "/v1/products/{id}", retrieve, RETRIEVE),
    Operation("POST", "/v1/products/{id}", update, UPDATE),
    Operation("DELETE", "/v1/products/{id}", delete, Shape({})),
)
