"""What the Checkout Sessions' operations take.

Source: Stripe's OpenAPI description, `/v1/checkout/sessions`. `Anything` is taken and has no effect here.
"""

from stripe_sim.money import Currency
from stripe_sim.parameters import EXPAND, LIST, Anything, Created, Integer, Kind, ListOf, Metadata, OneOf, Shape, Text
from stripe_sim.payment_intent_parameters import CAPTURE_METHOD, PAYMENT_METHOD_TYPES, SETUP_FUTURE_USAGE, SHIPPING

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
        "unit_amount": Integer(),
        "product_data": PRODUCT_DATA,
        "tax_behavior": OneOf("exclusive", "inclusive", "unspecified"),
    },
    required=("currency", "unit_amount", "product_data"),
)
LINE_ITEM = Shape(
    {
        "price_data": PRICE_DATA,
        "quantity": Integer(minimum=1, maximum=999_999),
        "metadata": Metadata(),
        "adjustable_quantity": Anything(),
        "tax_rates": Anything(),
    },
    required=("price_data",),
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
    "mode": OneOf("payment", "setup"),
    "payment_intent_data": PAYMENT_INTENT_DATA,
    "payment_method_types": PAYMENT_METHOD_TYPES,
    "setup_intent_data": SETUP_INTENT_DATA,
    "submit_type": OneOf("auto", "book", "donate", "pay", "subscribe"),
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
    }
)
LINES = Shape(LIST)
