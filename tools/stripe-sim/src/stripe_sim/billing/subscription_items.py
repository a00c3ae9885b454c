"""The items of a subscription: so many of a price. Priced alike in time: all are paid at the same interval."""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.billing import invoice_lines, prices
from stripe_sim.http.errors import StripeError, invalid, missing
from stripe_sim.http.metadata import merged
from stripe_sim.http.money import LARGEST, written
from stripe_sim.objects import Object

KIND = "subscription_item"


def prices_of(account: Account, asked: list[dict[str, Any]]) -> list[Object]:
    """The price of each item that is asked for. Raises StripeError where they cannot be paid together."""
    if not asked:
        raise invalid("Missing required param: items.", "items", "parameter_missing")
    found = [_price(account, item, f"items[{index}]") for index, item in enumerate(asked)]
    _check_together(found)
    return found


def currency_of(account: Account, asked: str | None, found: list[Object]) -> str:
    """The currency of all of them. Raises StripeError where one is not to be had in it."""
    currency: str = asked or found[0]["currency"]
    for price in found:
        if prices.amount_in(account, price, currency) is None:
            raise invalid(
                f"The price specified only supports `{price['currency']}`. This doesn't match the expected currency: "
                f"`{currency}`.",
                "currency",
            )
    return currency


def new(account: Account, subscription: Object, price: Object, asked: dict[str, Any]) -> Object:
    """An item without a period yet."""
    moment = account.moment()
    return {
        "id": moment.names.id("si", 14),
        "object": KIND,
        "billing_thresholds": None,
        "created": moment.now,
        "current_period_end": moment.now,
        "current_period_start": moment.now,
        "discounts": [],
        "metadata": merged({}, asked),
        "price": price,
        "quantity": asked.get("quantity", 1),
        "subscription": subscription["id"],
        "tax_rates": [],
    }


def changed(account: Account, subscription: Object, asked: list[dict[str, Any]]) -> list[Object]:
    """The items after a request: those that it names by id are changed or deleted, the others added."""
    items = {item["id"]: item for item in subscription["items"]["data"]}
    period = {name: next(iter(items.values()))[name] for name in ("current_period_end", "current_period_start")}
    for index, one in enumerate(asked):
        if "id" not in one:
            added = new(account, subscription, _price(account, one, f"items[{index}]"), one) | period
            items[added["id"]] = added
        elif one["id"] not in items:
            raise missing(KIND, one["id"], f"items[{index}][id]", 400)
        elif one.get("deleted"):
            del items[one["id"]]
        else:
            items[one["id"]] = _other(account, items[one["id"]], one, f"items[{index}]")
    if not items:
        raise invalid("A subscription must have at least one active plan.", "items")
    found = [item["price"] for item in items.values()]
    _check_together(found)
    currency_of(account, subscription["currency"], found)
    return list(items.values())


def check_total(account: Account, subscription: Object) -> None:
    """Raise StripeError for more than can be charged at once."""
    total = sum(
        (prices.amount_in(account, item["price"], subscription["currency"]) or 0) * item["quantity"]
        for item in subscription["items"]["data"]
    )
    if total > LARGEST:
        largest = written(LARGEST, subscription["currency"])
        raise invalid(f"Amount must be no more than {largest}", "items", "amount_too_large")


def prorations(account: Account, before: Object, after: Object) -> list[Object]:
    """For each item that costs something else: what the rest of the old gives back, and what that of the new costs."""
    old = {item["id"]: item for item in before["items"]["data"]}
    new_ones = {item["id"]: item for item in after["items"]["data"]}
    given = [
        invoice_lines.proration(account, after, item, credit=True)
        for name, item in old.items()
        if _costs(item) != _costs(new_ones.get(name))
    ]
    taken = [
        invoice_lines.proration(account, after, item, credit=False)
        for name, item in new_ones.items()
        if _costs(item) != _costs(old.get(name))
    ]
    return [*given, *taken]


def _costs(item: Object | None) -> tuple[str, int] | None:
    return None if item is None else (item["price"]["id"], item["quantity"])


def _other(account: Account, item: Object, asked: dict[str, Any], param: str) -> Object:
    if "price" in asked or "price_data" in asked:
        item = {**item, "price": _price(account, asked, param)}
    return {**item, "metadata": merged(item["metadata"], asked), "quantity": asked.get("quantity", item["quantity"])}


def _price(account: Account, asked: dict[str, Any], param: str) -> Object:
    if ("price" in asked) == ("price_data" in asked):
        raise invalid("You must specify exactly one of `price` or `price_data`.", f"{param}[price]")
    if "price_data" in asked:
        return prices.on_the_spot(account, asked["price_data"])
    price = account.find("price", asked["price"], param=f"{param}[price]", status=400)
    if price["recurring"] is None:
        raise _not_recurring(price, param)
    return price


def _not_recurring(price: Object, param: str) -> StripeError:
    return invalid(
        f"The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`: "
        f"{price['id']}.",
        f"{param}[price]",
    )


def _check_together(found: list[Object]) -> None:
    if len({(price["recurring"]["interval"], price["recurring"]["interval_count"]) for price in found}) > 1:
        raise invalid("All prices of a subscription must have the same `recurring[interval]` and count.", "items")
