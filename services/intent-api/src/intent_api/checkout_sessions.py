"""`POST /v1/checkout-sessions`: Stripe's hosted page, to pay an order, to subscribe, or to save a card."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, assert_never

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from intent_api.carts import Email, Items, OrderBody
from intent_api.desk import Desk, Redirects, the_desk, traceparent_of
from intent_api.documentation import problems
from intent_api.faults import wrong_fields
from intent_api.hosted_pages import EARLIEST_END, LATEST_END, Page, open_page, setup_page, subscription_page
from intent_api.idempotency import order_id_for, request_hash, require_key, stripe_key_for, subscription_id_for
from intent_api.keys import Caller, require_caller
from intent_api.locales import accepted_languages, nearest
from intent_api.orders import NewOrder
from intent_api.payers import stripe_customer
from intent_api.plans import Products, price_plans, the_products
from intent_api.pricing import price_cart
from intent_api.redirects import MAX_URL_LENGTH, is_allowed
from intent_api.streams import Stream, Streams, the_streams
from intent_api.stripe_calls import StripeCalls, stripe_calls
from intent_api.trials import BEGAN_WITH, noted_plans, subscriptions_of, trial_for, trial_of
from tillstream_contracts.types import OrderId, SubscriptionId

router = APIRouter(prefix="/v1", tags=["orders"])
PageUrl = Annotated[str, Field(min_length=1, max_length=MAX_URL_LENGTH)]
PAGES = "http://localhost:8000"


class CheckoutSessionBody(OrderBody):
    """What the page is for, and where the buyer comes from and goes to."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [{"sku": "mug", "quantity": 2}],
                    "currency": "eur",
                    "success_url": f"{PAGES}/success?session={{CHECKOUT_SESSION_ID}}",
                    "cancel_url": f"{PAGES}/cart",
                },
                {
                    "mode": "subscription",
                    "items": [{"sku": "tasting-club", "quantity": 1}],
                    "currency": "eur",
                    "success_url": f"{PAGES}/welcome",
                    "cancel_url": f"{PAGES}/club",
                },
                {
                    "mode": "setup",
                    "customer": "cus_QmZ4yE2mX9uT1c",
                    "currency": "eur",
                    "expires_in": 60,
                    "success_url": f"{PAGES}/account",
                    "cancel_url": f"{PAGES}/account",
                },
            ]
        }
    )

    mode: Literal["payment", "subscription", "setup"] = "payment"
    """`payment` pays an order; `subscription` subscribes to plans of the catalogue; `setup` saves a card for later."""
    items: Items | None = None
    """What is bought or subscribed to; nothing in `setup` mode."""
    success_url: Annotated[PageUrl, Field(examples=[f"{PAGES}/success?session={{CHECKOUT_SESSION_ID}}"])]
    """Where the buyer goes after paying, on an allowed origin. Stripe fills in `{CHECKOUT_SESSION_ID}`."""
    cancel_url: Annotated[PageUrl, Field(examples=[f"{PAGES}/cart"])]
    """Where the buyer goes on turning back, on an allowed origin."""
    email: Email | None = None
    """Fills in the field on Stripe's page. Goes to Stripe only: it is neither logged nor in any event."""
    expires_in: Annotated[int, Field(ge=EARLIEST_END, le=LATEST_END, examples=[60])] | None = None
    """For how many minutes the page can be used, and up to an eighth longer; left out, it is 24 hours."""


class CheckoutSessionAnswer(BaseModel):
    """Where to send the buyer, and how to watch what comes of it. What a mode does not have is left out."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    order_id: OrderId | None = None
    """In `payment` mode."""
    subscription_id: SubscriptionId | None = None
    """In `subscription` mode; there is none until the buyer has been on the page."""
    checkout_session_id: str
    url: str
    """Stripe's hosted page."""
    stream: Stream | None = None
    """Not in `setup` mode: the saved card is in `GET /v1/customers/{customer_id}/payment-methods`."""


async def allowed_origins(request: Request) -> Collection[str]:
    """The origins that a buyer may be sent back to."""
    origins: Collection[str] = request.app.state.allowed_origins
    return origins


@dataclass(frozen=True)
class Counter:
    """What opening a page needs beside what was asked for."""

    caller: Annotated[Caller, Depends(require_caller)]
    desk: Annotated[Desk, Depends(the_desk)]
    stripe: Annotated[StripeCalls, Depends(stripe_calls)]
    products: Annotated[Products, Depends(the_products)]
    streams: Annotated[Streams, Depends(the_streams)]
    languages: Annotated[list[str], Depends(accepted_languages)]
    traceparent: Annotated[str | None, Depends(traceparent_of)]

    def page(self, body: CheckoutSessionBody, customer: str | None) -> Page:
        """Who comes and goes where."""
        return Page(body.success_url, body.cancel_url, self.locale(body), customer, body.email)

    def locale(self, body: CheckoutSessionBody) -> str:
        """Stripe's for what the body or else the browser says."""
        return nearest([body.locale] if body.locale else self.languages)


