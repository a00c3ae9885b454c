"""`POST /v1/orders/{order_id}/capture`: taking money that a payment holds for an order."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from intent_api.carts import Body
from intent_api.currencies import MAXIMUM, require_chargeable_step
from intent_api.documentation import problems
from intent_api.idempotency import request_hash, require_key, stripe_key_for
from intent_api.keys import Caller, require_server
from intent_api.orders_client import OrderReads, order_reads
from intent_api.payments import Payment, payment_at_stripe, payments_of
from intent_api.stripe_calls import StripeCalls, stripe_calls
from tillstream_contracts.types import OrderId
from tillstream_operations import Problem

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCaptureParams

router = APIRouter(prefix="/v1", tags=["orders"])
log = structlog.get_logger(__name__)


class CaptureBody(Body):
    """How much to take; `{}` is all that is held."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"amount": 1500}]})

    amount: Annotated[int, Field(ge=1, le=MAXIMUM, examples=[1500])] | None = None
    """In minor units. Less than is held: the rest goes back to the buyer at once, and cannot be taken later."""


class CaptureAnswer(BaseModel):
    """The payment as Stripe took it; that the order is paid arrives as an event."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    order_id: OrderId
    payment_intent_id: str
    amount: int
    """What was captured."""
    currency: str
    status: str
    """Stripe's status of the payment intent."""


@router.post(
    "/orders/{order_id}/capture",
    status_code=202,
    summary="Capture a payment that is held",
    responses=problems(400, 401, 403, 404, 408, 409, 413, 422, 429, 502, 503),
)
async def capture_order(
    order_id: OrderId,
    body: CaptureBody,
    key: Annotated[str, Depends(require_key)],
    _: Annotated[Caller, Depends(require_server)],
    orders: Annotated[OrderReads, Depends(order_reads)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
) -> CaptureAnswer:
    """For orders placed with `capture_method: manual`, once the buyer has confirmed. An order is captured once."""
    order = await orders.order(order_id)
    require_chargeable_step(body.amount, order.currency)
    wish = (stripe_key_for(order_id, "capture", key), request_hash(body))
    payment = capturable(await payments_of(order, stripe))
    if not payment.captured:
        payment = await _capture(payment, body.amount, wish, stripe)
    _require_own(payment, wish)
    log.info("order_captured", order_id=order_id, payment_intent_id=payment.payment_intent_id, amount=payment.captured)
    return CaptureAnswer(
        order_id=order_id,
        payment_intent_id=payment.payment_intent_id,
        amount=payment.captured,
        currency=payment.currency,
        status=payment.status,
    )


def capturable(payments: Sequence[Payment]) -> Payment:
    """The payment that a capture is about. One that brought money comes first: then no other is taken beside it."""
    brought = [each for each in payments if each.captured]
    if meant := brought + [each for each in payments if each.status == "requires_capture"]:
        return meant[0]
    detail = "No payment of this order is held. Wait until the order is `authorized`, or place one with manual capture."
    raise Problem(409, "order_not_authorized", detail)


async def _capture(payment: Payment, amount: int | None, wish: tuple[str, str], stripe: StripeCalls) -> Payment:
    if (amount or 0) > payment.capturable:
        detail = "That is more than is held. Ask for at most `capturable`, or leave `amount` out."
        raise Problem(409, "amount_not_capturable", detail, capturable=payment.capturable, currency=payment.currency)
    stripe_key, body_hash = wish
    params: PaymentIntentCaptureParams = {"metadata": {"capture_hash": body_hash, "capture_key": stripe_key}}
    if amount is not None:
        params["amount_to_capture"] = amount
    service = stripe.client.v1.payment_intents
    try:
        await stripe.ask(
            "capture_payment_intent",
            stripe_key,
            lambda key: service.capture_async(payment.payment_intent_id, params, {"idempotency_key": key}),
        )
    except Problem as refused:
        now = await payment_at_stripe(payment.payment_intent_id, stripe) if refused.status != 503 else payment
        if not now.captured:
            raise
        return now
    return await payment_at_stripe(payment.payment_intent_id, stripe)


def _require_own(payment: Payment, wish: tuple[str, str]) -> None:
    """Refuse whoever asks again for what was captured by another request, or by one that differed."""
    stripe_key, body_hash = wish
    if payment.capture_key != stripe_key:
        detail = "This order has been captured already. Refund it to give money back."
        raise Problem(409, "already_captured", detail, captured=payment.captured, currency=payment.currency)
    if payment.capture_hash != body_hash:
        detail = "This Idempotency-Key was first used with another amount; the order has been captured with that."
        raise Problem(409, "idempotency_key_reused", detail)
