"""What the Subscriptions' operations take.

Source: Stripe's OpenAPI description, `/v1/subscriptions`. `Anything` is taken and has no effect here.
"""

from stripe_sim.billing.price_parameters import ON_THE_SPOT
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
    OrUnset,
    Shape,
    Text,
)
from stripe_sim.payments.payment_intent_parameters import PAYMENT_METHOD_TYPES

MAX_ITEMS = 20
LATEST = 4_102_444_800
QUANTITY = Integer(maximum=999_999)


class TimeOrNow:
    """A time, or `now`."""

    def read(self, value: object, param: str) -> int | str:
        """The time in seconds, or the word."""
        return "now" if value == "now" else Integer(minimum=1, maximum=LATEST).read(value, param)


_ITEM: dict[str, Kind] = {
    "discounts": Anything(),
    "metadata": Metadata(),
    "price": Text(),
    "price_data": ON_THE_SPOT,
    "quantity": QUANTITY,
    "tax_rates": Anything(),
}
TRIAL_SETTINGS = Shape(
    {
        "end_behavior": Shape(
            {"missing_payment_method": OneOf("cancel", "create_invoice", "pause")}, ("missing_payment_method",)
        )
    },
    ("end_behavior",),
)
PAYMENT_SETTINGS = Shape(
    {
        "payment_method_options": Anything(),
        "payment_method_types": OrUnset(PAYMENT_METHOD_TYPES),
        "save_default_payment_method": OneOf("off", "on_subscription"),
    }
)
PRORATION = OneOf("always_invoice", "create_prorations", "none")
_WITHOUT_EFFECT = (
    "application_fee_percent",
    "automatic_tax",
    "billing_mode",
    "billing_thresholds",
    "default_tax_rates",
    "discounts",
    "invoice_settings",
    "pending_invoice_item_interval",
    "proration_date",
    "transfer_data",
)
_DESCRIBED: dict[str, Kind] = {
    **{name: Anything() for name in _WITHOUT_EFFECT},
    "cancel_at": OrUnset(Integer(minimum=1, maximum=LATEST)),
    "cancel_at_period_end": Boolean(),
    "collection_method": OneOf("charge_automatically"),
    "default_payment_method": Text(),
    "description": Text(500, clearable=True),
    "expand": EXPAND,
    "metadata": Metadata(),
    "off_session": Boolean(),
    "payment_settings": PAYMENT_SETTINGS,
    "proration_behavior": PRORATION,
    "trial_end": TimeOrNow(),
    "trial_settings": TRIAL_SETTINGS,
}
CREATE = Shape(
    {
        **_DESCRIBED,
        "currency": Currency(),
        "customer": Text(),
        "items": ListOf(Shape(_ITEM), longest=MAX_ITEMS),
        "payment_behavior": OneOf("allow_incomplete", "default_incomplete", "error_if_incomplete"),
        "trial_period_days": Integer(minimum=0, maximum=730),
    },
    required=("customer", "items"),
)
CANCELLATION_DETAILS = Shape(
    {
        "comment": Text(clearable=True),
        "feedback": OrUnset(
            OneOf(
                "customer_service",
                "low_quality",
                "missing_features",
                "other",
                "switched_service",
                "too_complex",
                "too_expensive",
                "unused",
            )
        ),
    }
)
UPDATE = Shape(
    {
        **_DESCRIBED,
        "cancellation_details": CANCELLATION_DETAILS,
        "items": ListOf(
            Shape({**_ITEM, "clear_usage": Boolean(), "deleted": Boolean(), "id": Text()}), longest=MAX_ITEMS
        ),
        "payment_behavior": OneOf("allow_incomplete", "default_incomplete", "error_if_incomplete"),
    }
)
CANCEL = Shape(
    {
        "cancellation_details": CANCELLATION_DETAILS,
        "expand": EXPAND,
        "invoice_now": Boolean(),
        "prorate": Boolean(),
    }
)
RESUME = Shape({"billing_cycle_anchor": OneOf("now", "unchanged"), "expand": EXPAND, "proration_behavior": PRORATION})
RETRIEVE = Shape({"expand": EXPAND})
LISTED = Shape(
    {
        **LIST,
        "created": Created(),
        "customer": Text(),
        "price": Text(),
        "status": OneOf(
            "active",
            "all",
            "canceled",
            "ended",
            "incomplete",
            "incomplete_expired",
            "past_due",
            "paused",
            "trialing",
            "unpaid",
        ),
        "test_clock": Text(),
    }
)
