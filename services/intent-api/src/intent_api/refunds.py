"""`POST /v1/orders/{order_id}/refunds`: giving back all or some of what an order brought."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from intent_api.carts import Body
from intent_api.currencies import MAXIMUM, require_chargeable_step
from intent_api.documentation import problems
from intent_api.idempotency import request_hash, require_key, stripe_key_for
from intent_api.keys import Caller, require_server
from intent_api.orders_client import OrderReads, order_reads
from intent_api.payments import payments_of
from intent_api.refunding import Reason, Wish, refund
from intent_api.stripe_calls import StripeCalls, stripe_calls
from tillstream_contracts.types import OrderId

router = APIRouter(prefix="/v1", tags=["orders"])
log = structlog.get_logger(__name__)
PaymentIntentId = Annotated[str, Field(pattern=r"^pi_[A-Za-z0-9_]{1,250}$", examples=["pi_3PExample"])]


class RefundBody(Body):
    """What to give back; `{}` is all that is left of the latest payment that has something left."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount": 500, "reason": "requested_by_customer"}, {}]})

    amount: Annotated[int, Field(ge=1, le=MAXIMUM, examples=[500])] | None = None
    """In minor units. Left out: all that is left of one payment."""
    reason: Reason | None = None
    """Stripe's word for why. `fraudulent` also puts the card on Stripe's block list."""
    payment_intent_id: PaymentIntentId | None = None
    """Which payment, where an order has several (`overpaid`). Left out: the latest that can give the whole amount."""


class RefundAnswer(BaseModel):
    """The refund as Stripe took it on; what becomes of it arrives as an event and shows in the order."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    refund_id: str
    order_id: OrderId
    payment_intent_id: str
    amount: int
    currency: str
    status: str
    """Stripe's: `pending`, `succeeded`, `failed`, `canceled` or `requires_action`."""


@router.post(
    "/orders/{order_id}/refunds",
    status_code=202,
    summary="Refund an order, in full or in part",
    responses=problems(400, 401, 403, 404, 408, 409, 413, 422, 429, 502, 503),
)
async def refund_order(
    order_id: OrderId,
    body: RefundBody,
    key: Annotated[str, Depends(require_key)],
    caller: Annotated[Caller, Depends(require_server)],
    orders: Annotated[OrderReads, Depends(order_reads)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
) -> RefundAnswer:
    """The same key and body always give the same refund, however late; a second refund needs a second key."""
    order = await orders.order(order_id)
    require_chargeable_step(body.amount, order.currency)
    wish = Wish(
        order_id=order_id,
        merchant_id=caller.merchant_id,
        stripe_key=stripe_key_for(order_id, "refund", key),
        request_hash=request_hash(body),
        amount=body.amount,
        reason=body.reason,
        payment_intent_id=body.payment_intent_id,
    )
    made = await refund(wish, await payments_of(order, stripe), stripe)
    answer = RefundAnswer(
        refund_id=made.id,
        order_id=order_id,
        payment_intent_id=str(made.payment_intent),
        amount=made.amount,
        currency=made.currency,
        status=made.status or "pending",
    )
    log.info("refund_asked", **answer.model_dump(exclude={"status"}))
    return answer
