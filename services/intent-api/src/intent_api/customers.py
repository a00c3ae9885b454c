"""`POST /v1/customers` and a customer's token: who may have saved cards and subscriptions at Stripe."""

from datetime import datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from stripe import Customer

from intent_api.carts import PRINTABLE, Body, Email, Reference
from intent_api.documentation import problems
from intent_api.idempotency import require_key, stripe_key_for
from intent_api.keys import Caller, Keys, require_agent, require_caller, require_server, the_keys
from intent_api.stripe_calls import StripeCalls, stripe_calls
from intent_api.stripe_objects import is_anothers, metadata_of
from tillstream_operations import Problem

router = APIRouter(prefix="/v1", tags=["customers"])
log = structlog.get_logger(__name__)

CustomerId = Annotated[str, Field(pattern=r"^cus_[A-Za-z0-9_]{1,100}$", examples=["cus_QmZ4yE2mX9uT1c"])]
PathCustomer = Annotated[
    str, Path(pattern=r"^cus_[A-Za-z0-9_]{1,100}$", description="Stripe's id of the customer.", examples=["cus_QmZ4y"])
]


class CustomerBody(Body):
    """What Stripe may know about a customer. Everything is optional."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reference": "cust-77", "email": "ada@example.com", "name": "Ada Lovelace"}]}
    )

    reference: Reference | None = None
    """The shop's own number for the customer; not a name, not an address."""
    email: Email | None = None
    """Goes to Stripe only: it is neither logged nor in any event."""
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE, examples=["Ada Lovelace"])] | None = (
        None
    )
    """Goes to Stripe only: it is neither logged nor in any event."""


class CustomerAnswer(BaseModel):
    """The customer, by Stripe's id, which is the one to use from now on."""

    customer_id: CustomerId
    reference: str | None


class TokenAnswer(BaseModel):
    """What the signed-in customer's browser sends instead of the publishable key."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    token: Annotated[str, Field(examples=["eyJhbGciOiJIUzI1NiIs…"])]
    """For `Authorization: Bearer …`; lets at this customer's cards, payments and subscriptions, nothing else."""
    expires_at: datetime


async def customer_of_caller(
    customer_id: PathCustomer,
    caller: Annotated[Caller, Depends(require_caller)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
) -> str:
    """The customer that the path names. Refused if the caller may not act for it, or it is another merchant's."""
    require_agent(caller, customer_id)
    if caller.is_server:  # a customer's token is given to none but our own
        await existing_customer(stripe, customer_id, caller.merchant_id)
    return customer_id


@router.post(
    "/customers",
    status_code=201,
    summary="Make a customer at Stripe",
    responses=problems(400, 401, 403, 408, 409, 413, 422, 429, 502, 503),
)
async def make_customer(
    body: CustomerBody,
    key: Annotated[str, Depends(require_key)],
    caller: Annotated[Caller, Depends(require_server)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
) -> CustomerAnswer:
    """Needs the secret key. The same key and body always give the same customer."""
    customer = await stripe.ask(
        "create_customer",
        stripe_key_for(caller.merchant_id, "customer", key),
        lambda stripe_key: stripe.client.v1.customers.create_async(
            _parameters(body, caller.merchant_id), {"idempotency_key": stripe_key}
        ),
    )
    log.info("customer_made")
    return CustomerAnswer(customer_id=customer.id, reference=body.reference)


@router.post(
    "/customers/{customer_id}/tokens",
    status_code=201,
    summary="Get a token for a customer who is signed in at the shop",
    responses=problems(401, 403, 404, 408, 422, 429, 502, 503),
)
async def grant_token(
    customer_id: PathCustomer,
    caller: Annotated[Caller, Depends(require_server)],
    keys: Annotated[Keys, Depends(the_keys)],
    stripe: Annotated[StripeCalls, Depends(stripe_calls)],
) -> TokenAnswer:
    """Needs the secret key. Only for customers made here: others of the same Stripe account are not the shop's."""
    customer = await existing_customer(stripe, customer_id, caller.merchant_id)
    require_made_here(customer, caller.merchant_id)
    token, ends = keys.grant(customer.id)
    return TokenAnswer(token=token, expires_at=ends)


async def existing_customer(stripe: StripeCalls, customer_id: str, merchant_id: str) -> Customer:
    """The customer as Stripe knows it. Raises Problem 404 if it does not, or no longer, or as another merchant's."""
    customer = await stripe.find("find_customer", lambda: stripe.client.v1.customers.retrieve_async(customer_id))
    if customer is None or getattr(customer, "deleted", False) or is_anothers(customer, merchant_id):
        raise Problem(404, "customer_not_found", f"Stripe has no customer {customer_id}. Make one: POST /v1/customers.")
    return customer


def require_made_here(customer: Customer, merchant_id: str) -> None:
    """Refuse a customer that another integration made in the same Stripe account."""
    if metadata_of(customer).get("merchant_id") != merchant_id:
        detail = "This customer was not made here, so no browser may act for it. Make one: POST /v1/customers."
        raise Problem(403, "customer_not_ours", detail)


def _parameters(body: CustomerBody, merchant_id: str) -> Any:
    metadata = {"merchant_id": merchant_id, **({"reference": body.reference} if body.reference else {})}
    own = {"email": body.email, "name": body.name}
    return {"metadata": metadata, **{name: value for name, value in own.items() if value}}
