"""What happens at Stripe beside payments: it is kept in Kafka and changes no order."""

from types import MappingProxyType
from typing import Final

from chaos.stripe.story import Object, Story


def _about_nobody(story: Story, kind: str, prefix: str) -> Object:
    return {"id": story.name(prefix), "object": kind, "created": story.now, "livemode": False, "metadata": {}}


def _naming_the_order(story: Story, kind: str, prefix: str) -> Object:
    return {**_about_nobody(story, kind, prefix), "metadata": story.metadata}


BYSTANDERS: Final = MappingProxyType(
    {
        "balance.available": ("balance", "ba", _about_nobody),
        "customer.created": ("customer", "cus", _about_nobody),
        "customer.updated": ("customer", "cus", _about_nobody),
        "payout.paid": ("payout", "po", _about_nobody),
        "price.created": ("price", "price", _about_nobody),
        "product.updated": ("product", "prod", _about_nobody),
        "radar.early_fraud_warning.created": ("radar.early_fraud_warning", "issfr", _about_nobody),
        "payment_intent.thought_of_later": ("payment_intent", "pi_later", _about_nobody),
        "payment_method.attached": ("payment_method", "pm_saved", _naming_the_order),
        "setup_intent.succeeded": ("setup_intent", "seti", _naming_the_order),
    }
)
"""By type: the object, the prefix of its id, and who writes it. The last name an order, and say nothing of it."""


def something_else(story: Story) -> None:
    """One of them happens."""
    event_type = story.random.choice(sorted(BYSTANDERS))
    kind, prefix, write = BYSTANDERS[event_type]
    story.mention(event_type, write(story, kind, prefix))
