"""Metadata: merged name by name.

Source: Stripe API reference, "Metadata".
"""

from typing import Any

from stripe_sim.http.errors import invalid
from stripe_sim.http.parameters import MAX_METADATA_KEYS


def merged(known: dict[str, str], params: dict[str, Any]) -> dict[str, str]:
    """The metadata after a request: an empty value takes a name away, an empty whole takes all."""
    if "metadata" not in params:
        return known
    told = params["metadata"]
    if told is None:
        return {}
    both = {name: text for name, text in (known | told).items() if text}
    if len(both) > MAX_METADATA_KEYS:
        raise invalid(f"Metadata can have up to {MAX_METADATA_KEYS} keys, but you passed in {len(both)}.", "metadata")
    return both
