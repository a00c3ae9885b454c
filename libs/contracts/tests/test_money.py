"""Amounts as people read them."""

import pytest

from tillstream_contracts.money import written


@pytest.mark.parametrize(
    ("minor_units", "currency", "read"),
    [
        (2400, "usd", "24.00 USD"),
        (5, "eur", "0.05 EUR"),
        (0, "gbp", "0.00 GBP"),
        (2400, "jpy", "2400 JPY"),
        (5120, "kwd", "5.120 KWD"),
        (50000, "isk", "500.00 ISK"),
        (10**15, "usd", "10000000000000.00 USD"),
    ],
)
def test_amount_is_read_with_its_currencys_digits(minor_units: int, currency: str, read: str) -> None:
    """Two, none or three."""
    assert written(minor_units, currency) == read
