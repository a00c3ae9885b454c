"""`POST /v1/orders/{order_id}/cancel`: letting go of an order that brought no money."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Final, Literal

import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from stripe.checkout import Session

from intent_api.carts import Body
from intent_api.documentation import problems
from intent_api.idempotency import require_key, stripe_key_for
from intent_api.keys import Caller, require_server
from intent_api.orders_client import KnownOrder, KnownPayment, OrderReads, order_reads
from intent_api.payments import MOST_PAYMENTS, Payment, payment_at_stripe, payments_of
from intent_api.stripe_calls import StripeCalls, stripe_calls
from intent_api.stripe_objects import id_of
from tillstream_contracts.types import OrderId
from tillstream_operations import Problem

router = APIRouter(prefix="/v1", tags=["orders"])
log = structlog.get_logger(__name__)

REFUSED: Final = {
    "succeeded": ("order_already_paid", "This order is paid. Refund it instead."),
    "processing": ("payment_processing", "The buyer's bank is working on a payment. Wait for its end, then decide."),
}
"""Where a payment stands so that its order cannot be canceled, with our code and what to do."""


class CancelBody(Body):
    """Why the order is canceled."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "requested_by_customer"}, {}]})

    reason: Literal["abandoned", "duplicate", "fraudulent", "requested_by_customer"] | None = None
    """Stripe's word for why."""


class CancelAnswer(BaseModel):
    """What can bring no money for this order any more; that the order is canceled arrives as an event."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    order_id: OrderId
    payment_intent_ids: list[str]
    checkout_session_ids: list[str]


@router.post(
    "/orders/{order_id}/cancel",
    status_code=202,
    summary="Cancel an order that is not paid",
    responses=problems(400, 401, 403, 404, 408, 409, 413, 422, 429, 502, 503),
)
async def cancel_order(
    order_id: OrderId,
    body: CancelBody,
    key: Annotated[str, Depends(require_key)],
    _: Annotated[Caller, Depends(require_server)],
    orders: Annotated[OrderReads, Depends(order_reads)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
) -> CancelAnswer:
    """Held money goes back to the buyer. Canceling what is canceled changes nothing."""
    order = await orders.order(order_id)
    if not order.payments and not order.checkout_sessions:
        detail = "Nothing that could be paid is known of this order yet. Try again in a second."
        raise Problem(409, "nothing_to_cancel", detail)
    _require_cancelable(await payments_of(order, stripe))
    sessions = await _closed(order, key, stripe)  # first: Stripe lets go of a session's payment only with it
    payments = await payments_of(_with_payments_of(sessions, order), stripe)
    _require_cancelable(payments)
    for payment in payments:
        await _cancel(payment, body, key, stripe)
    log.info("order_canceled", order_id=order_id, payments=len(payments), checkout_sessions=len(sessions))
    return CancelAnswer(
        order_id=order_id,
        payment_intent_ids=[payment.payment_intent_id for payment in payments],
        checkout_session_ids=[session.id for session in sessions],
    )


def _require_cancelable(payments: Sequence[Payment]) -> None:
    for payment in payments:
        if refusal := REFUSED.get(payment.status):
            code, detail = refusal
            raise Problem(409, code, detail, payment_intent_id=payment.payment_intent_id)


async def _closed(order: KnownOrder, key: str, stripe: StripeCalls) -> list[Session]:
    """The pages of the order, once no buyer can pay on them any more."""
    known = [session.checkout_session_id for session in order.checkout_sessions][-MOST_PAYMENTS:]
    return [await _close(await _session_at_stripe(each, stripe), key, stripe) for each in known]


def _with_payments_of(sessions: Sequence[Session], order: KnownOrder) -> KnownOrder:
    """The order with what was paid on its pages, which it may not have heard of yet."""
    known = {payment.payment_intent_id for payment in order.payments}
    told = {paid for session in sessions if (paid := id_of(session.payment_intent))} - known
    new = [KnownPayment(payment_intent_id=payment) for payment in sorted(told)]
    return order.model_copy(update={"payments": [*order.payments, *new]})


async def _close(session: Session, key: str, stripe: StripeCalls) -> Session:
    if session.status != "open":
        return session
    service = stripe.client.v1.checkout.sessions
    try:
        return await stripe.ask(
            "expire_checkout_session",
            stripe_key_for(session.id, "expire", key),
            lambda stripe_key: service.expire_async(session.id, {}, {"idempotency_key": stripe_key}),
        )
    except Problem:
        now = await _session_at_stripe(session.id, stripe)
        if now.status == "open":
            raise
        return now  # the buyer was faster


async def _session_at_stripe(session_id: str, stripe: StripeCalls) -> Session:
    service = stripe.client.v1.checkout.sessions
    return await stripe.read("retrieve_checkout_session", partial(service.retrieve_async, session_id))


async def _cancel(payment: Payment, body: CancelBody, key: str, stripe: StripeCalls) -> None:
    """Cancel one payment, also a canceled one: Stripe then tells a retry from another body under the same key."""
    service = stripe.client.v1.payment_intents
    try:
        await stripe.ask(
            "cancel_payment_intent",
            stripe_key_for(payment.payment_intent_id, "cancel", key),
            lambda stripe_key: service.cancel_async(
                payment.payment_intent_id,
                {"cancellation_reason": body.reason} if body.reason else {},
                {"idempotency_key": stripe_key},
            ),
        )
    except Problem as refused:
        if refused.code != "payment_state":
            raise
        now = await payment_at_stripe(payment.payment_intent_id, stripe)
        _require_cancelable([now])
        if now.status != "canceled":
            raise
