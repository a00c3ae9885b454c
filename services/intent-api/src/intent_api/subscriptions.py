"""`POST /v1/subscriptions`: a plan of the catalogue, sold to a customer again and again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from stripe import Subscription

from intent_api.carts import Body, Items, lower
from intent_api.catalog import MAX_TRIAL_DAYS
from intent_api.customers import CustomerId
from intent_api.desk import Desk, the_desk
from intent_api.documentation import problems
from intent_api.idempotency import request_hash, require_key, require_same_body, stripe_key_for, subscription_id_for
from intent_api.keys import Caller, require_agent, require_caller
from intent_api.payers import PaymentMethodId
from intent_api.plans import PlannedLine, Products, price_data, price_plans, the_products
from intent_api.streams import Stream, Streams, the_streams
from intent_api.stripe_calls import StripeCalls, stripe_calls
from intent_api.stripe_objects import metadata_of
from intent_api.trials import BEGAN_WITH, noted_plans, subscriptions_of, trial_for
from tillstream_contracts.types import Currency, SubscriptionId
from tillstream_operations import Problem

if TYPE_CHECKING:
    from stripe.params import SubscriptionCreateParams

router = APIRouter(prefix="/v1", tags=["subscriptions"])
log = structlog.get_logger(__name__)

SecretFor = Literal["payment", "setup"]
SECRETS = ["latest_invoice.confirmation_secret", "pending_setup_intent"]


class SubscriptionBody(Body):
    """Who subscribes, and to what."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer": "cus_QmZ4yE2mX9uT1c",
                    "items": [{"sku": "beans-monthly", "quantity": 2}],
                    "currency": "eur",
                }
            ]
        }
    )

    customer: CustomerId
    """Stripe's id: make one with `POST /v1/customers`."""
    items: Items
    """Products of the catalogue that have a `plan`, all billed in the same interval."""
    currency: Annotated[Currency, BeforeValidator(lower), Field(examples=["eur"])]
    """An ISO 4217 code. All subscriptions of one customer are in one currency."""
    trial_days: Annotated[int, Field(ge=0, le=MAX_TRIAL_DAYS, examples=[14])] | None = None
    """Another trial than the catalogue's, which is given once per customer and plan; 0 is none. Secret keys only."""
    payment_method: PaymentMethodId | None = None
    """What to charge from the second invoice on; left out, it is what the first is paid with."""


class SubscriptionAnswer(BaseModel):
    """What the page needs to take the first payment, or the card for later, and to watch the subscription."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    subscription_id: SubscriptionId
    stripe_subscription_id: str
    status: str
    """Stripe's: `incomplete` until the first invoice is paid, `trialing`, `active`, …"""
    client_secret: str | None
    """For Stripe.js; goes to this customer's browser and nowhere else. None if there is nothing to confirm."""
    client_secret_for: SecretFor | None
    """`payment`: confirm a payment (`stripe.confirmPayment`). `setup`: save a card (`stripe.confirmSetup`)."""
    publishable_key: str
    """Stripe's, for Stripe.js."""
    stream: Stream


@router.post(
    "/subscriptions",
    status_code=201,
    summary="Subscribe a customer to plans of the catalogue",
    responses=problems(400, 401, 403, 408, 409, 413, 422, 429, 502, 503),
)
async def subscribe(
    body: SubscriptionBody,
    key: Annotated[str, Depends(require_key)],
    caller: Annotated[Caller, Depends(require_caller)],
    desk: Annotated[Desk, Depends(the_desk)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
    products: Annotated[Products, Depends(the_products)],
    streams: Annotated[Streams, Depends(the_streams)],
) -> SubscriptionAnswer:
    """With the secret key, or that customer's own token. The same key and body always give the same subscription.

    Nothing is charged by this call. Without a trial the first invoice waits for the customer: confirm its payment with
    Stripe.js and `client_secret` within 23 hours. With a trial, `client_secret` saves a card for when the trial ends.
    """
    require_agent(caller, body.customer)
    if body.trial_days is not None and not caller.is_server:
        detail = (
            "Leave trial_days out: the catalogue says how long a plan may be tried. Only a server may say otherwise."
        )
        raise Problem(403, "trial_not_allowed", detail)
    subscription_id = subscription_id_for(caller.merchant_id, key)
    lines = price_plans(desk.catalog, body.items, body.currency, caller.merchant_id)
    metadata = {
        BEGAN_WITH: noted_plans(lines),
        "customer_id": body.customer,
        "merchant_id": caller.merchant_id,
        "request_hash": request_hash(body),
        "subscription_id": subscription_id,
    }
    theirs = await subscriptions_of(stripe, body.customer, expand=SECRETS)
    if made := _named(theirs, subscription_id):
        require_same_body(metadata_of(made), metadata["request_hash"])
    else:
        await products.ensure(lines)
        trial_days = trial_for(theirs, lines, subscription_id) if body.trial_days is None else body.trial_days
        made = await _make(stripe, body, _parameters(body, lines, trial_days, metadata), subscription_id)
    log.info("subscription_made", subscription_id=subscription_id, stripe_subscription_id=made.id, status=made.status)
    secret, meant_for = secret_of(made)
    began = datetime.fromtimestamp(made.created, UTC)
    return SubscriptionAnswer(
        subscription_id=subscription_id,
        stripe_subscription_id=made.id,
        status=made.status,
        client_secret=secret,
        client_secret_for=meant_for,
        publishable_key=desk.stripe_publishable_key,
        stream=streams.of_subscription(caller.merchant_id, subscription_id, made_at=began),
    )


def secret_of(subscription: Subscription) -> tuple[str | None, SecretFor | None]:
    """What the browser has to confirm, and which kind of thing that is: the first payment, or a card for later."""
    invoice, setup = subscription.latest_invoice, subscription.pending_setup_intent
    if secret := getattr(getattr(invoice, "confirmation_secret", None), "client_secret", None):
        return str(secret), "payment"
    if secret := getattr(setup, "client_secret", None):
        return str(secret), "setup"
    return None, None


async def _make(
    stripe: StripeCalls, body: SubscriptionBody, asked: "SubscriptionCreateParams", subscription_id: str
) -> Subscription:
    async def made() -> Subscription | None:
        return _named(await subscriptions_of(stripe, body.customer, expand=SECRETS), subscription_id)

    return await stripe.ask(
        "create_subscription",
        stripe_key_for(subscription_id, "create"),
        lambda key: stripe.client.v1.subscriptions.create_async(asked, {"idempotency_key": key}),
        made=made,
    )


def _parameters(
    body: SubscriptionBody, lines: Sequence[PlannedLine], trial_days: int, metadata: dict[str, str]
) -> "SubscriptionCreateParams":
    asked: SubscriptionCreateParams = {
        "customer": body.customer,
        "currency": body.currency,
        "items": [
            {"price_data": price_data(line), "quantity": line.quantity, "metadata": {"sku": line.sku}} for line in lines
        ],
        "payment_behavior": "default_incomplete",
        "payment_settings": {"save_default_payment_method": "on_subscription"},
        "metadata": metadata,
        "expand": SECRETS,
    }
    if trial_days:
        asked["trial_period_days"] = trial_days
    if body.payment_method:
        asked["default_payment_method"] = body.payment_method
    return asked


def _named(theirs: Sequence[Subscription], subscription_id: str) -> Subscription | None:
    """What this key has made: also if Stripe lost the answer, or has forgotten the key. A second trial would cost."""
    return next((each for each in theirs if metadata_of(each).get("subscription_id") == subscription_id), None)
