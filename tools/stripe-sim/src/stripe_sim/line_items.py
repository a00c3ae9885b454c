"""The lines of a Checkout Session, priced on the spot."""

from typing import Any

from stripe_sim.changes import Moment
from stripe_sim.errors import invalid
from stripe_sim.objects import Object


def line_items(asked: list[dict[str, Any]], moment: Moment) -> list[Object]:
    """An `item` for each line. Raises StripeError unless all are in one currency."""
    if not asked:
        raise invalid("Missing required param: line_items.", "line_items", "parameter_missing")
    currency = asked[0]["price_data"]["currency"]
    if any(line["price_data"]["currency"] != currency for line in asked):
        raise invalid("The `currency` must be the same for all line items.", "line_items")
    return [_item(line, index, moment) for index, line in enumerate(asked)]


def _item(line: dict[str, Any], index: int, moment: Moment) -> Object:
    if "quantity" not in line:
        param = f"line_items[{index}][quantity]"
        raise invalid("Quantity is required. Add `quantity` to each line item.", param, "parameter_missing")
    price = _price(line["price_data"], moment)
    total = price["unit_amount"] * line["quantity"]
    return {
        "id": moment.names.id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": line["price_data"]["product_data"]["name"],
        "metadata": line.get("metadata") or {},
        "price": price,
        "quantity": line["quantity"],
    }


def _price(data: dict[str, Any], moment: Moment) -> Object:
    """A price that was made for this line alone, and so is not active."""
    return {
        "id": moment.names.id("price"),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": moment.now,
        "currency": data["currency"],
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": moment.names.id("prod", 14),
        "recurring": None,
        "tax_behavior": data.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": data["unit_amount"],
        "unit_amount_decimal": str(data["unit_amount"]),
    }
