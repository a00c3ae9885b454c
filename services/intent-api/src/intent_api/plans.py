"""What is sold by subscription: its price, its rhythm, its trial, and the product that it is at Stripe."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from stripe import InvalidRequestError, Product

from intent_api.catalog import Catalog, Plan
from intent_api.faults import wrong_fields
from intent_api.idempotency import stripe_key_for
from intent_api.pricing import Wanted, price_cart
from intent_api.stripe_calls import StripeCalls
from tillstream_contracts.stripe_products import product_id_for

MAX_LINES: Final = 20
"""As many as Stripe takes in one subscription."""
EXISTS: Final = "resource_already_exists"


@dataclass(frozen=True)
class PlannedLine:
    """One line of a subscription, at the catalogue's price."""

    sku: str
    name: str
    product_id: str
    quantity: int
    unit_amount: int
    currency: str
    plan: Plan


def price_plans(catalog: Catalog, items: Sequence[Wanted], currency: str, merchant_id: str) -> tuple[PlannedLine, ...]:
    """The lines at the catalogue's prices. Refuses what is no plan, and plans that are not billed together."""
    lines = tuple(
        PlannedLine(
            sku=line.sku,
            name=line.name,
            product_id=product_id_for(merchant_id, line.sku),
            quantity=line.quantity,
            unit_amount=line.unit_amount,
            currency=currency,
            plan=plan,
        )
        for line in price_cart(catalog, items, currency, plans=True).lines
        if (plan := catalog.by_sku[line.sku].plan)
    )
    if len(lines) > MAX_LINES:
        raise wrong_fields({"items": f"Stripe takes at most {MAX_LINES} in one subscription."})
    if len({(line.plan.interval, line.plan.interval_count) for line in lines}) > 1:
        raise wrong_fields({"items": "These are billed in different intervals; make a subscription for each."})
    return lines


def price_data(line: PlannedLine) -> Any:
    """The price as Stripe wants it told; the library has a type of its own for each place where it is."""
    return {
        "currency": line.currency,
        "product": line.product_id,
        "recurring": {"interval": line.plan.interval, "interval_count": line.plan.interval_count},
        "unit_amount": line.unit_amount,
    }


class Products:
    """The catalogue's plans as products at Stripe, each made once when it is first sold."""

    def __init__(self, stripe: StripeCalls) -> None:
        self._stripe = stripe
        self._known: set[str] = set()  # no more than the catalogue has

    async def ensure(self, lines: Sequence[PlannedLine]) -> None:
        """Return when Stripe has a product for each line."""
        for line in lines:
            if line.product_id not in self._known:
                await self._make(line)
                self._known.add(line.product_id)

    async def _make(self, line: PlannedLine) -> None:
        """Make the product, unless it is there: made by another process, or before Stripe forgot the key."""
        service = self._stripe.client.v1.products

        async def made(key: str) -> Product | None:
            try:
                return await service.create_async(
                    {"id": line.product_id, "name": line.name, "metadata": {"sku": line.sku}}, {"idempotency_key": key}
                )
            except InvalidRequestError as error:
                if error.code != EXISTS:
                    raise
                return None

        await self._stripe.ask("create_product", stripe_key_for(line.product_id, "product", line.name), made)


async def the_products(request: Request) -> Products:
    """The app's products at Stripe."""
    products: Products = request.app.state.products
    return products
