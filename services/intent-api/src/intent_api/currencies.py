"""What can be charged in which currency, in Stripe's minor units.

Source: "Supported currencies" in Stripe's documentation: presentment currencies, zero-decimal and three-decimal
currencies, special cases, minimum and maximum charge amounts.
"""

from typing import Final

from intent_api.faults import wrong_fields
from tillstream_contracts.money import THREE_DECIMAL, ZERO_DECIMAL

_TWO_DECIMAL_WORDS = """
    usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc
    cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk jmd kes kgs khr
    kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk
    php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah ugx uyu
    uzs wst xcd yer zar zmw
"""
CHARGEABLE: Final = frozenset(_TWO_DECIMAL_WORDS.split()) | ZERO_DECIMAL | THREE_DECIMAL
"""Special cases: isk and ugx are sent with two digits, both 0; huf and twd are whole only in payouts, so a charge may
have two digits.
"""
STEP: Final = {**dict.fromkeys(THREE_DECIMAL, 10), "isk": 100, "ugx": 100}
"""What an amount must be a multiple of, where that is not 1: 5.124 kwd cannot be charged, 5.120 can."""

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
"""The others have a minimum too, that of the account's own currency at the day's rate: Stripe tells."""
MAXIMUM: Final = 99_999_999
"""Eight digits, whatever the currency."""


def fault_of_step(amount: int, currency: str) -> str | None:
    """What is wrong with an amount that has more digits than Stripe charges in this currency, None if nothing is."""
    step = STEP.get(currency, 1)
    return f"Make it a multiple of {step}: Stripe charges no smaller part of {currency}." if amount % step else None


def require_chargeable_step(amount: int | None, currency: str) -> None:
    """Raises the Problem to answer with if the field `amount` has more digits than Stripe takes in this currency."""
    if amount is not None and (fault := fault_of_step(amount, currency)):
        raise wrong_fields({"amount": fault})
