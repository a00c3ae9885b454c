"""The lines of an invoice: a period of each item, or the rest of one after a change. Integers alone."""

from datetime import UTC, datetime

from stripe_sim.account import Account
from stripe_sim.billing import prices
from stripe_sim.changes import Moment
from stripe_sim.http.money import written
from stripe_sim.objects import Object


def for_period(account: Account, subscription: Object) -> list[Object]:
    """A line for each item's current period: nothing to pay while the trial lasts."""
    return [_for_period(account, subscription, item) for item in subscription["items"]["data"]]


def proration(account: Account, subscription: Object, item: Object, *, credit: bool) -> Object:
    """What the rest of the item's current period costs, or what is given back for it."""
    now = account.moment().now
    start, end = item["current_period_start"], item["current_period_end"]
    rest = _share(_amount(account, subscription, item), end - now, end - start)
    day = datetime.fromtimestamp(now, UTC).strftime("%d %b %Y")
    what = f"{item['quantity']} × {_product(account, item)} after {day}"
    says = f"Unused time on {what}" if credit else f"Remaining time on {what}"
    line = _line(account.moment(), subscription, item, -rest if credit else rest, says, (now, end))
    line["parent"]["subscription_item_details"]["proration"] = True
    return line


def _for_period(account: Account, subscription: Object, item: Object) -> Object:
    amount, name = _amount(account, subscription, item), _product(account, item)
    every = _every(item["price"]["recurring"])
    unit = written(amount // item["quantity"] if item["quantity"] else 0, subscription["currency"])
    says = f"{item['quantity']} × {name} (at {unit.upper()} / {every})"
    if subscription["status"] == "trialing":
        amount, says = 0, f"Trial period for {name}"
    period = (item["current_period_start"], item["current_period_end"])
    return _line(account.moment(), subscription, item, amount, says, period)


def _share(amount: int, part: int, whole: int) -> int:
    """The amount for a part of the time, rounded half up."""
    return (2 * amount * max(part, 0) + whole) // (2 * whole)


def _amount(account: Account, subscription: Object, item: Object) -> int:
    unit = prices.amount_in(account, item["price"], subscription["currency"])
    quantity: int = item["quantity"]
    return (unit or 0) * quantity


def _every(recurring: Object) -> str:
    interval, count = recurring["interval"], recurring["interval_count"]
    return interval if count == 1 else f"every {count} {interval}s"


def _product(account: Account, item: Object) -> str:
    product = account.store.get("product", item["price"]["product"])
    return str(product["name"]) if product else "Subscription"


def _line(
    moment: Moment, subscription: Object, item: Object, amount: int, says: str, period: tuple[int, int]
) -> Object:
    price = item["price"]
    return {
        "id": moment.names.id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": subscription["currency"],
        "description": says,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": subscription["metadata"],
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"end": period[1], "start": period[0]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "subscription": subscription["id"],
        "subtotal": amount,
        "taxes": [],
    }
