"""How many digits each currency has, and amounts as people read them. Integers only: no amount is ever a float.

Source: Stripe's "Supported currencies": zero-decimal and three-decimal currencies, special cases. Stripe does not
always count as ISO 4217 does: isk and ugx have no subunit any more, and are still sent with two digits.
"""

from typing import Final

ZERO_DECIMAL: Final = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
"""¥80 is 80."""
THREE_DECIMAL: Final = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
"""5.120 kwd is 5120."""


def digits(currency: str) -> int:
    """How many stand behind the point."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def written(minor_units: int, currency: str) -> str:
    """`19.99 USD` for 1999 usd, `1999 JPY` for 1999 jpy: for timelines and terminals, alike in every language."""
    places = digits(currency)
    whole, part = divmod(minor_units, 10**places)
    return f"{whole}{f'.{part:0{places}}' if places else ''} {currency.upper()}"
