"""`PATCH /v1/subscriptions/{subscription_id}` and `…/cancel`: what becomes of a subscription that there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from stripe import Subscription, SubscriptionItem

from intent_api.carts import Body, Items
from intent_api.desk import Desk, the_desk
from intent_api.documentation import problems
from intent_api.faults import wrong_fields
from intent_api.idempotency import request_hash, require_key, stripe_key_for
from intent_api.keys import Caller, require_caller, require_signed_in
from intent_api.orders_client import OrderReads, order_reads
from intent_api.plans import PlannedLine, Products, price_data, price_plans, the_products
from intent_api.stripe_calls import StripeCalls, stripe_calls
from intent_api.stripe_objects import id_of, is_anothers, metadata_of
from intent_api.trials import require_tryable
from tillstream_contracts.stripe_products import sku_of
from tillstream_contracts.types import SubscriptionId
from tillstream_operations import Problem

if TYPE_CHECKING:
    from stripe.params import SubscriptionCancelParams, SubscriptionUpdateParams, SubscriptionUpdateParamsItem

router = APIRouter(prefix="/v1", tags=["subscriptions"])
log = structlog.get_logger(__name__)
ENDED: Final = ("canceled", "incomplete_expired")
FINAL_INVOICE: "Final[SubscriptionCancelParams]" = {"invoice_now": True}
"""Else Stripe forgets what was changed in this period and not billed yet: whoever ends it after would not pay."""
STRIPES: Final = "sub_"
"""How Stripe's ids of subscriptions begin; any other id is ours."""


class SubscriptionChange(Body):
    """What is to be different. What is left out stays."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"items": [{"sku": "beans-monthly", "quantity": 3}]}, {"cancel_at_period_end": False}]
        }
    )

    items: Items | None = None
    """All that is subscribed to from now on. What was subscribed to before keeps its price."""
    cancel_at_period_end: bool | None = None
    """False takes a cancellation back, as long as the period lasts."""


class Cancellation(Body):
    """When it ends."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"at_period_end": True}]})

    at_period_end: bool = False
    """True: it runs on until what is paid for is over. False: it ends now, and nothing is given back."""


class SubscribedItem(BaseModel):
    """One thing that is subscribed to; no SKU if it is not of the catalogue."""

    sku: str | None
    quantity: int | None


class ChangedSubscription(BaseModel):
    """The subscription as Stripe took the change; that it came about arrives as an event."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    subscription_id: SubscriptionId
    stripe_subscription_id: str
    status: str
    """Stripe's."""
    cancel_at_period_end: bool
    items: list[SubscribedItem]


@dataclass(frozen=True)
class Wish:
    """What a caller asked for, as it is noted at the subscription, so that a retry is recognised."""

    key: str
    hash: str

    def was_granted(self, subscription: Subscription) -> bool:
        """Whether this is what was done last. Raises Problem 409 if the key was for something else."""
        noted = metadata_of(subscription)
        if noted.get("change_key") != self.key:
            return False
        if noted.get("change_hash") != self.hash:
            detail = "This Idempotency-Key was first used with another body. Send a new key for another change."
            raise Problem(409, "idempotency_key_reused", detail)
        return True

    def note(self) -> dict[str, str]:
        """What to write at the subscription along with the change."""
        return {"change_key": self.key, "change_hash": self.hash}