@router.post(
    "/checkout-sessions",
    summary="Get Stripe's hosted page: to pay an order, to subscribe, or to save a card",
    response_model_exclude_none=True,
    responses=problems(400, 401, 403, 408, 409, 413, 422, 429, 502, 503),
)
async def open_checkout(
    body: CheckoutSessionBody,
    key: Annotated[str, Depends(require_key)],
    counter: Annotated[Counter, Depends(Counter)],
    origins: Annotated[Collection[str], Depends(allowed_origins)],
) -> CheckoutSessionAnswer:
    """The prices come from the catalogue. The same key and body always give the same order and session.

    Which ways to pay the page offers is set in Stripe's dashboard. Some take days (bank debits): the buyer then comes
    back to `success_url` with the order still `processing`; ship when the stream says `paid`.
    """
    customer = stripe_customer(body.customer, counter.caller)
    _require_own_pages(body, origins)
    _require_sense(body, customer)
    match body.mode:
        case "payment":
            return await _pay(body, key, customer, counter)
        case "subscription":
            return await _subscribe(body, key, customer, counter)
        case "setup":
            return await _save_card(body, key, customer or "", counter)
        case _:
            assert_never(body.mode)


async def _pay(body: CheckoutSessionBody, key: str, customer: str | None, at: Counter) -> CheckoutSessionAnswer:
    order = NewOrder(
        order_id=order_id_for(at.caller.merchant_id, key),
        merchant_id=at.caller.merchant_id,
        request_hash=request_hash(body),
        priced=price_cart(at.desk.catalog, body.items or [], body.currency),
        reference=body.reference,
        customer_id=body.customer,
        metadata=body.metadata,
        locale=at.locale(body),
    )
    session, stream = await at.desk.place_by_checkout(
        order,
        Redirects(body.success_url, body.cancel_url),
        body.email,
        customer_id=customer,
        expires_in=body.expires_in,
        traceparent=at.traceparent,
    )
    return CheckoutSessionAnswer(
        order_id=order.order_id, checkout_session_id=session.id, url=session.url or "", stream=stream
    )


async def _subscribe(body: CheckoutSessionBody, key: str, customer: str | None, at: Counter) -> CheckoutSessionAnswer:
    merchant_id = at.caller.merchant_id
    subscription_id = subscription_id_for(merchant_id, key)
    lines = price_plans(at.desk.catalog, body.items or [], body.currency, merchant_id)
    own = {BEGAN_WITH: noted_plans(lines), "merchant_id": merchant_id, "subscription_id": subscription_id}
    metadata = _metadata(body, own)
    await at.products.ensure(lines)
    theirs = await subscriptions_of(at.stripe, customer) if customer and trial_of(lines) else []
    trial_days = trial_for(theirs, lines, subscription_id)  # somebody new at Stripe has tried nothing
    asked = subscription_page(at.page(body, customer), lines, trial_days, subscription_id, metadata)
    session = await open_page(at.stripe, stripe_key_for(subscription_id, "create"), asked, body.expires_in)
    began = datetime.fromtimestamp(session.created, UTC)
    return CheckoutSessionAnswer(
        subscription_id=subscription_id,
        checkout_session_id=session.id,
        url=session.url or "",
        stream=at.streams.of_subscription(merchant_id, subscription_id, made_at=began),
    )


async def _save_card(body: CheckoutSessionBody, key: str, customer: str, at: Counter) -> CheckoutSessionAnswer:
    metadata = _metadata(body, {"merchant_id": at.caller.merchant_id})
    asked = setup_page(at.page(body, customer), body.currency, metadata)
    session = await open_page(at.stripe, stripe_key_for(customer, "setup", key), asked, body.expires_in)
    return CheckoutSessionAnswer(checkout_session_id=session.id, url=session.url or "")


def _metadata(body: CheckoutSessionBody, own: dict[str, str]) -> dict[str, str]:
    """What travels with what the page makes; the hash lets Stripe tell another body under the same key."""
    said = {"customer_id": body.customer, "reference": body.reference, "request_hash": request_hash(body), **own}
    every = {**body.metadata, **{name: value for name, value in said.items() if value is not None}}
    return dict(sorted(every.items()))


def _require_sense(body: CheckoutSessionBody, customer: str | None) -> None:
    setup = body.mode == "setup"
    faults = {
        "items": (setup and body.items and "Leave items out: nothing is sold here.")
        or (not setup and not body.items and "Say what is bought."),
        "customer": setup and not customer and "Name the customer at Stripe whose card it is: cus_….",
        "email": body.email and customer and "Leave email out: Stripe knows this customer's.",
    }
    if messages := {field: message for field, message in faults.items() if message}:
        raise wrong_fields(messages)


def _require_own_pages(body: CheckoutSessionBody, origins: Collection[str]) -> None:
    """An API that redirects anywhere is a phisher's tool: only allowed origins."""
    message = f"Use an http(s) URL on one of these origins: {', '.join(sorted(origins))}."
    pages = {"success_url": body.success_url, "cancel_url": body.cancel_url}
    if faults := {field: message for field, url in pages.items() if not is_allowed(url, origins)}:
        raise wrong_fields(faults)
