"""What can be charged in which currency, and that no amount is ever a float."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intent_api.catalog import Catalog
from intent_api.currencies import CHARGEABLE, MAXIMUM, MINIMUM, STEP, fault_of_step
from intent_api.pricing import price_amount
from tillstream_contracts.money import THREE_DECIMAL, ZERO_DECIMAL
from tillstream_operations import Problem

SERVICES = Path(__file__).parents[2]
ABOUT_MONEY = ("amount", "price", "captured", "refunded", "refundable", "capturable", "disputed", "money", "minor")


@pytest.mark.parametrize(
    ("amount", "currency"),
    [(80, "jpy"), (5120, "kwd"), (1999, "usd"), (50, "krw"), (500, "ugx"), (50000, "isk"), (17501, "huf")],
)
def test_amount_is_passed_on_as_it_is(amount: int, currency: str) -> None:
    """¥80 is 80 and 5.120 kwd is 5120: nothing is multiplied, so no exponent can be wrong."""
    assert price_amount(amount, currency).amount == amount


@pytest.mark.parametrize(
    ("amount", "currency"), [(5124, "kwd"), (1001, "bhd"), (550, "ugx"), (50050, "isk"), (49, "jpy"), (49, "usd")]
)
def test_amount_that_stripe_could_not_charge_is_refused(amount: int, currency: str) -> None:
    """A digit too many in a currency with three, a subunit where there is none any more, or too little."""
    with pytest.raises(Problem) as refused:
        price_amount(amount, currency)
    assert refused.value.errors[0]["field"] == "amount"


@given(st.sampled_from(sorted(CHARGEABLE)), st.integers(1, MAXIMUM))
def test_every_currency_takes_exactly_the_multiples_of_its_step(currency: str, amount: int) -> None:
    """Of the 130 and more that can be charged."""
    assert (fault_of_step(amount, currency) is None) == (amount % STEP.get(currency, 1) == 0)


def test_tables_agree() -> None:
    """Each currency has one number of digits, and limits only where it can be charged."""
    assert not ZERO_DECIMAL & THREE_DECIMAL
    assert set(MINIMUM) | set(STEP) <= CHARGEABLE
    assert all(fault_of_step(lowest, currency) is None for currency, lowest in MINIMUM.items())
    assert {STEP[currency] for currency in THREE_DECIMAL} == {10}


def test_catalogue_price_that_stripe_could_not_charge_is_refused_at_the_start() -> None:
    """Not at the till."""
    with pytest.raises(ValidationError, match="price of oud in kwd is 5124"):
        Catalog.model_validate({"products": [{"sku": "oud", "name": "Oud", "prices": {"kwd": 5124}}]})


@pytest.mark.parametrize("source", sorted(SERVICES.glob("*/src/**/*.py")), ids=lambda path: path.stem)
def test_no_service_divides_money_or_makes_it_a_float(source: Path) -> None:
    """Whatever is named like money meets neither `/` nor `float`, nor a number with a point."""
    assert [ast.unparse(node) for node in ast.walk(ast.parse(source.read_text())) if _is_float_money(node)] == []


def _is_float_money(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(op=ast.Div()):
            return _about_money(node)
        case ast.Call(func=ast.Name(id="float")):
            return any(_about_money(argument) for argument in node.args)
        case ast.BinOp(left=left, right=right):
            return _about_money(node) and any(_has_a_point(side) for side in (left, right))
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
            return any(word in name for word in ABOUT_MONEY) and "float" in ast.unparse(annotation)
        case _:
            return False


def _about_money(node: ast.AST) -> bool:
    names = [
        each.id if isinstance(each, ast.Name) else each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Name | ast.Attribute)
    ]
    return any(word in name for name in names for word in ABOUT_MONEY)


def _has_a_point(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Constant) and isinstance(each.value, float) for each in ast.walk(node))


@pytest.mark.parametrize("code", ["amount / 100", "float(price)", "order.captured * 0.1", "amount: float = 1"])
def test_float_money_would_be_seen(code: str) -> None:
    """Else the test above would show nothing."""
    assert any(_is_float_money(node) for node in ast.walk(ast.parse(code)))
