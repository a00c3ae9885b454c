"""Amounts as stripe-sim's pages and errors show them."""

import pytest

from stripe_sim.http.money import written


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(1999, "usd", "19.99 usd"), (80, "jpy", "80 jpy"), (5120, "kwd", "5.120 kwd"), (500, "ugx", "5.00 ugx")],
)
def test_amount_is_written_with_the_digits_that_stripe_counts(amount: int, currency: str, text: str) -> None:
    assert written(amount, currency) == text
