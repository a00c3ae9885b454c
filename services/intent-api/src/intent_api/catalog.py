"""What can be bought and for how much: read once at start from one JSON file."""

from collections import Counter
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from intent_api.currencies import CHARGEABLE, MAXIMUM, fault_of_step
from tillstream_contracts.types import Currency

MAX_PRODUCTS = 10_000
MAX_TRIAL_DAYS = 730
Sku = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$", examples=["mug"])]
Price = Annotated[int, Field(strict=True, ge=1, le=MAXIMUM)]


class CatalogUnusable(Exception):
    """The catalogue file cannot be used; the sentence says what to correct."""


class Plan(BaseModel):
    """How often a product is sold again, and for how many days it may be tried first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval: Literal["day", "week", "month", "year"]
    interval_count: Annotated[int, Field(strict=True, ge=1, le=36)] = 1
    trial_days: Annotated[int, Field(strict=True, ge=0, le=MAX_TRIAL_DAYS)] = 0

    @model_validator(mode="after")
    def _ends_within_three_years(self) -> Self:
        if self.interval == "year" and self.interval_count > 3:
            raise ValueError("Stripe bills at least every three years")
        return self


class Product(BaseModel):
    """One thing to buy; `prices` are minor units (4200 is 42.00 usd, and 4200 jpy) by currency."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    sku: Sku
    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Stoneware mug"])]
    description: Annotated[str, Field(max_length=1000)] = ""
    image: Annotated[str, Field(max_length=500, examples=["mug"])] = ""
    prices: Annotated[dict[Currency, Price], Field(min_length=1, examples=[{"usd": 2400, "eur": 2200}])]
    plan: Plan | None = None
    """Set where the product is sold by subscription, and by nothing else."""


class Catalog(BaseModel):
    """All products, each under its own SKU."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    products: Annotated[tuple[Product, ...], Field(min_length=1, max_length=MAX_PRODUCTS)]

    @model_validator(mode="after")
    def _is_sellable(self) -> Self:
        skus = Counter(product.sku for product in self.products)
        if twice := sorted(sku for sku, times in skus.items() if times > 1):
            raise ValueError(f"these SKUs appear more than once: {', '.join(twice)}")
        if unknown := sorted(self.currencies - CHARGEABLE):
            raise ValueError(f"these currencies are not supported: {', '.join(unknown)}")
        for product in self.products:
            for currency, price in product.prices.items():
                if fault := fault_of_step(price, currency):
                    raise ValueError(f"the price of {product.sku} in {currency} is {price}. {fault}")
        return self

    @cached_property
    def by_sku(self) -> dict[str, Product]:
        """The products by their SKU."""
        return {product.sku: product for product in self.products}

    @cached_property
    def sku_by_name(self) -> dict[str, str]:
        """SKUs by case-folded name; of two products with one name neither is meant."""
        names = Counter(product.name.casefold() for product in self.products)
        named = {product.name.casefold(): product.sku for product in self.products}
        return {name: sku for name, sku in named.items() if names[name] == 1}

    @cached_property
    def currencies(self) -> frozenset[str]:
        """Every currency in which something can be bought."""
        return frozenset(currency for product in self.products for currency in product.prices)


def read_catalog(path: Path | None) -> Catalog:
    """The catalogue in the file at `path`, the package's sample if None. Raises CatalogUnusable."""
    source = path or resources.files("intent_api") / "catalog.json"
    try:
        return Catalog.model_validate_json(source.read_bytes())
    except OSError as error:
        raise CatalogUnusable(f"Cannot read the catalogue {source}: {error.strerror}.") from error
    except ValidationError as error:
        raise CatalogUnusable(f"Correct the catalogue {source}: {_faults(error)}.") from error


def _faults(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}" for fault in error.errors()[:10]
    )
