"""What the Products' operations take.

Source: Stripe's OpenAPI description, `/v1/products`. `Anything` is taken and has no effect here.
"""

from stripe_sim.billing.price_parameters import OF_PRODUCT
from stripe_sim.http.parameters import (
    EXPAND,
    LIST,
    Anything,
    Boolean,
    Created,
    Kind,
    ListOf,
    Metadata,
    OrUnset,
    Shape,
    Text,
)

_DESCRIBED: dict[str, Kind] = {
    "active": Boolean(),
    "description": Text(clearable=True),
    "expand": EXPAND,
    "images": ListOf(Text(2048), longest=8),
    "marketing_features": ListOf(Shape({"name": Text(80)}, ("name",)), longest=15),
    "metadata": Metadata(),
    "name": Text(250),
    "package_dimensions": OrUnset(Anything()),
    "shippable": Boolean(),
    "statement_descriptor": Text(22),
    "tax_code": Text(clearable=True),
    "unit_label": Text(12, clearable=True),
    "url": Text(clearable=True),
}
CREATE = Shape({**_DESCRIBED, "id": Text(255), "default_price_data": OF_PRODUCT}, required=("name",))
UPDATE = Shape({**_DESCRIBED, "default_price": Text()})
RETRIEVE = Shape({"expand": EXPAND})
LISTED = Shape(
    {
        **LIST,
        "active": Boolean(),
        "created": Created(),
        "ids": ListOf(Text()),
        "shippable": Boolean(),
        "url": Text(),
    }
)
