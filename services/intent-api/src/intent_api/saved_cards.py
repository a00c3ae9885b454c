"""A customer's saved cards and other ways to pay: see, forget, save one."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field
from stripe import PaymentMethod

from intent_api.customers import PathCustomer, customer_of_caller, existing_customer, require_made_here
from intent_api.desk import Desk, the_desk
from intent_api.documentation import problems
from intent_api.idempotency import require_key, stripe_key_for
from intent_api.keys import Caller, require_agent, require_caller
from intent_api.stripe_calls import StripeCalls, stripe_calls
from intent_api.stripe_objects import id_of
from tillstream_operations import Problem

MAX_SHOWN = 100
router = APIRouter(prefix="/v1/customers/{customer_id}", tags=["customers"])
log = structlog.get_logger(__name__)

PathMethod = Annotated[
    str, Path(pattern=r"^(pm|card|src)_[A-Za-z0-9_]{1,100}$", description="Stripe's id.", examples=["pm_1QmZ4yE2mX9u"])
]


class SavedCard(BaseModel):
    """A saved way to pay, as much as a page may show of it; no part of a number but its end."""

    payment_method_id: Annotated[str, Field(examples=["pm_1QmZ4yE2mX9u"])]
    type: Annotated[str, Field(examples=["card"])]
    brand: Annotated[str | None, Field(examples=["visa"])]
    last4: Annotated[str | None, Field(examples=["4242"])]
    exp_month: Annotated[int | None, Field(examples=[12])]
    exp_year: Annotated[int | None, Field(examples=[2030])]
    default: bool


class SavedCardsAnswer(BaseModel):
    """The newest first, at most 100."""

    payment_methods: list[SavedCard]


class SetupIntentAnswer(BaseModel):
    """What the page needs to let Stripe.js save a card."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    setup_intent_id: str
    client_secret: str
    """For Stripe.js; goes to this customer's browser and nowhere else."""
    publishable_key: str
    """Stripe's, for Stripe.js."""
    status: str
    """Stripe's status of the setup intent."""


@router.get(
    "/payment-methods",
    summary="A customer's saved cards and other ways to pay",
    responses=problems(401, 403, 404, 422, 429, 502, 503),
)
async def show_saved_cards(
    customer_id: PathCustomer,
    caller: Annotated[Caller, Depends(require_caller)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
    response: Response,
) -> SavedCardsAnswer:
    """With the secret key, or that customer's own token."""
    require_agent(caller, customer_id)
    customer = await existing_customer(stripe, customer_id, caller.merchant_id)
    if not caller.is_server:
        require_made_here(customer, caller.merchant_id)
    saved = await stripe.read(
        "list_payment_methods",
        lambda: stripe.client.v1.customers.payment_methods.list_async(customer_id, {"limit": MAX_SHOWN}),
    )
    default = id_of(getattr(customer.invoice_settings, "default_payment_method", None))
    response.headers["Cache-Control"] = "no-store"
    return SavedCardsAnswer(payment_methods=[_shown(method, default) for method in saved.data])


@router.delete(
    "/payment-methods/{payment_method_id}",
    status_code=204,
    summary="Forget a saved card",
    responses=problems(401, 403, 404, 422, 429, 502, 503),
)
async def forget_saved_card(
    payment_method_id: PathMethod,
    customer_id: Annotated[str, Depends(customer_of_caller)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
) -> None:
    """It can never be charged or saved again. Repeating this does no harm: what is forgotten stays so."""
    methods = stripe.client.v1.payment_methods
    method = await stripe.find("find_payment_method", lambda: methods.retrieve_async(payment_method_id))
    owner = id_of(method.customer) if method else None
    if method is None or owner not in (customer_id, None):
        detail = f"The customer {customer_id} has no {payment_method_id}. GET …/payment-methods shows what there is."
        raise Problem(404, "payment_method_not_found", detail)
    if owner is None:
        return  # forgotten before: Stripe never lets it be attached again
    await stripe.ask(
        "detach_payment_method",
        stripe_key_for(payment_method_id, "detach"),
        lambda key: methods.detach_async(payment_method_id, None, {"idempotency_key": key}),
    )
    log.info("payment_method_detached", payment_method_id=payment_method_id)


@router.post(
    "/setup-intents",
    status_code=201,
    summary="Save a card for later, without a payment",
    responses=problems(400, 401, 403, 404, 409, 422, 429, 502, 503),
)
async def make_setup_intent(
    key: Annotated[str, Depends(require_key)],
    customer_id: Annotated[str, Depends(customer_of_caller)],
    caller: Annotated[Caller, Depends(require_caller)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
    desk: Annotated[Desk, Depends(the_desk)],
) -> SetupIntentAnswer:
    """Confirm it with Stripe.js and the answer's `client_secret`. The same key always gives the same one."""
    intent = await stripe.ask(
        "create_setup_intent",
        stripe_key_for(customer_id, "setup", key),
        lambda stripe_key: stripe.client.v1.setup_intents.create_async(
            {
                "customer": customer_id,
                "usage": "off_session",
                "automatic_payment_methods": {"enabled": True},
                "metadata": {"merchant_id": caller.merchant_id, "customer_id": customer_id},
            },
            {"idempotency_key": stripe_key},
        ),
    )
    return SetupIntentAnswer(
        setup_intent_id=intent.id,
        client_secret=intent.client_secret or "",
        publishable_key=desk.stripe_publishable_key,
        status=intent.status,
    )


def _shown(method: PaymentMethod, default: str | None) -> SavedCard:
    details = getattr(method, method.type, None)  # every type has a member of its own name
    return SavedCard(
        payment_method_id=method.id,
        type=method.type,
        brand=getattr(details, "brand", None),
        last4=getattr(details, "last4", None),
        exp_month=getattr(details, "exp_month", None),
        exp_year=getattr(details, "exp_year", None),
        default=method.id == default,
    )
