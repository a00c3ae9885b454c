"""`POST …/stream-tokens`: a new token for the stream of an order or a subscription that there is.

The one that came with it has an end, and whoever wants to watch for longer asks here: nothing is asked of Stripe, and
nothing is made anew.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from intent_api.documentation import problems
from intent_api.keys import Caller, require_signed_in
from intent_api.orders_client import OrderReads, order_reads
from intent_api.streams import Stream, Streams, the_streams
from tillstream_contracts.types import OrderId, SubscriptionId

router = APIRouter(prefix="/v1", tags=["stream tokens"], responses=problems(401, 403, 404, 408, 422, 429, 503))

SignedIn = Annotated[Caller, Depends(require_signed_in)]
Orders = Annotated[OrderReads, Depends(order_reads)]
Granting = Annotated[Streams, Depends(the_streams)]


class StreamTokenAnswer(BaseModel):
    """How to watch it from now on."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    stream: Stream
    expires_at: datetime
    """When the token ends; ask for another one then."""


@router.post("/orders/{order_id}/stream-tokens", status_code=201, summary="Get a new token for an order's stream")
async def grant_order_stream(
    order_id: OrderId, caller: SignedIn, orders: Orders, streams: Granting
) -> StreamTokenAnswer:
    """With the secret key, or the token of the customer at Stripe who ordered. To others there is no such order."""
    order = await orders.order(order_id)
    if not caller.may_act_for(order.customer_id or ""):
        raise orders.no_order(order_id)
    now = _this_second()
    stream = streams.of(caller.merchant_id, order.order_id, placed_at=now)
    return StreamTokenAnswer(stream=stream, expires_at=streams.end(now))


@router.post(
    "/subscriptions/{subscription_id}/stream-tokens",
    status_code=201,
    summary="Get a new token for a subscription's stream",
)
async def grant_subscription_stream(
    subscription_id: SubscriptionId, caller: SignedIn, orders: Orders, streams: Granting
) -> StreamTokenAnswer:
    """With the secret key, or the token of the customer who subscribed. To others there is no such subscription."""
    subscription = await orders.subscription(subscription_id)
    if not caller.may_act_for(subscription.stripe_customer_id or ""):
        raise orders.no_subscription(subscription_id)
    now = _this_second()
    stream = streams.of_subscription(caller.merchant_id, subscription.subscription_id, made_at=now)
    return StreamTokenAnswer(stream=stream, expires_at=streams.end(now))


def _this_second() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
