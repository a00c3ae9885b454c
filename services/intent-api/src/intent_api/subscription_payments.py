"""`GET /v1/subscriptions/{subscription_id}/payment`: the invoice that waits for its buyer.

A renewal is collected while the buyer is away. Where their bank refuses, or wants to hear from them, the buyer pays the
same invoice's own payment with Stripe.js.
"""

from typing import Annotated, Final, Literal, cast

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from stripe import Invoice, PaymentIntent, Subscription

from intent_api.desk import Desk, the_desk
from intent_api.documentation import problems
from intent_api.stripe_calls import StripeCalls, stripe_calls
from intent_api.subscription_changes import existing_subscription
from tillstream_contracts.types import Currency
from tillstream_operations import Problem

router = APIRouter(prefix="/v1", tags=["subscriptions"])

Waiting = Literal["requires_payment_method", "requires_confirmation", "requires_action"]
WAITING: Final = ("requires_payment_method", "requires_confirmation", "requires_action")
"""A payment's statuses, Stripe's, in which it is the buyer's turn."""
WITH_PAYMENT: Final = ["confirmation_secret", "payments.data.payment.payment_intent"]


class DuePayment(BaseModel):
    """What is to be paid, and what the page needs to let its buyer do so."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    invoice_id: Annotated[str, Field(examples=["in_1QmZ4yE2mX9u"])]
    amount: Annotated[int, Field(examples=[1450])]
    """What is left to pay, in minor units."""
    currency: Currency
    status: Waiting
    """The payment's, Stripe's: with `requires_action` the bank asks (`stripe.handleNextAction`), else pay by a card."""
    client_secret: str
    """For Stripe.js; goes to this customer's browser and nowhere else."""
    publishable_key: str
    """Stripe's, for Stripe.js."""


@router.get(
    "/subscriptions/{subscription_id}/payment",
    summary="Get the payment that a subscription's open invoice waits for",
    responses=problems(401, 403, 404, 408, 422, 429, 502, 503),
)
async def due_payment(
    subscription: Annotated[Subscription, Depends(existing_subscription)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
    desk: Annotated[Desk, Depends(the_desk)],
) -> DuePayment:
    """With the secret key, or the customer's own token. Of several open invoices it is the latest."""
    invoice = await _open_invoice(stripe, subscription.id)
    status = _status_of(invoice) if invoice else None
    if invoice is None or invoice.confirmation_secret is None or status not in WAITING:
        detail = "This subscription waits for no payment by its customer: all is paid, or it is being paid."
        raise Problem(404, "nothing_to_pay", detail)
    return DuePayment(
        invoice_id=invoice.id,
        amount=invoice.amount_remaining,
        currency=invoice.currency,
        status=cast("Waiting", status),
        client_secret=invoice.confirmation_secret.client_secret,
        publishable_key=desk.stripe_publishable_key,
    )


async def _open_invoice(stripe: StripeCalls, subscription_id: str) -> Invoice | None:
    """Asked for by itself: a list cannot be expanded as far as the payment."""
    service = stripe.client.v1.invoices
    listed = await stripe.read(
        "list_open_invoices",
        lambda: service.list_async({"subscription": subscription_id, "status": "open", "limit": 1}),
    )
    if not listed.data:
        return None
    found = listed.data[0].id
    invoice = await stripe.read("find_invoice", lambda: service.retrieve_async(found, {"expand": WITH_PAYMENT}))
    return invoice if invoice.status == "open" else None


def _status_of(invoice: Invoice) -> str | None:
    """How the invoice's own payment stands, None if it has none."""
    payments = invoice.payments.data if invoice.payments else []
    for payment in payments:
        intent = payment.payment.payment_intent if payment.is_default else None
        if isinstance(intent, PaymentIntent):
            return intent.status
    return None
