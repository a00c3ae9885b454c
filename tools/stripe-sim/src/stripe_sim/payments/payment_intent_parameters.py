"""What the PaymentIntents' operations take.

Source: Stripe's OpenAPI description, `/v1/payment_intents`. `Anything` is taken and has no effect here.
"""

from stripe_sim.customers.payment_methods import DATA
from stripe_sim.http.money import Currency
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

AUTOMATIC_PAYMENT_METHODS = Shape({"enabled": Boolean(), "allow_redirects": OneOf("always", "never")}, ("enabled",))
CAPTURE_METHOD = OneOf("automatic", "automatic_async", "manual")
PAYMENT_METHOD_TYPES = ListOf(OneOf("card", "us_bank_account", "sepa_debit", "link"), longest=20)
SETUP_FUTURE_USAGE = OneOf("off_session", "on_session")
SHIPPING = Shape(
    {"address": Anything(), **{part: Text(clearable=True) for part in ("carrier", "name", "phone", "tracking_number")}}
)

_DESCRIBED: dict[str, Kind] = {
    "amount_details": Anything(),
    "application_fee_amount": Anything(),
    "capture_method": CAPTURE_METHOD,
    "customer": Text(),
    "customer_account": Text(),
    "description": Text(1000, clearable=True),
    "excluded_payment_method_types": Anything(),
    "expand": EXPAND,
    "hooks": Anything(),
    "metadata": Metadata(),
    "payment_details": Anything(),
    "payment_method": Text(),
    "payment_method_configuration": Text(),
    "payment_method_data": DATA,
    "payment_method_options": Anything(),
    "payment_method_types": PAYMENT_METHOD_TYPES,
    "receipt_email": Text(512, clearable=True),
    "setup_future_usage": SETUP_FUTURE_USAGE,
    "shipping": SHIPPING,
    "statement_descriptor": Text(22, clearable=True),
    "statement_descriptor_suffix": Text(22, clearable=True),
    "transfer_data": Anything(),
    "transfer_group": Text(),
}
_CONFIRMED: dict[str, Kind] = {
    "confirmation_token": Text(),
    "error_on_requires_action": Boolean(),
    "mandate": Text(),
    "mandate_data": Anything(),
    "off_session": Boolean(),
    "radar_options": Anything(),
    "return_url": Text(),
    "use_stripe_sdk": Boolean(),
}

CREATE = Shape(
    {
        **_DESCRIBED,
        **_CONFIRMED,
        "amount": Integer(minimum=1),
        "automatic_payment_methods": AUTOMATIC_PAYMENT_METHODS,
        "confirm": Boolean(),
        "confirmation_method": OneOf("automatic", "manual"),
        "currency": Currency(),
        "on_behalf_of": Text(),
    },
    required=("amount", "currency"),
)
UPDATE = Shape({**_DESCRIBED, "amount": Integer(minimum=1), "currency": Currency()})
CONFIRM = Shape(
    {
        **_CONFIRMED,
        **{name: _DESCRIBED[name] for name in (
            "amount_details", "capture_method", "expand", "excluded_payment_method_types", "hooks", "payment_details",
            "payment_method", "payment_method_data", "payment_method_options", "payment_method_types", "receipt_email",
            "setup_future_usage", "shipping",
        )},
        "client_secret": Text(),
        "expected_payment_method_type": Text(),
    }
)  # fmt: skip
RETRIEVE = Shape({"client_secret": Text(), "expand": EXPAND})
CANCEL = Shape(
    {
        "cancellation_reason": OneOf("abandoned", "duplicate", "fraudulent", "requested_by_customer"),
        "expand": EXPAND,
    }
)
CAPTURE = Shape(
    {
        **{name: Anything() for name in (
            "amount_details", "application_fee_amount", "final_capture", "hooks", "payment_details",
            "statement_descriptor", "statement_descriptor_suffix", "transfer_data",
        )},
        "amount_to_capture": Integer(minimum=1),
        "expand": EXPAND,
        "metadata": Metadata(),
    }
)  # fmt: skip
LISTED = Shape({**LIST, "created": Created(), "customer": Text(), "customer_account": Text()})
