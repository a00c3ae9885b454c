"""What Stripe's Invoices and their payments say, before and since Basil (2025-03-31).

Basil moved `subscription` and its metadata below `parent.subscription_details`, `payment_intent` to `payments` and to
events of their own (`invoice_payment.paid`), and dropped `paid`, which `status` says as well.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from order_service.happening import Happening, Reader, Saying
from order_service.invoice import Invoice, InvoicePayment, invoice_told
from order_service.stripe_values import Object, amount, an_id, an_object, currency, plain, reference
from order_service.subscription import Subscription
from order_service.subscription_facts import a_second, a_subscription_id, naming_in
from order_service.subscription_statuses import Attempt
from tillstream_contracts import InvoiceStatus

TYPES: Final[Mapping[str, InvoiceStatus]] = MappingProxyType(
    {
        "invoice.created": InvoiceStatus.DRAFT,
        "invoice.updated": InvoiceStatus.DRAFT,
        "invoice.finalization_failed": InvoiceStatus.DRAFT,
        "invoice.finalized": InvoiceStatus.OPEN,
        "invoice.payment_failed": InvoiceStatus.OPEN,
        "invoice.payment_action_required": InvoiceStatus.OPEN,
        "invoice.marked_uncollectible": InvoiceStatus.UNCOLLECTIBLE,
        "invoice.voided": InvoiceStatus.VOID,
        "invoice.payment_succeeded": InvoiceStatus.PAID,
        "invoice.paid": InvoiceStatus.PAID,
    }
)
"""What each means where the invoice does not say its status itself."""
ATTEMPTS: Final[Mapping[str, Attempt]] = MappingProxyType(
    {
        "invoice.payment_failed": Attempt.FAILED,
        "invoice.payment_action_required": Attempt.NEEDS_ACTION,
    }
)
INVOICE_PAYMENT_PAID: Final = "invoice_payment.paid"
SAYABLE: Final = frozenset({"draft", "open", "uncollectible", "void", "paid"})
FIRST: Final = "subscription_create"
_COUNTED: Final = re.compile(r"[0-9]{1,9}$")
NO_SUBSCRIPTION: Final = "The invoice belongs to no subscription."


def invoice_of(happening: Happening) -> Saying:
    """The invoice, as a part of its subscription, and the payments that are for it."""
    thing = happening.thing
    invoice = _invoice(happening)
    payments = tuple(InvoicePayment(payment_id, invoice.invoice_id) for payment_id in _payments_of(thing))
    details = an_object(an_object(thing.get("parent")).get("subscription_details"))
    subscription = reference(details.get("subscription")) or reference(thing.get("subscription"))
    if not subscription:
        return Saying(billing=payments, words=NO_SUBSCRIPTION)
    stripe_id = a_subscription_id(subscription)
    told = details.get("metadata", an_object(thing.get("subscription_details")).get("metadata"))
    naming = naming_in(told, stripe_id, happening.at) if isinstance(told, dict) else None
    return Saying(billing=(Subscription(stripe_id, naming=naming, invoices={invoice.invoice_id: invoice}), *payments))


def invoice_payment_of(happening: Happening) -> Saying:
    """The payment of an invoice, as an object of its own."""
    invoice_id = an_id(reference(happening.thing.get("invoice")), "the invoice's id")
    payment_id = reference(an_object(happening.thing.get("payment")).get("payment_intent"))
    return Saying(billing=(InvoicePayment(payment_id, invoice_id),) if payment_id else ())


def _invoice(happening: Happening) -> Invoice:
    thing, event_type = happening.thing, happening.event_type
    return invoice_told(
        an_id(thing.get("id"), "the invoice's id"),
        _status(thing, TYPES.get(event_type, InvoiceStatus.DRAFT)),
        at=happening.at,
        amount_due=amount(thing.get("amount_due") or 0, "amount_due"),
        amount_paid=amount(thing.get("amount_paid") or 0, "amount_paid"),
        currency=currency(thing.get("currency")),
        created=a_second(thing.get("created")),
        sequence=_sequence(thing),
        attempt=ATTEMPTS.get(event_type, Attempt.NONE),
        finalization_failed=event_type == "invoice.finalization_failed",
    )


def _status(thing: Object, meant: InvoiceStatus) -> InvoiceStatus:
    """As the invoice says itself, in the word of today or in the flag of long ago; else as the event's type means."""
    said = thing.get("status")
    if isinstance(said, str) and said in SAYABLE:
        return InvoiceStatus(said)
    return InvoiceStatus.PAID if thing.get("paid") is True else meant


def _sequence(thing: Object) -> int:
    """Stripe tells whole seconds, but counts invoices in their numbers once they are finalized (`7F3C9A52-0012`)."""
    if thing.get("billing_reason") == FIRST:
        return 0
    counted = _COUNTED.search(plain(thing.get("number")))
    return 1 + int(counted[0]) if counted else 1


def _payments_of(thing: Object) -> list[str]:
    """The PaymentIntents that an invoice names: one before Basil, a list since, which Stripe only expands if asked."""
    listed = an_object(thing.get("payments")).get("data")
    paid_by = [an_object(an_object(one).get("payment")) for one in (listed if isinstance(listed, list) else [])]
    named = [reference(thing.get("payment_intent")), *(reference(one.get("payment_intent")) for one in paid_by)]
    return [payment_id for payment_id in dict.fromkeys(named) if payment_id]


READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {**dict.fromkeys(TYPES, invoice_of), INVOICE_PAYMENT_PAID: invoice_payment_of}
)
