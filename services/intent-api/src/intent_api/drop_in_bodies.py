"""What storefronts written after Stripe's common guides send, and what it costs here: never what they say it does."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from intent_api.carts import MAX_LINES, MAX_QUANTITY, PRINTABLE, Email, lower
from intent_api.catalog import Catalog
from intent_api.currencies import MAXIMUM
from intent_api.faults import wrong_fields
from intent_api.pricing import Priced, price_cart, price_lines
from tillstream_contracts import OrderLine
from tillstream_contracts.types import Currency

Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
Code = Annotated[Currency, BeforeValidator(lower)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE)]


def _written(told: object) -> object:
    """A price as somebody may write one; whatever else came in its place is no price, however deeply nested."""
    return told if isinstance(told, (int, float, str)) else None


Price = Annotated[object, BeforeValidator(_written)]


class Foreign(BaseModel):
    """A body of somebody else's design: what is not known here is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, use_attribute_docstrings=True)


class GuideItem(Foreign):
    """One line as Stripe's quickstart sends it; its `amount` is passed over."""

    id: Annotated[str, Field(max_length=64, pattern=PRINTABLE, examples=["mug"])]
    """A SKU of the catalogue."""
    quantity: Quantity = 1


class IntentBody(Foreign):
    """`items` of the catalogue; or an amount, where client prices are trusted."""

    items: Annotated[list[GuideItem], Field(min_length=1, max_length=MAX_LINES)] | None = None
    amount: Annotated[int, Field(ge=1, le=MAXIMUM)] | None = None
    """In minor units."""
    currency: Code | None = None


class CartItem(Foreign):
    """One line of a cart that is kept in the browser."""

    id: Annotated[str, Field(max_length=64, pattern=PRINTABLE)] | None = None
    name: Name
    """The product's name in the catalogue, or its SKU."""
    price: Price = None
    """Passed over, unless client prices are trusted: then an integer in minor units."""
    quantity: Quantity = 1


class CartBody(Foreign):
    """A cart, for Stripe's hosted page."""

    cart_items: Annotated[list[CartItem], Field(alias="cartItems", min_length=1, max_length=MAX_LINES)]
    email: Email | None = None
    currency: Code | None = None


@dataclass(frozen=True)
class Line:
    """A line of the catalogue, with the quantities of all that named it added up."""

    sku: str
    quantity: int


def priced_items(catalog: Catalog, items: list[GuideItem], currency: str) -> Priced:
    """What the catalogue says that these items cost."""
    return price_cart(catalog, _added_up([(item.id, item.quantity) for item in items], "items"), currency)


def priced_cart(catalog: Catalog, items: list[CartItem], currency: str) -> Priced:
    """What the catalogue says that this cart costs, whatever prices it came with."""
    skus = [_sku(catalog, item) for item in items]
    if faults := {
        f"cartItems[{index}].name": f"The catalogue has nothing called {items[index].name}."
        for index, sku in enumerate(skus)
        if sku is None
    }:
        raise wrong_fields(faults)
    known = [(sku, item.quantity) for sku, item in zip(skus, items, strict=True) if sku is not None]
    return price_cart(catalog, _added_up(known, "cartItems"), currency)


def trusted_cart(catalog: Catalog, items: list[CartItem], currency: str) -> Priced:
    """What the browser says that this cart costs."""
    prices = [item.price for item in items]
    if faults := {
        f"cartItems[{index}].price": "Send an integer in minor units: 1999 is 19.99 usd, and 1999 jpy."
        for index, price in enumerate(prices)
        if type(price) is not int or not 1 <= price <= MAXIMUM
    }:
        raise wrong_fields(faults)
    lines = [
        OrderLine(
            sku=_sku(catalog, item) or item.id or "unknown", name=item.name, quantity=item.quantity, unit_amount=price
        )
        for item, price in zip(items, prices, strict=True)
        if isinstance(price, int)
    ]
    return price_lines(lines, currency, field="cartItems")


def _sku(catalog: Catalog, item: CartItem) -> str | None:
    """The product that is meant: by its SKU, else by its name."""
    for named in (item.id, item.name):
        if named in catalog.by_sku:
            return named
    return catalog.sku_by_name.get(item.name.casefold())


def _added_up(wanted: list[tuple[str, int]], field: str) -> list[Line]:
    """One line for each SKU."""
    total: dict[str, int] = {}
    for sku, quantity in wanted:
        total[sku] = total.get(sku, 0) + quantity
    if too_many := [sku for sku, quantity in total.items() if quantity > MAX_QUANTITY]:
        raise wrong_fields({field: f"At most {MAX_QUANTITY} of each: {', '.join(too_many)}."})
    return [Line(sku, quantity) for sku, quantity in total.items()]
