"""Which product at Stripe a SKU of the catalogue is: intent-api makes it, readers of Stripe's events know it again."""

import re
from typing import Final

_OURS: Final = re.compile(r"tillstream\.[A-Za-z0-9_-]{1,64}\.([A-Za-z0-9_.-]{1,64})", re.ASCII)


def product_id_for(merchant_id: str, sku: str) -> str:
    """The product's id at Stripe: the same in each call, process and year."""
    return f"tillstream.{merchant_id}.{sku}"  # a merchant's id has no dot


def sku_of(product_id: str | None) -> str | None:
    """The SKU that a product at Stripe is, None if it was not made by us."""
    ours = _OURS.fullmatch(product_id or "")
    return ours[1] if ours else None
