"""Products and their prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Sim

MONTHLY: dict[str, Any] = {"currency": "eur", "unit_amount": 1000, "recurring": {"interval": "month"}}


def priced(sim: Sim, **params: Any) -> stripe.Price:
    asked: Any = {**MONTHLY, **params}
    return sim.stripe.v1.prices.create(asked)


@pytest.mark.shows("product.created", "product.updated", "product.deleted")
def test_a_product_has_an_id_of_the_merchants_own(sim: Sim) -> None:
    products = sim.stripe.v1.products
    assert products.create({"id": "tea", "name": "Tea"}).id == "tea"
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        products.create({"id": "tea", "name": "Other tea"})
    assert products.update("tea", {"active": False, "metadata": {"sku": "tea"}}).active is False
    assert [one.id for one in products.list({"active": False})] == ["tea"]
    assert products.delete("tea").deleted
    assert sim.event_types() == ["product.created", "product.updated", "product.deleted"]


@pytest.mark.shows("price.created", "price.updated")
def test_a_price_is_found_by_its_lookup_key_which_another_can_take(sim: Sim) -> None:
    prices, product = sim.stripe.v1.prices, sim.stripe.v1.products.create({"name": "Tea"}).id
    first = priced(sim, product=product, lookup_key="tea-monthly")
    assert first.recurring is not None
    assert (first.recurring.interval, first.recurring.interval_count, first.type) == ("month", 1, "recurring")
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        priced(sim, product=product, lookup_key="tea-monthly")
    second = priced(sim, product=product, lookup_key="tea-monthly", transfer_lookup_key=True)
    assert [one.id for one in prices.list({"lookup_keys": ["tea-monthly"]})] == [second.id]
    assert sim.event_types() == ["product.created", "price.created", "price.updated", "price.created"]


def test_a_price_in_other_currencies_bills_a_subscription_in_them(sim: Sim) -> None:
    v1 = sim.stripe.v1
    price = priced(sim, product_data={"name": "Tea"}, currency_options={"jpy": {"unit_amount": 1600}})
    shown = v1.prices.retrieve(price.id, {"expand": ["currency_options"]}).to_dict()["currency_options"]
    assert {code: option["unit_amount"] for code, option in shown.items()} == {"eur": 1000, "jpy": 1600}
    customer = v1.customers.create({"payment_method": "pm_card_visa"}).id
    asked: Any = {"customer": customer, "items": [{"price": price.id, "quantity": 2}], "currency": "jpy"}
    paying: Any = {**asked, "payment_behavior": "default_incomplete", "expand": ["latest_invoice"]}
    invoice: Any = v1.subscriptions.create(paying).latest_invoice
    assert (invoice.currency, invoice.amount_due) == ("jpy", 3200)


def test_a_product_comes_with_its_default_price(sim: Sim) -> None:
    made: Any = {"name": "Tea", "default_price_data": MONTHLY, "expand": ["default_price"]}
    product = sim.stripe.v1.products.create(made)
    assert isinstance(product.default_price, stripe.Price)
    assert product.default_price.unit_amount == 1000


@pytest.mark.parametrize(("params", "param"), [
    ({"product": "prod_none"}, "product"),
    ({}, "product"),
    ({"product_data": {"name": "Tea"}, "unit_amount": -1}, "unit_amount"),
    ({"product_data": {"name": "Tea"}, "unit_amount": "9.99"}, "unit_amount"),
    ({"product_data": {"name": "Tea"}, "recurring": {"interval": "fortnight"}}, "recurring[interval]"),
    ({"product_data": {"name": "Tea"}, "recurring": {"interval": "year", "interval_count": 4}},
     "recurring[interval_count]"),
])  # fmt: skip
def test_wrong_parameters_are_refused(sim: Sim, params: Any, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        priced(sim, **params)
    assert refused.value.param == param
