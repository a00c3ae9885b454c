"""What the Checkout Sessions' operations take.

Source: Stripe's OpenAPI description, `/v1/checkout/sessions`. `Anything` is taken and has no effect here.
"""

from stripe_sim.billing.price_parameters import TAX_BEHAVIOR, UNIT_AMOUNT, Recurring
from stripe_sim.billing.subscription_parameters import LATEST, PRORATION, TRIAL_SETTINGS
from stripe_sim.http.money import Currency
from stripe_sim.http.parameters import (
    EXPAND,
    LIST,
    Anything,
    Created,
    Integer,
    Kind,
    ListOf,
    Metadata,
    OneOf,
    Shape,
    Text,
)
from stripe_sim.payments.payment_intent_parameters import (
    CAPTURE_METHOD,
    PAYMENT_METHOD_TYPES,
    SETUP_FUTURE_USAGE,
    SHIPPING,
)

MAX_LINES = 100
MAX_URL = 5000

PRODUCT_DATA = Shape(
    {
        "name": Text(250),
        "description": Text(),
        "images": ListOf(Text(2048), longest=8),
        "metadata": Metadata(),
        "tax_code": Text(),
        "unit_label": Text(),
    },
    required=("name",),
)
PRICE_DATA = Shape(
    {
        "currency": Currency(),
        "product": Text(),
        "product_data": PRODUCT_DATA,
        "recurring": Recurring(),
        "tax_behavior": TAX_BEHAVIOR,
        "unit_amount": UNIT_AMOUNT,
    },
    required=("currency", "unit_amount"),
)
LINE_ITEM = Shape(
    {
        "price": Text(),
        "price_data": PRICE_DATA,
        "quantity": Integer(minimum=1, maximum=999_999),
        "metadata": Metadata(),
        "adjustable_quantity": Anything(),
        "tax_rates": Anything(),
    }
)
PAYMENT_INTENT_DATA = Shape(
    {
        "capture_method": CAPTURE_METHOD,
        "description": Text(1000),
        "metadata": Metadata(),
        "receipt_email": Text(512),
        "setup_future_usage": SETUP_FUTURE_USAGE,
        "shipping": SHIPPING,
        "statement_descriptor": Text(22),
        "statement_descriptor_suffix": Text(22),
        "transfer_group": Text(),
    }
)
SETUP_INTENT_DATA = Shape({"description": Text(1000), "metadata": Metadata(), "on_behalf_of": Text()})
SUBSCRIPTION_DATA = Shape(
    {
        "billing_mode": Anything(),
        "default_tax_rates": Anything(),
        "description": Text(500),
        "invoice_settings": Anything(),
        "metadata": Metadata(),
        "proration_behavior": PRORATION,
        "trial_end": Integer(minimum=1, maximum=LATEST),
        "trial_period_days": Integer(minimum=1, maximum=730),
        "trial_settings": TRIAL_SETTINGS,
    }
)
_WITHOUT_EFFECT = (
    "adaptive_pricing",
    "after_expiration",
    "allow_promotion_codes",
    "automatic_tax",
    "billing_address_collection",
    "branding_settings",
    "consent_collection",
    "custom_fields",
    "custom_text",
    "customer_update",
    "excluded_payment_method_types",
    "invoice_creation",
    "name_collection",
    "origin_context",
    "payment_method_configuration",
    "payment_method_data",
    "payment_method_options",
    "permissions",
    "phone_number_collection",
    "saved_payment_method_options",
    "tax_id_collection",
    "wallet_options",
)
_TAKEN: dict[str, Kind] = {
    "cancel_url": Text(MAX_URL),
    "client_reference_id": Text(200),
    "currency": Currency(),
    "customer": Text(),
    "customer_creation": OneOf("always", "if_required"),
    "customer_email": Text(800),
    "expand": EXPAND,
    "expires_at": Integer(),
    "integration_identifier": Text(),
    "line_items": ListOf(LINE_ITEM, longest=MAX_LINES),
    "locale": Text(10),
    "metadata": Metadata(),
    "mode": OneOf("payment", "setup", "subscription"),
    "payment_intent_data": PAYMENT_INTENT_DATA,
    "payment_method_collection": OneOf("always", "if_required"),
    "payment_method_types": PAYMENT_METHOD_TYPES,
    "setup_intent_data": SETUP_INTENT_DATA,
    "submit_type": OneOf("auto", "book", "donate", "pay", "subscribe"),
    "subscription_data": SUBSCRIPTION_DATA,
    "success_url": Text(MAX_URL),
    "ui_mode": OneOf("hosted_page", "hosted"),
}
CREATE = Shape({**_TAKEN, **{name: Anything() for name in _WITHOUT_EFFECT}}, required=("mode", "success_url"))
UPDATE = Shape({"metadata": Metadata(), "expand": EXPAND})
EXPIRE = Shape({"expand": EXPAND})
LISTED = Shape(
    {
        **LIST,
        "created": Created(),
        "customer": Text(),
        "payment_intent": Text(),
        "status": OneOf("open", "complete", "expired"),
        "subscription": Text(),
    }
)
LINES = Shape(LIST)
