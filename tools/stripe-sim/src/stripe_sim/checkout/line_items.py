"""The lines of a Checkout Session: known prices, or prices on the spot."""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.billing import prices
from stripe_sim.http.errors import invalid
from stripe_sim.objects import Object


def line_items(account: Account, asked: list[dict[str, Any]], mode: str) -> list[Object]:
    """An `item` for each line. Raises StripeError unless all are in one currency, and suit the mode."""
    if not asked:
        raise invalid("Missing required param: line_items.", "line_items", "parameter_missing")
    found = [_price(account, line, index) for index, line in enumerate(asked)]
    if len({price["currency"] for price in found}) > 1:
        raise invalid("The `currency` must be the same for all line items.", "line_items")
    _check_mode(found, mode)
    return [_item(account, price, line) for price, line in zip(found, asked, strict=True)]


def every(price: Object) -> str:
    """How often it is paid, in words: `per month`, `every 3 months`, or nothing."""
    recurring = price["recurring"]
    if recurring is None:
        return ""
    interval, count = recurring["interval"], recurring["interval_count"]
    return f"per {interval}" if count == 1 else f"every {count} {interval}s"


def _price(account: Account, line: dict[str, Any], index: int) -> Object:
    param = f"line_items[{index}]"
    if "quantity" not in line:
        message = "Quantity is required. Add `quantity` to each line item."
        raise invalid(message, f"{param}[quantity]", "parameter_missing")
    if ("price" in line) == ("price_data" in line):
        raise invalid("You must specify either `price` or `price_data` for each line item.", f"{param}[price]")
    if "price_data" in line:
        return prices.on_the_spot(account, line["price_data"])
    return account.find("price", line["price"], param=f"{param}[price]", status=400)


def _check_mode(found: list[Object], mode: str) -> None:
    recurring = [
        price["recurring"] and (price["recurring"]["interval"], price["recurring"]["interval_count"]) for price in found
    ]
    if mode == "payment" and any(recurring):
        raise invalid(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use "
            "only one-time prices.",
            "mode",
        )
    if mode == "subscription" and not (all(recurring) and len(set(recurring)) == 1):
        raise invalid("In `subscription` mode all prices must be recurring, at the same interval.", "line_items")


def _item(account: Account, price: Object, line: dict[str, Any]) -> Object:
    total = price["unit_amount"] * line["quantity"]
    return {
        "id": account.names.id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": account.find("product", price["product"], param="product")["name"],
        "metadata": line.get("metadata") or {},
        "price": price,
        "quantity": line["quantity"],
    }
