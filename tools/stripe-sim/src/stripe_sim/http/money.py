"""Currencies that Stripe takes, how each is written, and the smallest and largest charge.

Source: Stripe documentation, "Supported currencies" (minimum charge amounts, zero-decimal currencies,
special cases: isk and ugx have no subunit any more, and are still sent with two digits).
"""

from stripe_sim.http.errors import invalid

_CURRENCIES_WORDS = """
    usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf
    chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg
    huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt
    mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar
    sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd
    xof xpf yer zar zmw
"""
CURRENCIES = frozenset(_CURRENCIES_WORDS.split())
ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
SMALLEST = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
LARGEST = 99_999_999


def decimals(currency: str) -> int:
    """How many digits stand behind the point."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def written(amount: int, currency: str) -> str:
    """`19.99 usd`."""
    places = decimals(currency)
    whole, part = divmod(amount, 10**places)
    return f"{whole}.{part:0{places}} {currency}" if places else f"{whole} {currency}"


def check_amount(amount: int, currency: str) -> None:
    """Raise StripeError for an amount that cannot be charged."""
    smallest = SMALLEST.get(currency, 1)
    if amount < smallest:
        raise invalid(f"Amount must be at least {written(smallest, currency)}", "amount", "amount_too_small")
    if amount > LARGEST:
        raise invalid(f"Amount must be no more than {written(LARGEST, currency)}", "amount", "amount_too_large")


class Currency:
    """A parameter that names a currency, in any case."""

    def read(self, value: object, param: str) -> str:
        """The code in lower case."""
        code = value.lower() if isinstance(value, str) else ""
        if code not in CURRENCIES:
            listed = ", ".join(sorted(CURRENCIES))
            raise invalid(f"Invalid currency: {code[:20]}. Stripe currently supports these currencies: {listed}", param)
        return code
