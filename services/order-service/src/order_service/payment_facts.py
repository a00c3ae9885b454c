"""What Stripe's PaymentIntents say."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from order_service.attempts import attempt
from order_service.happening import Happening, Reader, Saying, mention, merchant
from order_service.invoice import InvoicePayment
from order_service.payment import Payment, payment_told
from order_service.statuses import PaymentStatus
from order_service.stripe_values import Object, amount, an_id, an_object, currency, plain, reference, the_first
from tillstream_contracts.money import written

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
STATES: Final[Mapping[str, PaymentStatus]] = MappingProxyType(
    {
        "requires_payment_method": PaymentStatus.OPEN,
        "requires_confirmation": PaymentStatus.OPEN,
        "requires_action": PaymentStatus.REQUIRES_ACTION,
        "processing": PaymentStatus.PROCESSING,
        "requires_capture": PaymentStatus.AUTHORIZED,
        "canceled": PaymentStatus.CANCELED,
        "succeeded": PaymentStatus.SUCCEEDED,
    }
)
WORDS: Final[Mapping[PaymentStatus, str]] = MappingProxyType(
    {
        PaymentStatus.OPEN: "was opened",
        PaymentStatus.REQUIRES_ACTION: "waits for the buyer to act",
        PaymentStatus.PROCESSING: "is processing",
        PaymentStatus.AUTHORIZED: "was authorized",
        PaymentStatus.FAILED: "failed",
        PaymentStatus.CANCELED: "was canceled",
        PaymentStatus.SUCCEEDED: "succeeded",
    }
)
BEFORE_ANY_CHARGE: Final = ("payment_intent_authentication_failure",)
"""Failing so leaves `latest_charge` to the attempt before."""
INVOICES_PREFIX: Final = "in_"


def payment_of(happening: Happening) -> Saying:
    """The payment, of the status that the event's type means."""
    return _saying(happening, TYPES[happening.event_type])


def observed(happening: Happening) -> Saying:
    """The payment as it stands, by its own status: to want a payment method after an error is to have failed."""
    intent = happening.thing
    status = STATES.get(plain(intent.get("status")))
    if status is None:
        return Saying(words="Its status is none that is known here")
    failed = intent["status"] == "requires_payment_method" and intent.get("last_payment_error")
    return _saying(happening, PaymentStatus.FAILED if failed else status)


def _saying(happening: Happening, status: PaymentStatus) -> Saying:
    payment = _payment(happening, status)
    money = written(payment.telling.amount, payment.telling.currency)
    because = f" ({payment.telling.error})" if payment.telling.error else ""
    return Saying(
        (payment, *mention(happening, payment.telling.currency)),
        f"Payment of {money} {WORDS[status]}{because}",
        _of_invoice(happening.thing, payment.payment_id),
    )


def _of_invoice(intent: Object, payment_id: str) -> tuple[InvoicePayment, ...]:
    """The invoice that it pays: a field of its own before Basil, what Stripe gives as its order's reference since."""
    ordered = plain(an_object(intent.get("payment_details")).get("order_reference"))
    invoice_id = reference(intent.get("invoice")) or (ordered if ordered.startswith(INVOICES_PREFIX) else "")
    return (InvoicePayment(payment_id, invoice_id),) if invoice_id else ()


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
        merchant_id=merchant(happening),
        attempt="" if status is PaymentStatus.OPEN else _attempt(intent, error, status),
        customer_id=reference(intent.get("customer")),
        error=plain(error.get("decline_code")) or plain(error.get("code")),
    )


def _attempt(intent: Object, error: Object, status: PaymentStatus) -> str:
    """What this try at paying is with: the payment method, which a failed PaymentIntent only keeps in its error."""
    method = reference(error.get("payment_method")) or reference(intent.get("payment_method"))
    charge = reference(error.get("charge")) or _latest_charge(intent)
    return attempt(method, charge, status, charged=error.get("code") not in BEFORE_ANY_CHARGE)


def _latest_charge(intent: Object) -> str:
    """Until API version 2022-11-15 a PaymentIntent had a list of its charges instead, the latest first."""
    return reference(intent.get("latest_charge") or ("charges" in intent and the_first(intent["charges"])))


READERS: Final[Mapping[str, Reader]] = MappingProxyType(dict.fromkeys(TYPES, payment_of))
