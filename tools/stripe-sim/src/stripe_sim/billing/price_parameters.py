"""What the Prices' operations take, and what a price on the spot may be.

Source: Stripe's OpenAPI description, `/v1/prices`. `Anything` is taken and has no effect here.
"""

from collections.abc import Mapping
from typing import Any

from stripe_sim.http.errors import invalid
from stripe_sim.http.money import LARGEST, Currency
from stripe_sim.http.parameters import (
    EXPAND,
    LIST,
    Anything,
    Boolean,
    Created,
    Integer,
    Kind,
    ListOf,
    Metadata,
    OneOf,
    Shape,
    Text,
)

INTERVAL = OneOf("day", "month", "week", "year")
TAX_BEHAVIOR = OneOf("exclusive", "inclusive", "unspecified")
UNIT_AMOUNT = Integer(maximum=LARGEST)
LONGEST = {"day": 1095, "week": 156, "month": 36, "year": 3}
"""An interval is three years at most."""


class Recurring:
    """How often a price is paid."""

    _SHAPE = Shape(
        {
            "interval": INTERVAL,
            "interval_count": Integer(minimum=1),
            "usage_type": OneOf("licensed"),
        },
        required=("interval",),
    )

    def read(self, value: object, param: str) -> dict[str, Any]:
        """The interval and its count."""
        told = self._SHAPE.read(value, param)
        longest = LONGEST[told["interval"]]
        if told.get("interval_count", 1) > longest:
            message = f"The maximum interval is 3 years ({longest} {told['interval']}s)."
            raise invalid(message, f"{param}[interval_count]")
        return told


class CurrencyOptions:
    """The amount in other currencies: `{"eur": {"unit_amount": 900}}`."""

    _OPTION = Shape({"unit_amount": UNIT_AMOUNT, "tax_behavior": TAX_BEHAVIOR}, required=("unit_amount",))

    def read(self, value: object, param: str) -> dict[str, Any]:
        """The options by currency."""
        if not isinstance(value, Mapping):
            raise invalid("Invalid object", param)
        named = {Currency().read(code, f"{param}[{code}]"): option for code, option in value.items()}
        return {code: self._OPTION.read(option, f"{param}[{code}]") for code, option in named.items()}


_PRICED: dict[str, Kind] = {
    "currency": Currency(),
    "recurring": Recurring(),
    "tax_behavior": TAX_BEHAVIOR,
    "unit_amount": UNIT_AMOUNT,
}
OF_PRODUCT = Shape(
    {**_PRICED, "currency_options": CurrencyOptions(), "metadata": Metadata()}, required=("currency", "unit_amount")
)
ON_THE_SPOT = Shape({**_PRICED, "product": Text()}, required=("currency", "product", "recurring", "unit_amount"))
"""`price_data` of a subscription's item."""
_NEW_PRODUCT = Shape(
    {
        "active": Boolean(),
        "id": Text(255),
        "metadata": Metadata(),
        "name": Text(250),
        **{name: Anything() for name in ("statement_descriptor", "tax_code", "unit_label")},
    },
    required=("name",),
)
CREATE = Shape(
    {
        **_PRICED,
        "active": Boolean(),
        "billing_scheme": OneOf("per_unit"),
        "currency_options": CurrencyOptions(),
        "expand": EXPAND,
        "lookup_key": Text(200),
        "metadata": Metadata(),
        "nickname": Text(),
        "product": Text(),
        "product_data": _NEW_PRODUCT,
        "transfer_lookup_key": Boolean(),
    },
    required=("currency", "unit_amount"),
)
UPDATE = Shape(
    {
        "active": Boolean(),
        "currency_options": CurrencyOptions(),
        "expand": EXPAND,
        "lookup_key": Text(200),
        "metadata": Metadata(),
        "nickname": Text(clearable=True),
        "tax_behavior": TAX_BEHAVIOR,
        "transfer_lookup_key": Boolean(),
    }
)
RETRIEVE = Shape({"expand": EXPAND})
LISTED = Shape(
    {
        **LIST,
        "active": Boolean(),
        "created": Created(),
        "currency": Currency(),
        "lookup_keys": ListOf(Text(), longest=10),
        "product": Text(),
        "recurring": Shape({"interval": INTERVAL, "usage_type": OneOf("licensed", "metered")}),
        "type": OneOf("one_time", "recurring"),
    }
)