async def existing_subscription(
    subscription_id: SubscriptionId,
    caller: Annotated[Caller, Depends(require_signed_in)],
    orders: Annotated[OrderReads, Depends(order_reads)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
) -> Subscription:
    """The subscription that the path names, as Stripe knows it. To other customers and merchants there is none."""
    stripes_id: str | None = subscription_id
    if not subscription_id.startswith(STRIPES):
        stripes_id = (await orders.subscription(subscription_id)).stripe_subscription_id
    found = await at_stripe(stripe, stripes_id) if stripes_id else None
    if found is None or is_anothers(found, caller.merchant_id) or not caller.may_act_for(id_of(found.customer) or ""):
        detail = f"There is no subscription {subscription_id}, or it is not this customer's."
        raise Problem(404, "subscription_not_found", detail)
    return found


async def at_stripe(stripe: StripeCalls, stripes_id: str) -> Subscription | None:
    """The subscription as it stands, None if Stripe knows none."""
    return await stripe.find("find_subscription", lambda: stripe.client.v1.subscriptions.retrieve_async(stripes_id))


@router.patch(
    "/subscriptions/{subscription_id}",
    status_code=202,
    summary="Change what a customer subscribes to, or whether it ends with the period",
    responses=problems(400, 401, 403, 404, 408, 409, 413, 422, 429, 502, 503),
)
async def change_subscription(
    subscription_id: SubscriptionId,
    body: SubscriptionChange,
    key: Annotated[str, Depends(require_key)],
    caller: Annotated[Caller, Depends(require_caller)],
    subscription: Annotated[Subscription, Depends(existing_subscription)],
    desk: Annotated[Desk, Depends(the_desk)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
    products: Annotated[Products, Depends(the_products)],
) -> ChangedSubscription:
    """With the secret key, or the customer's own token. New plans are priced by the catalogue, in the same currency."""
    if body.items is None and body.cancel_at_period_end is None:
        raise wrong_fields({"items": "Send items, cancel_at_period_end, or both."})
    asked: SubscriptionUpdateParams = {}
    if body.items is not None:
        lines = price_plans(desk.catalog, body.items, subscription.currency, caller.merchant_id)
        if not caller.is_server:
            require_tryable(subscription, lines)
        asked["items"] = changed_items(await _items_of(subscription, stripe), lines)
        await products.ensure(lines)
    if body.cancel_at_period_end is not None:
        asked["cancel_at_period_end"] = body.cancel_at_period_end
    changed = await _change(stripe, subscription, asked, _wish(subscription, key, body))
    return _answer(subscription_id, changed)


@router.post(
    "/subscriptions/{subscription_id}/cancel",
    status_code=202,
    summary="End a subscription, now or with its period",
    responses=problems(400, 401, 403, 404, 408, 409, 413, 422, 429, 502, 503),
)
async def cancel_subscription(
    subscription_id: SubscriptionId,
    body: Cancellation,
    key: Annotated[str, Depends(require_key)],
    subscription: Annotated[Subscription, Depends(existing_subscription)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
) -> ChangedSubscription:
    """With the secret key, or the customer's own token. What has ended stays so, however often this is asked."""
    wish = _wish(subscription, key, body)
    if subscription.status in ENDED or wish.was_granted(subscription):
        return _answer(subscription_id, subscription)
    if body.at_period_end:
        ending = await _change(stripe, subscription, {"cancel_at_period_end": True}, wish)
        return _answer(subscription_id, ending)
    service = stripe.client.v1.subscriptions
    ended = await stripe.find("cancel_subscription", lambda: service.cancel_async(subscription.id, FINAL_INVOICE))
    log.info("subscription_canceled", subscription_id=subscription_id, stripe_subscription_id=subscription.id)
    return _answer(subscription_id, ended or await at_stripe(stripe, subscription.id) or subscription)


def changed_items(
    current: Sequence[SubscriptionItem], wanted: Sequence[PlannedLine]
) -> "list[SubscriptionUpdateParamsItem]":
    """What Stripe is told, so that exactly the wanted lines are left.

    A line that stays keeps its item and price. A new one takes over the item of one that goes, as a change of plan
    does; so Stripe settles the difference.
    """
    staying = {id_of(item.price.product): item for item in current}
    kept = {line.product_id for line in wanted} & staying.keys()
    free = [item for item in current if id_of(item.price.product) not in kept]
    asked: list[SubscriptionUpdateParamsItem] = []
    for line in wanted:
        if line.product_id in kept:
            asked.append({"id": staying[line.product_id].id, "quantity": line.quantity})
            continue
        new: SubscriptionUpdateParamsItem = {
            "price_data": price_data(line),
            "quantity": line.quantity,
            "metadata": {"sku": line.sku},
        }
        asked.append({"id": free.pop(0).id, **new} if free else new)
    return asked + [{"id": item.id, "deleted": True} for item in free]


async def _items_of(subscription: Subscription, stripe: StripeCalls) -> Sequence[SubscriptionItem]:
    """All of them: what is not seen would stay, and be paid twice."""
    if not subscription.items.has_more:
        return subscription.items.data
    service = stripe.client.v1.subscription_items
    return await stripe.every("list_subscription_items", service.list_async, subscription=subscription.id)


def _wish(subscription: Subscription, key: str, body: Body) -> Wish:
    return Wish(stripe_key_for(subscription.id, "change", key), f"{type(body).__name__}.{request_hash(body)}")


async def _change(
    stripe: StripeCalls, subscription: Subscription, asked: "SubscriptionUpdateParams", wish: Wish
) -> Subscription:
    if wish.was_granted(subscription):
        return subscription
    _require_changeable(subscription)
    asked["metadata"] = wish.note()
    changed = await stripe.ask(
        "update_subscription",
        wish.key,
        lambda key: stripe.client.v1.subscriptions.update_async(subscription.id, asked, {"idempotency_key": key}),
        made=lambda: _granted(stripe, subscription.id, wish),
    )
    log.info("subscription_changed", stripe_subscription_id=subscription.id, status=changed.status)
    return changed


async def _granted(stripe: StripeCalls, stripes_id: str, wish: Wish) -> Subscription | None:
    now = await at_stripe(stripe, stripes_id)
    return now if now and wish.was_granted(now) else None


def _require_changeable(subscription: Subscription) -> None:
    if subscription.status in ENDED:
        detail = "This subscription has ended. Make a new one: POST /v1/subscriptions."
        raise Problem(409, "subscription_ended", detail)
    if subscription.status == "incomplete":
        detail = "Its first invoice is not paid yet. Let the customer pay it, or cancel and make a new subscription."
        raise Problem(409, "subscription_incomplete", detail)


def _answer(subscription_id: str, subscription: Subscription) -> ChangedSubscription:
    return ChangedSubscription(
        subscription_id=subscription_id,
        stripe_subscription_id=subscription.id,
        status=subscription.status,
        cancel_at_period_end=subscription.cancel_at_period_end,
        items=[
            SubscribedItem(sku=sku_of(id_of(item.price.product)), quantity=getattr(item, "quantity", None))
            for item in subscription.items.data
        ],
    )
