"""The Product as Stripe shapes it."""

from typing import Any

from stripe_sim.changes import Moment
from stripe_sim.http.metadata import merged
from stripe_sim.objects import Object

KIND = "product"


def new(params: dict[str, Any], moment: Moment) -> Object:
    """A product that is sold."""
    name = params.get("id") or moment.names.id("prod", 14)
    return {
        "id": name,
        "object": KIND,
        "active": params.get("active", True),
        "created": moment.now,
        "default_price": None,
        "description": params.get("description"),
        "images": params.get("images", []),
        "livemode": False,
        "marketing_features": params.get("marketing_features", []),
        "metadata": merged({}, params),
        "name": params["name"],
        "package_dimensions": params.get("package_dimensions"),
        "shippable": params.get("shippable"),
        "statement_descriptor": params.get("statement_descriptor"),
        "tax_code": params.get("tax_code"),
        "unit_label": params.get("unit_label"),
        "updated": moment.now,
        "url": params.get("url"),
    }
