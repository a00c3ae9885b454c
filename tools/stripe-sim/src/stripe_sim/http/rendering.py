"""JSON as Stripe writes it: indented by two spaces, in answers and in webhooks."""

import orjson

from stripe_sim.objects import Object


def rendered(thing: Object) -> bytes:
    """The bytes that are sent, and signed."""
    return orjson.dumps(thing, option=orjson.OPT_INDENT_2)
