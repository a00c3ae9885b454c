"""`POST /v1/payment-intents`: an order that is paid on a page of the shop's own."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from intent_api.carts import Items, OrderBody
from intent_api.currencies import MAXIMUM
from intent_api.desk import Desk, the_desk, traceparent_of
from intent_api.documentation import problems
from intent_api.faults import wrong_fields
from intent_api.idempotency import order_id_for, request_hash, require_key
from intent_api.keys import Caller, require_caller
from intent_api.locales import accepted_languages, nearest
from intent_api.orders import NewOrder
from intent_api.payers import Payer, PaymentMethodId, require_sensible, stripe_customer
from intent_api.pricing import Priced, price_amount, price_cart
from intent_api.streams import Stream
from tillstream_contracts.types import OrderId
from tillstream_operations import Problem

router = APIRouter(prefix="/v1", tags=["orders"])


class PaymentIntentBody(OrderBody):
    """What is to be paid: `items` from the catalogue or, with a secret key, an `amount`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [{"sku": "mug", "quantity": 2}, {"sku": "beans", "quantity": 1}],
                    "currency": "eur",
                    "reference": "A-1001",
                },
                {"amount": 1999, "currency": "usd", "reference": "A-1002"},
                {
                    "items": [{"sku": "beans", "quantity": 1}],
                    "currency": "eur",
                    "customer": "cus_QmZ4yE2mX9uT1c",
                    "payment_method": "pm_1QmZ4yE2mX9u",
                },
            ]
        }
    )

    items: Items | None = None
    amount: Annotated[int, Field(ge=1, le=MAXIMUM, examples=[1999])] | None = None
    """In minor units: 1999 is 19.99 usd, and 1999 jpy. Secret keys only."""
    capture_method: Literal["automatic", "manual"] | None = None
    """`manual` only holds the money once the buyer confirms: the order is `authorized`, and paid after
    `POST /v1/orders/{order_id}/capture`. Left out: `automatic`."""
    payment_method: PaymentMethodId | None = None
    """A saved card of `customer` (`cus_…`), to be charged by this very call."""
    off_session: bool = False
    """The buyer is away and cannot confirm anything: a renewal, a late fee. Secret keys only."""
    save_payment_method: bool = False
    """Keep what the buyer pays with for `customer` (`cus_…`); say so on your page."""


class PaymentIntentAnswer(BaseModel):
    """What the shop's page needs to take the payment and to watch it arrive."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    order_id: OrderId
    payment_intent_id: str
    client_secret: str
    """For Stripe.js; goes to this buyer's browser and nowhere else."""
    amount: int
    currency: str
    status: str
    """Stripe's status of the new payment intent."""
    locale: str
    """For Stripe.js: the language for its elements, or `auto`."""
    publishable_key: str
    """Stripe's, for Stripe.js."""
    stream: Stream


@router.post(
    "/payment-intents",
    summary="Place an order and get a payment intent for it",
    responses=problems(400, 401, 402, 403, 408, 409, 413, 422, 429, 502, 503),
)
async def place_by_intent(
    body: PaymentIntentBody,
    key: Annotated[str, Depends(require_key)],
    caller: Annotated[Caller, Depends(require_caller)],
    desk: Annotated[Desk, Depends(the_desk)],
    languages: Annotated[list[str], Depends(accepted_languages)],
    traceparent: Annotated[str | None, Depends(traceparent_of)],
) -> PaymentIntentAnswer:
    """The amount is computed here, from the catalogue. The same key and body always give the same order and intent.

    **With `payment_method`** the card is charged at once, and `status` tells what came of it: `succeeded`,
    `processing`, or `requires_action`: then let Stripe.js handle the `client_secret`. A declined card is a 402 that
    carries `order_id`, `payment_intent_id`, `client_secret` and `stream`: the order exists and waits, so let the buyer
    confirm with Stripe.js and another card. `authentication_required` is the 402 of a buyer who is away: confirm with
    Stripe.js, the `client_secret` and the same card once the buyer is there. A retry is told the same 402; how the
    payment stands by then is told by the order's stream.
    """
    payer = Payer(
        stripe_customer(body.customer, caller), body.payment_method, body.off_session, body.save_payment_method
    )
    order = NewOrder(
        order_id=order_id_for(caller.merchant_id, key),
        merchant_id=caller.merchant_id,
        request_hash=request_hash(body),
        priced=_priced(body, caller, desk),
        reference=body.reference,
        customer_id=body.customer,
        metadata=body.metadata,
        locale=nearest([body.locale] if body.locale else languages),
        manual_capture=body.capture_method == "manual",
    )
    intent, stream = await desk.place_by_intent(order, require_sensible(payer, caller), traceparent=traceparent)
    return PaymentIntentAnswer(
        order_id=order.order_id,
        payment_intent_id=intent.id,
        client_secret=intent.client_secret or "",
        amount=intent.amount,
        currency=intent.currency,
        status=intent.status,
        locale=order.locale,
        publishable_key=desk.stripe_publishable_key,
        stream=stream,
    )


def _priced(body: PaymentIntentBody, caller: Caller, desk: Desk) -> Priced:
    if body.amount is not None and not caller.may_name_amount:
        fault = {"field": "amount", "message": "Only a secret key may name an amount."}
        detail = "Send items, or ask from your server with the secret key."
        raise Problem(403, "amount_not_allowed", detail, errors=[fault])
    match body.items, body.amount:
        case list() as items, None:
            return price_cart(desk.catalog, items, body.currency)
        case None, int() as amount:
            return price_amount(amount, body.currency)
        case _:
            raise wrong_fields({"items": "Send either items or, with a secret key, an amount."})
