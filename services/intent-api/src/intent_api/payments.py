"""How an order's payments stand at Stripe right now: asked of Stripe, as our own picture may be a moment behind."""

import asyncio
from dataclasses import dataclass
from typing import Final

from stripe import PaymentIntent

from intent_api.orders_client import KnownOrder
from intent_api.stripe_calls import StripeCalls
from intent_api.stripe_objects import metadata_of

MOST_PAYMENTS: Final = 20
"""An order with more attempts than this is asked about for those that brought money, then for the latest."""


@dataclass(frozen=True)
class Payment:
    """One PaymentIntent of an order, in minor units of its currency."""

    payment_intent_id: str
    status: str
    """Stripe's."""
    currency: str
    created: int
    amount: int
    capturable: int
    captured: int
    refundable: int
    """What can still be given back. Stripe counts what was held and never captured as refunded; this does not."""
    capture_key: str | None
    capture_hash: str | None

    @property
    def refunded(self) -> int:
        """What was given back or is on its way; a refund that failed counts no more."""
        return self.captured - self.refundable

    @classmethod
    def read(cls, intent: PaymentIntent) -> "Payment":
        """What Stripe says, its latest charge expanded."""
        captured, refundable, noted = 0, 0, metadata_of(intent)
        charge = intent.latest_charge
        if charge and not isinstance(charge, str) and intent.status == "succeeded":
            captured = charge.amount_captured
            refundable = min(captured, charge.amount - charge.amount_refunded)
        return cls(
            payment_intent_id=intent.id,
            status=intent.status,
            currency=intent.currency,
            created=intent.created,
            amount=intent.amount,
            capturable=intent.amount_capturable,
            captured=captured,
            refundable=refundable,
            capture_key=noted.get("capture_key"),
            capture_hash=noted.get("capture_hash"),
        )


async def payments_of(order: KnownOrder, stripe: StripeCalls) -> list[Payment]:
    """The order's payments, the latest first. Raises Problem where Stripe does not answer."""
    asked = sorted(order.payments, key=lambda payment: payment.captured > 0)[-MOST_PAYMENTS:]
    found = await asyncio.gather(*(payment_at_stripe(known.payment_intent_id, stripe) for known in asked))
    return sorted(found, key=lambda payment: (payment.created, payment.payment_intent_id), reverse=True)


async def payment_at_stripe(payment_intent_id: str, stripe: StripeCalls) -> Payment:
    """One payment as it stands."""
    service = stripe.client.v1.payment_intents
    intent = await stripe.read(
        "retrieve_payment_intent",
        lambda: service.retrieve_async(payment_intent_id, {"expand": ["latest_charge"]}),
    )
    return Payment.read(intent)
