"""What the Customers' operations take.

Source: Stripe's OpenAPI description, `/v1/customers`. `Anything` is taken and has no effect here.
"""

from stripe_sim.customers.payment_methods import ADDRESS
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
    OrUnset,
    Shape,
    Text,
)

INVOICE_SETTINGS = Shape(
    {
        "custom_fields": Anything(),
        "default_payment_method": Text(clearable=True),
        "footer": Text(clearable=True),
        "rendering_options": Anything(),
    }
)
_SHIPPING = Shape({"address": ADDRESS, "name": Text(), "phone": Text()}, required=("address", "name"))
_DESCRIBED: dict[str, Kind] = {
    "address": OrUnset(ADDRESS),
    "balance": Integer(minimum=-99_999_999),
    "business_name": Text(150, clearable=True),
    "cash_balance": Anything(),
    "description": Text(clearable=True),
    "email": Text(512, clearable=True),
    "expand": EXPAND,
    "individual_name": Text(150, clearable=True),
    "invoice_prefix": Text(12),
    "invoice_settings": INVOICE_SETTINGS,
    "metadata": Metadata(),
    "name": Text(256, clearable=True),
    "next_invoice_sequence": Integer(minimum=1),
    "phone": Text(20, clearable=True),
    "preferred_locales": ListOf(Text(10), longest=20),
    "shipping": OrUnset(_SHIPPING),
    "tax": Anything(),
    "tax_exempt": OneOf("none", "exempt", "reverse"),
}
CREATE = Shape({**_DESCRIBED, "payment_method": Text(), "tax_id_data": Anything(), "test_clock": Text()})
UPDATE = Shape(_DESCRIBED)
DELETE = Shape({})
RETRIEVE = Shape({"expand": EXPAND})
LISTED = Shape({**LIST, "created": Created(), "email": Text(512), "test_clock": Text()})
