"""What can be charged in which currency, in minor units.

Source: "Minimum and maximum charge amounts", Stripe's documentation on supported currencies.
"""

from typing import Final

MINIMUM: Final = {
    "aed": 200,
    "aud": 50,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "inr": 50,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "usd": 50,
}
MAXIMUM: Final = 99_999_999
"""Eight digits, whatever the currency."""
