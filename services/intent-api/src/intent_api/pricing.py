"""What a cart costs: integers in, integers out, and every fault named by its field."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from intent_api.catalog import Catalog
from intent_api.currencies import CHARGEABLE, MAXIMUM, MINIMUM, fault_of_step
from intent_api.faults import wrong_fields
from tillstream_contracts import OrderLine


class Wanted(Protocol):
    """A line of a cart as the caller asks for it."""

    @property
    def sku(self) -> str: ...
    @property
    def quantity(self) -> int: ...


@dataclass(frozen=True)
class Priced:
    """What there is to pay; no lines where the merchant's server named the amount itself."""

    currency: str
    amount: int
    lines: tuple[OrderLine, ...] = ()


def price_cart(catalog: Catalog, items: Sequence[Wanted], currency: str, *, plans: bool = False) -> Priced:
    """The cart at the catalogue's prices. Refuses what is not sold (so), sold twice over, or cannot be charged."""
    if currency not in catalog.currencies:
        raise wrong_fields({"currency": f"Choose one of {', '.join(sorted(catalog.currencies))}."})
    faults = {f"items[{index}].sku": _fault(catalog, items, index, currency, plans) for index in range(len(items))}
    if messages := {field: message for field, message in faults.items() if message}:
        raise wrong_fields(messages)
    lines = tuple(_line(catalog, item, currency) for item in items)
    return _chargeable(Priced(currency, sum(line.unit_amount * line.quantity for line in lines), lines), "items")


def price_lines(lines: Sequence[OrderLine], currency: str, *, field: str) -> Priced:
    """Lines whose prices somebody else has named. Refuses what Stripe could not charge."""
    _require_known(currency)
    return _chargeable(Priced(currency, sum(line.unit_amount * line.quantity for line in lines), tuple(lines)), field)


def price_amount(amount: int, currency: str) -> Priced:
    """An amount that the merchant's own server names. Refuses what Stripe could not charge."""
    _require_known(currency)
    return _chargeable(Priced(currency, amount), "amount")


def _require_known(currency: str) -> None:
    if currency not in CHARGEABLE:
        raise wrong_fields({"currency": f"Choose one of {', '.join(sorted(CHARGEABLE))}."})


def _fault(catalog: Catalog, items: Sequence[Wanted], index: int, currency: str, plans: bool) -> str | None:
    sku = items[index].sku
    product = catalog.by_sku.get(sku)
    if product is None:
        return f"The catalogue has no {sku}."
    if plans != (product.plan is not None):
        way = "once, not by subscription" if plans else "by subscription: POST /v1/subscriptions"
        return f"{sku} is sold {way}."
    if currency not in product.prices:
        return f"{sku} has no price in {currency}."
    first = next(place for place, item in enumerate(items) if item.sku == sku)
    return f"{sku} is already in items[{first}]; add up the quantities there." if first != index else None


def _line(catalog: Catalog, item: Wanted, currency: str) -> OrderLine:
    product = catalog.by_sku[item.sku]
    return OrderLine(sku=item.sku, name=product.name, quantity=item.quantity, unit_amount=product.prices[currency])


def _chargeable(priced: Priced, field: str) -> Priced:
    lowest = MINIMUM.get(priced.currency, 1)
    if not lowest <= priced.amount <= MAXIMUM:
        limits = f"{lowest} to {MAXIMUM} minor units of {priced.currency}"
        raise wrong_fields({field: f"The total is {priced.amount}; Stripe charges {limits}."})
    if fault := fault_of_step(priced.amount, priced.currency):
        raise wrong_fields({field: fault})
    return priced
