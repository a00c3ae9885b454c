"""One event, read: what the readers of the topics hand to the fold."""

from dataclasses import dataclass
from datetime import datetime

from order_service.invoice import InvoicePayment
from order_service.order import Part
from order_service.payment import Payment
from order_service.subscription import Subscription

Fact = Payment | Part
"""What an event may say of orders."""
BillingFact = Subscription | InvoicePayment
"""What an event may say of subscriptions."""


class Unreadable(Exception):
    """The record can never be read as it stands: park it. Prints why, without any of its content."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who the event is, what it is about, and the facts in it (none if orders do not depend on it)."""

    event_id: str
    event_type: str
    occurred_at: datetime
    order_id: str | None = None
    payment_id: str | None = None
    facts: tuple[Fact, ...] = ()
    billing: tuple[BillingFact, ...] = ()
    words: str = ""
    """What happened, for the timeline; of an event without facts, why it has none."""
    note: str = ""
    """What the reader found odd, told in the timeline instead of anything else."""
    observed: bool = False
    """Whether it tells of an object as it was fetched from Stripe, and not as Stripe sent it."""
    heals: bool = False
    """Whether it did not come by itself, but was found missing."""

    @property
    def stripe_subscription_id(self) -> str | None:
        """Which of Stripe's subscriptions it is about."""
        return next((fact.stripe_id for fact in self.billing if isinstance(fact, Subscription)), None)

    @property
    def concerns_us(self) -> bool:
        """Whether it is about any order, payment or subscription at all."""
        return self.concerns_orders or bool(self.billing)

    @property
    def concerns_orders(self) -> bool:
        """Whether it belongs into the timeline of an order or a payment, and not just into a subscription's."""
        return bool(self.facts or self.order_id or (self.payment_id and not self.billing))
