"""Routes as Stripe's common guides have them, for storefronts that exist: `TILLSTREAM_DROP_IN_ROUTES=true`.

Such a client sends neither a key nor an `Idempotency-Key`. So its requests count for its address, and each is an order
of its own, unless it does send an `Idempotency-Key`.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

import structlog
from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field

from intent_api.desk import Desk, Redirects, the_desk, traceparent_of
from intent_api.documentation import problems
from intent_api.drop_in_bodies import CartBody, Foreign, IntentBody, priced_cart, priced_items, trusted_cart
from intent_api.faults import wrong_fields
from intent_api.idempotency import order_id_for, request_hash, require_key
from intent_api.locales import accepted_languages, nearest
from intent_api.orders import NewOrder
from intent_api.payers import Payer
from intent_api.pricing import Priced, price_amount
from intent_api.streams import Stream
from tillstream_contracts.types import OrderId
from tillstream_operations import Problem

router = APIRouter(tags=["drop-in"])
log = structlog.get_logger(__name__)
UNTRUSTED = (
    "An amount from a browser is not trusted: send items of the catalogue, as {items: [{id, quantity}]}. "
    "An operator who wants to trust it sets INTENT_API_TRUST_CLIENT_PRICES=true."
)


@dataclass(frozen=True)
class DropIn:
    """How the operator lets such storefronts in."""

    merchant_id: str
    currency: str
    trust_client_prices: bool
    origins: tuple[str, ...]
    success_path: str
    cancel_path: str

    def redirects(self, origin: str | None) -> Redirects:
        """Back to the shop's page that called, if it may; else to the first that may."""
        shop = origin if origin in self.origins else self.origins[0]
        return Redirects(shop + self.success_path, shop + self.cancel_path)


class Camel(BaseModel):
    """An answer in the guides' spelling."""

    model_config = ConfigDict(use_attribute_docstrings=True, serialize_by_alias=True, validate_by_name=True)


class ConfigAnswer(Camel):
    """What Stripe.js needs first."""

    publishable_key: Annotated[str, Field(alias="publishableKey")]
    """Stripe's."""


class IntentAnswer(Camel):
    """What Stripe.js needs; the rest is more than the guides know."""

    client_secret: Annotated[str, Field(alias="clientSecret")]
    order_id: Annotated[OrderId, Field(alias="orderId")]
    stream: Stream


class SessionAnswer(Camel):
    """Where to send the buyer; the rest is more than the guides know."""

    url: str
    order_id: Annotated[OrderId, Field(alias="orderId")]
    stream: Stream


async def drop_in(request: Request) -> DropIn:
    """How the operator lets such storefronts in."""
    settings: DropIn = request.app.state.drop_in
    return settings


async def key_or_any(idempotency_key: Annotated[str | None, Header()] = None) -> str:
    """The caller's Idempotency-Key, else one that nobody had before."""
    return await require_key(idempotency_key) if idempotency_key else f"drop-in-{uuid4()}"


Key = Annotated[str, Depends(key_or_any)]
Shop = Annotated[DropIn, Depends(drop_in)]
TheDesk = Annotated[Desk, Depends(the_desk)]
Languages = Annotated[list[str], Depends(accepted_languages)]
Traceparent = Annotated[str | None, Depends(traceparent_of)]


@router.get("/config", summary="Stripe's publishable key, as the guides ask for it", responses=problems(429))
async def config(desk: TheDesk) -> ConfigAnswer:
    """For `loadStripe(publishableKey)`."""
    return ConfigAnswer(publishable_key=desk.stripe_publishable_key)


@router.post(
    "/create-payment-intent",
    summary="A payment intent, as the guides ask for it",
    responses=problems(400, 403, 408, 409, 413, 422, 429, 502, 503),
)
async def create_payment_intent(
    body: IntentBody, key: Key, shop: Shop, desk: TheDesk, languages: Languages, traceparent: Traceparent
) -> IntentAnswer:
    """`items` are priced from the catalogue; their `amount` is passed over. An `{amount, currency}` is refused, unless
    the operator trusts the prices that browsers send."""
    currency = body.currency or shop.currency
    match body.items, body.amount:
        case list() as items, _:
            order = _order(shop, key, body, priced_items(desk.catalog, items, currency), languages)
        case None, int() as amount if shop.trust_client_prices:
            order = _order(shop, key, body, price_amount(amount, currency), languages, trusted=True)
        case None, int():
            raise Problem(403, "amount_not_allowed", UNTRUSTED)
        case _:
            raise wrong_fields({"items": "Send items of the catalogue, as {items: [{id, quantity}]}."})
    intent, stream = await desk.place_by_intent(order, Payer(), traceparent=traceparent)
    return IntentAnswer(client_secret=intent.client_secret or "", order_id=order.order_id, stream=stream)


@router.post(
    "/create-checkout-session",
    summary="Stripe's hosted page, as the guides ask for it",
    responses=problems(400, 408, 409, 413, 422, 429, 502, 503),
)
async def create_checkout_session(
    body: CartBody,
    key: Key,
    shop: Shop,
    desk: TheDesk,
    languages: Languages,
    traceparent: Traceparent,
    origin: Annotated[str | None, Header()] = None,
) -> SessionAnswer:
    """Lines are found in the catalogue by SKU or name and cost what it says, unless the operator trusts the prices
    that browsers send."""
    priced = trusted_cart if shop.trust_client_prices else priced_cart
    order = _order(
        shop,
        key,
        body,
        priced(desk.catalog, body.cart_items, body.currency or shop.currency),
        languages,
        trusted=shop.trust_client_prices,
    )
    session, stream = await desk.place_by_checkout(order, shop.redirects(origin), body.email, traceparent=traceparent)
    return SessionAnswer(url=session.url or "", order_id=order.order_id, stream=stream)


def _order(
    shop: DropIn, key: str, body: Foreign, priced: Priced, languages: list[str], *, trusted: bool = False
) -> NewOrder:
    order = NewOrder(
        order_id=order_id_for(shop.merchant_id, key),
        merchant_id=shop.merchant_id,
        request_hash=request_hash(body),
        priced=priced,
        reference=None,
        customer_id=None,
        metadata={"price_source": "client"} if trusted else {},
        locale=nearest(languages),
    )
    if trusted:
        log.warning("client_price_trusted", order_id=order.order_id, amount=priced.amount, currency=priced.currency)
    return order
