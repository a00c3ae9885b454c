"""What Stripe's PaymentIntents say."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from order_service.happening import Happening, Reader, Saying, mention
from order_service.payment import Payment, payment_told
from order_service.statuses import PaymentStatus
from order_service.stripe_values import Object, amount, an_id, an_object, currency, plain, reference

TYPES: Final[Mapping[str, PaymentStatus]] = MappingProxyType(
    {
        "payment_intent.created": PaymentStatus.OPEN,
        "payment_intent.requires_action": PaymentStatus.REQUIRES_ACTION,
        "payment_intent.processing": PaymentStatus.PROCESSING,
        "payment_intent.amount_capturable_updated": PaymentStatus.AUTHORIZED,
        "payment_intent.payment_failed": PaymentStatus.FAILED,
        "payment_intent.canceled": PaymentStatus.CANCELED,
        "payment_intent.succeeded": PaymentStatus.SUCCEEDED,
    }
)


def payment_of(happening: Happening) -> Saying:
    """The payment, of the status that the event's type means."""
    payment = _payment(happening, TYPES[happening.event_type])
    return Saying((payment, *mention(happening, payment.telling.currency)))


def _payment(happening: Happening, status: PaymentStatus) -> Payment:
    intent = happening.thing
    error = an_object(intent.get("last_payment_error") if status is PaymentStatus.FAILED else None)
    return payment_told(
        an_id(intent.get("id"), "the PaymentIntent's id"),
        status,
        at=happening.at,
        amount=amount(intent.get("amount"), "amount"),
        currency=currency(intent.get("currency")),
        captured=amount(intent.get("amount_received", 0), "amount_received"),
        order_id=happening.order_id,
        attempt="" if status is PaymentStatus.OPEN else _attempt(intent, error),
        charge="" if status is PaymentStatus.OPEN else reference(intent.get("latest_charge")),
        customer_id=reference(intent.get("customer")),
        error=plain(error.get("decline_code")) or plain(error.get("code")),
    )


def _attempt(intent: Object, error: Object) -> str:
    """What this try at paying is with: the payment method, which a failed PaymentIntent only keeps in its error."""
    return reference(error.get("payment_method")) or reference(intent.get("payment_method"))


READERS: Final[Mapping[str, Reader]] = MappingProxyType(dict.fromkeys(TYPES, payment_of))
