"""`POST /v1/checkout-sessions`: an order that is paid on Stripe's hosted page."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from intent_api.carts import Email, Items, OrderBody
from intent_api.desk import Desk, Redirects, the_desk, traceparent_of
from intent_api.documentation import problems
from intent_api.faults import wrong_fields
from intent_api.idempotency import order_id_for, request_hash, require_key
from intent_api.keys import Caller, require_caller
from intent_api.locales import accepted_languages, nearest
from intent_api.orders import NewOrder
from intent_api.pricing import price_cart
from intent_api.redirects import MAX_URL_LENGTH, is_allowed
from intent_api.streams import Stream
from tillstream_contracts.types import OrderId

router = APIRouter(prefix="/v1", tags=["orders"])
PageUrl = Annotated[str, Field(min_length=1, max_length=MAX_URL_LENGTH)]


class CheckoutSessionBody(OrderBody):
    """What is to be paid, and where the buyer comes from and goes to."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [{"sku": "mug", "quantity": 2}],
                    "currency": "eur",
                    "success_url": "http://localhost:8000/success?session={CHECKOUT_SESSION_ID}",
                    "cancel_url": "http://localhost:8000/cart",
                }
            ]
        }
    )

    items: Items
    success_url: Annotated[PageUrl, Field(examples=["http://localhost:8000/success?session={CHECKOUT_SESSION_ID}"])]
    """Where the buyer goes after paying, on an allowed origin. Stripe fills in `{CHECKOUT_SESSION_ID}`."""
    cancel_url: Annotated[PageUrl, Field(examples=["http://localhost:8000/cart"])]
    """Where the buyer goes on turning back, on an allowed origin."""
    email: Email | None = None
    """Fills in the field on Stripe's page. Goes to Stripe only: it is neither logged nor in any event."""


class CheckoutSessionAnswer(BaseModel):
    """Where to send the buyer, and how to watch the payment arrive."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    order_id: OrderId
    checkout_session_id: str
    url: str
    """Stripe's hosted page."""
    stream: Stream


async def allowed_origins(request: Request) -> Collection[str]:
    """The origins that a buyer may be sent back to."""
    origins: Collection[str] = request.app.state.allowed_origins
    return origins


@router.post(
    "/checkout-sessions",
    summary="Place an order and get Stripe's hosted page for it",
    responses=problems(400, 401, 408, 409, 413, 422, 429, 502, 503),
)
async def place_by_checkout(
    body: CheckoutSessionBody,
    key: Annotated[str, Depends(require_key)],
    caller: Annotated[Caller, Depends(require_caller)],
    desk: Annotated[Desk, Depends(the_desk)],
    origins: Annotated[Collection[str], Depends(allowed_origins)],
    languages: Annotated[list[str], Depends(accepted_languages)],
    traceparent: Annotated[str | None, Depends(traceparent_of)],
) -> CheckoutSessionAnswer:
    """The prices come from the catalogue. The same key and body always give the same order and session."""
    _require_own_pages(body, origins)
    order = NewOrder(
        order_id=order_id_for(caller.merchant_id, key),
        merchant_id=caller.merchant_id,
        request_hash=request_hash(body),
        priced=price_cart(desk.catalog, body.items, body.currency),
        reference=body.reference,
        customer_id=body.customer,
        metadata=body.metadata,
        locale=nearest([body.locale] if body.locale else languages),
    )
    redirects = Redirects(body.success_url, body.cancel_url)
    session, stream = await desk.place_by_checkout(order, redirects, body.email, traceparent=traceparent)
    return CheckoutSessionAnswer(
        order_id=order.order_id, checkout_session_id=session.id, url=session.url or "", stream=stream
    )


def _require_own_pages(body: CheckoutSessionBody, origins: Collection[str]) -> None:
    """An API that redirects anywhere is a phisher's tool: only allowed origins."""
    message = f"Use an http(s) URL on one of these origins: {', '.join(sorted(origins))}."
    pages = {"success_url": body.success_url, "cancel_url": body.cancel_url}
    if faults := {field: message for field, url in pages.items() if not is_allowed(url, origins)}:
        raise wrong_fields(faults)
