"""What the OpenAPI page says about errors."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from tillstream_operations.problems import MEDIA_TYPE

DESCRIPTION: Final = """
Asks Stripe for payment intents and checkout sessions, once per `Idempotency-Key`, at the catalogue's prices.

**Retry without fear.** After a timeout, a 409 `request_in_progress` or any 503, send the same body with the same
`Idempotency-Key` again: it is the same order, the same payment intent, the same answer. A key is good for 24 hours.

**Three kinds of caller.** The secret key is your server's. The publishable key may be in any browser, and only buys
what the catalogue holds. A customer token is for the browser in which one customer is signed in: your server gets it
from `POST /v1/customers/{customer_id}/tokens`, and it lets at that customer's cards and subscriptions alone.

Errors are `application/problem+json` (RFC 9457): decide by `code`, show `detail` to a developer, and quote
`request_id` when you ask for help.
"""

_MEANING: Final = {
    400: "The `Idempotency-Key` header is missing or malformed: `idempotency_key_required`, `idempotency_key_invalid`.",
    401: "No key of ours: `key_required`, `key_invalid`. Or a customer token that ended: `token_expired`.",
    402: "The card was declined: `card_declined`, with Stripe's `decline_code`. Or the buyer must confirm: "
    "`authentication_required`. Where a saved card was charged, the order exists: `order_id`, `client_secret`.",
    403: "The key may not do this: `amount_not_allowed`, `secret_key_required`, `customer_not_allowed`, "
    "`customer_not_ours`, `trial_not_allowed`.",
    404: "There is no such thing, or not yet: `order_not_found`, `subscription_not_found`, `customer_not_found`, "
    "`payment_method_not_found`. Or there is nothing for the buyer to do: `nothing_to_pay`.",
    408: "The body did not arrive within 10 seconds: `body_too_slow`.",
    409: "The key has been used with another body: `idempotency_key_reused`. Or its first request is still being "
    "answered: `request_in_progress`, retry. Or the payment's state does not allow it: `amount_not_refundable` (with "
    "`captured`, `refunded`, `refundable`), `order_not_paid`, `amount_not_capturable`, `order_not_authorized`, "
    "`already_captured`, `order_already_paid`, `payment_processing`, `payment_disputed`, `payment_not_refundable`, "
    "`payment_state`, `authorization_expired`, `nothing_to_cancel`, `balance_insufficient`. Or the subscription's does "
    "not: `subscription_ended`, `subscription_incomplete`; `detail` says what to do.",
    413: "The body is over 64 KiB: `body_too_large`.",
    422: "Something in the body is wrong, and nothing was created: `invalid_request`; `errors` names each field.",
    429: "Too many requests by this key or from this address: `rate_limited`; wait as long as `Retry-After` says.",
    502: "Stripe refuses this service itself: `stripe_credentials_rejected`, `stripe_rejected`. Tell the operator.",
    503: "Retry with the same key: `outcome_unknown`, `stripe_rate_limited`, `broker_unavailable`, "
    "`orders_unavailable`.",
}


class FieldFault(BaseModel):
    """One field and what is wrong with it."""

    field: Annotated[str, Field(examples=["items[0].quantity"])]
    message: Annotated[str, Field(examples=["Input should be greater than or equal to 1"])]


class ProblemBody(BaseModel):
    """An error, by RFC 9457."""

    type: Annotated[str, Field(examples=["urn:problem-type:tillstream:invalid_request"])]
    title: Annotated[str, Field(examples=["Unprocessable Entity"])]
    status: Annotated[int, Field(examples=[422])]
    code: Annotated[str, Field(examples=["invalid_request"])]
    detail: Annotated[str, Field(examples=["Correct these fields and send again: items[0].quantity."])]
    request_id: Annotated[str, Field(examples=["req_0f3c9a526d1e4b7a9a510c2f"])]
    errors: list[FieldFault] = []


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """FastAPI's `responses` for these statuses."""
    content = {MEDIA_TYPE: {"schema": _schema()}}
    return {status: {"description": _MEANING[status], "content": content} for status in statuses}


def _schema() -> dict[str, Any]:
    """The problem's JSON Schema in one piece: FastAPI collects parts only from models it serialises itself."""
    schema = ProblemBody.model_json_schema()
    schema["properties"]["errors"]["items"] = schema.pop("$defs")["FieldFault"]
    return schema
