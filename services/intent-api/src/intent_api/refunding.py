"""Giving money back, once per wish: what may be refunded is asked of Stripe, and Stripe has the last word."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stripe import Refund

from intent_api.faults import wrong_fields
from intent_api.idempotency import require_same_body
from intent_api.payments import Payment, payment_at_stripe
from intent_api.stripe_calls import StripeCalls
from intent_api.stripe_objects import metadata_of
from tillstream_operations import Problem

if TYPE_CHECKING:
    from stripe.params import RefundCreateParams

Reason = Literal["duplicate", "fraudulent", "requested_by_customer"]


@dataclass(frozen=True)
class Wish:
    """What the merchant's server asked for under one Idempotency-Key."""

    order_id: str
    merchant_id: str
    stripe_key: str
    """Stripe's key for this wish; it stands in the refund's metadata too, where it is never forgotten."""
    request_hash: str
    amount: int | None
    """None is all that is left of one payment."""
    reason: Reason | None
    payment_intent_id: str | None


async def refund(wish: Wish, payments: Sequence[Payment], stripe: StripeCalls) -> Refund:
    """The refund that this wish made, whether now or long ago. Raises Problem if there can be none.

    `payments` were read before earlier refunds are looked for: a refund that their amounts know of is then found.
    """
    if made := await _made(wish, payments, stripe):
        return made
    payment = chosen(payments, wish.amount, wish.payment_intent_id)
    try:
        return await _ask(wish, payment, payments, stripe)
    except Problem as refused:
        if refused.status not in (409, 422, 502):
            raise
        if made := await _made(wish, payments, stripe):
            return made  # by the same request at the same time, which may have chosen another payment
        now = await payment_at_stripe(payment.payment_intent_id, stripe)
        if now.refundable < (wish.amount or 1):
            raise not_refundable([now]) from refused
        raise


def chosen(payments: Sequence[Payment], amount: int | None, payment_intent_id: str | None) -> Payment:
    """The payment to refund: the one named, else the latest that can give the whole amount back."""
    asked = [each for each in payments if payment_intent_id in (None, each.payment_intent_id)]
    if not asked and payment_intent_id:
        raise wrong_fields({"payment_intent_id": "This order has no such payment."})
    paid = [each for each in asked if each.captured]
    if not paid:
        detail = "Nothing has been captured, so there is nothing to give back. If it was paid just now, try again soon."
        raise Problem(409, "order_not_paid", detail)
    able = [each for each in paid if each.refundable >= (amount or 1)]
    if not able:
        raise not_refundable(paid)
    return max(able, key=lambda each: (each.created, each.payment_intent_id))


def not_refundable(paid: Sequence[Payment]) -> Problem:
    """The refusal that tells what could be refunded, in all and of each payment."""
    detail = (
        "That is more than was captured and not yet refunded. Ask for at most `refundable`, of one payment at once."
    )
    each = [
        {
            "payment_intent_id": payment.payment_intent_id,
            "captured": payment.captured,
            "refunded": payment.refunded,
            "refundable": payment.refundable,
        }
        for payment in paid
    ]
    return Problem(
        409,
        "amount_not_refundable",
        detail,
        currency=paid[0].currency,
        captured=sum(payment.captured for payment in paid),
        refunded=sum(payment.refunded for payment in paid),
        refundable=sum(payment.refundable for payment in paid),
        payments=each,
    )


async def _ask(wish: Wish, payment: Payment, payments: Sequence[Payment], stripe: StripeCalls) -> Refund:
    service = stripe.client.v1.refunds
    params: RefundCreateParams = {
        "payment_intent": payment.payment_intent_id,
        "metadata": {
            "merchant_id": wish.merchant_id,
            "order_id": wish.order_id,
            "request_hash": wish.request_hash,
            "request_key": wish.stripe_key,
        },
    }
    if wish.amount is not None:
        params["amount"] = wish.amount
    if wish.reason is not None:
        params["reason"] = wish.reason
    return await stripe.ask(
        "create_refund",
        wish.stripe_key,
        lambda key: service.create_async(params, {"idempotency_key": key}),
        made=lambda: _made(wish, payments, stripe),
    )


async def _made(wish: Wish, payments: Sequence[Payment], stripe: StripeCalls) -> Refund | None:
    """The refund that this wish has made already. Raises Problem if its key was used for another wish."""
    service = stripe.client.v1.refunds
    for payment in payments:
        if payment.captured:
            given = await stripe.every("list_refunds", service.list_async, payment_intent=payment.payment_intent_id)
            for refund in given:
                noted = metadata_of(refund)
                if noted.get("request_key") == wish.stripe_key:
                    require_same_body(noted, wish.request_hash)
                    return refund
    return None
