"""What a cart costs."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_api.catalog import Catalog, Product, read_catalog
from intent_api.currencies import MAXIMUM, MINIMUM
from intent_api.pricing import price_amount, price_cart
from tillstream_operations import Problem

CATALOG = Catalog(
    products=(
        Product(sku="mug", name="Mug", prices={"usd": 2400, "jpy": 3600}),
        Product(sku="beans", name="Beans", prices={"usd": 1650}),
        Product(sku="match", name="One match", prices={"usd": 1}),
        Product(sku="yacht", name="Yacht", prices={"usd": MAXIMUM}),
    )
)


@dataclass(frozen=True)
class Line:
    sku: str
    quantity: int = 1


def fields_of(problem: pytest.ExceptionInfo[Problem]) -> list[str]:
    return [error["field"] for error in problem.value.errors]


def test_total_is_the_sum_of_the_lines_at_the_catalogue_prices() -> None:
    """The caller's word counts for skus and quantities only."""
    priced = price_cart(CATALOG, [Line("mug", 2), Line("beans", 3)], "usd")
    assert (priced.amount, priced.currency) == (2 * 2400 + 3 * 1650, "usd")
    assert [(line.sku, line.name, line.quantity, line.unit_amount) for line in priced.lines] == [
        ("mug", "Mug", 2, 2400),
        ("beans", "Beans", 3, 1650),
    ]


@given(
    st.dictionaries(
        st.sampled_from([p.sku for p in read_catalog(None).products if p.plan is None]),
        st.integers(1, 1000),
        min_size=1,
    ),
    st.sampled_from(sorted(read_catalog(None).currencies)),
)
def test_any_cart_of_the_sample_costs_its_lines_to_the_minor_unit(cart: dict[str, int], currency: str) -> None:
    """Integers in, integers out."""
    catalog = read_catalog(None)
    priced = price_cart(catalog, [Line(sku, quantity) for sku, quantity in cart.items()], currency)
    assert type(priced.amount) is int
    assert priced.amount == sum(catalog.by_sku[sku].prices[currency] * quantity for sku, quantity in cart.items())


def test_every_unknown_sku_is_named() -> None:
    """One answer tells all that is wrong with the cart."""
    with pytest.raises(Problem) as refused:
        price_cart(CATALOG, [Line("cup"), Line("mug"), Line("spoon")], "usd")
    assert fields_of(refused) == ["items[0].sku", "items[2].sku"]


def test_product_without_a_price_in_the_currency_is_refused() -> None:
    """Nothing is converted."""
    with pytest.raises(Problem) as refused:
        price_cart(CATALOG, [Line("mug"), Line("beans")], "jpy")
    assert fields_of(refused) == ["items[1].sku"]


def test_sku_twice_is_refused_where_it_comes_again() -> None:
    """So that no quantity limit is passed in two lines."""
    with pytest.raises(Problem) as refused:
        price_cart(CATALOG, [Line("mug"), Line("beans"), Line("mug")], "usd")
    assert fields_of(refused) == ["items[2].sku"]


def test_currency_that_nothing_is_sold_in_is_refused() -> None:
    """And those that can be chosen are named."""
    with pytest.raises(Problem) as refused:
        price_cart(CATALOG, [Line("mug")], "chf")
    assert fields_of(refused) == ["currency"]
    assert "jpy, usd" in refused.value.errors[0]["message"]


@pytest.mark.parametrize(("cart", "field"), [([Line("match", 49)], "items"), ([Line("yacht"), Line("match")], "items")])
def test_total_that_stripe_does_not_charge_is_refused(cart: list[Line], field: str) -> None:
    """Too little and too much."""
    with pytest.raises(Problem) as refused:
        price_cart(CATALOG, cart, "usd")
    assert fields_of(refused) == [field]


@given(st.sampled_from(sorted(MINIMUM)), st.integers(-(10**12), 10**12))
def test_amount_is_charged_exactly_within_the_currencys_limits(currency: str, amount: int) -> None:
    """An amount named by a server is taken as it is, or refused."""
    if MINIMUM[currency] <= amount <= MAXIMUM:
        assert price_amount(amount, currency).amount == amount
    else:
        with pytest.raises(Problem):
            price_amount(amount, currency)


def test_amount_in_an_unknown_currency_is_refused() -> None:
    """A currency whose minimum is not known cannot be charged safely."""
    with pytest.raises(Problem) as refused:
        price_amount(1000, "xau")
    assert fields_of(refused) == ["currency"]
