"""What the SetupIntents' operations take.

Source: Stripe's OpenAPI description, `/v1/setup_intents`. `Anything` is taken and has no effect here.
"""

from stripe_sim.customers.payment_methods import DATA
from stripe_sim.http.parameters import EXPAND, LIST, Anything, Boolean, Created, Kind, Metadata, OneOf, Shape, Text
from stripe_sim.payments.payment_intent_parameters import AUTOMATIC_PAYMENT_METHODS, PAYMENT_METHOD_TYPES

_METHOD: dict[str, Kind] = {
    "payment_method": Text(),
    "payment_method_data": DATA,
    "payment_method_options": Anything(),
}
_DESCRIBED: dict[str, Kind] = {
    **_METHOD,
    "attach_to_self": Boolean(),
    "customer": Text(),
    "customer_account": Text(),
    "description": Text(1000, clearable=True),
    "excluded_payment_method_types": Anything(),
    "expand": EXPAND,
    "flow_directions": Anything(),
    "metadata": Metadata(),
    "payment_method_configuration": Text(),
    "payment_method_types": PAYMENT_METHOD_TYPES,
}
_CONFIRMED: dict[str, Kind] = {
    "confirmation_token": Text(),
    "mandate_data": Anything(),
    "return_url": Text(),
    "use_stripe_sdk": Boolean(),
}
CREATE = Shape(
    {
        **_DESCRIBED,
        **_CONFIRMED,
        "automatic_payment_methods": AUTOMATIC_PAYMENT_METHODS,
        "confirm": Boolean(),
        "on_behalf_of": Text(),
        "single_use": Anything(),
        "usage": OneOf("off_session", "on_session"),
    }
)
UPDATE = Shape(_DESCRIBED)
CONFIRM = Shape(
    {
        **_METHOD,
        **_CONFIRMED,
        "client_secret": Text(),
        "expand": EXPAND,
        "expected_payment_method_type": Text(),
    }
)
RETRIEVE = Shape({"client_secret": Text(), "expand": EXPAND})
CANCEL = Shape({"cancellation_reason": OneOf("abandoned", "duplicate", "requested_by_customer"), "expand": EXPAND})
LISTED = Shape(
    {
        **LIST,
        "attach_to_self": Boolean(),
        "created": Created(),
        "customer": Text(),
        "customer_account": Text(),
        "payment_method": Text(),
    }
)
ATTEMPTS = Shape({**LIST, "created": Created(), "setup_intent": Text()}, required=("setup_intent",))
