"""Amounts as people read them.

Source: Stripe's "Supported currencies", zero-decimal and three-decimal.
"""

ZERO_DECIMAL = {
    *("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"),
}
THREE_DECIMAL = {"bhd", "jod", "kwd", "omr", "tnd"}


def readable(minor_units: int, currency: str) -> str:
    """`24.00 USD` for 2400 usd, `2400 JPY` for 2400 jpy."""
    decimals = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    whole, rest = divmod(minor_units, 10**decimals)
    fraction = f".{rest:0{decimals}}" if decimals else ""
    return f"{whole}{fraction} {currency.upper()}"
