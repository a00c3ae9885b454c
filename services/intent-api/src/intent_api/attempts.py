"""A payment that is asked for; where it is confirmed in the same call, a declined card is an answer too, as the
payment intent exists."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import stripe
from pydantic import BaseModel, ConfigDict

from intent_api.stripe_errors import problem_for
from tillstream_operations import Problem

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams


class Intent(BaseModel):
    """What we read of a payment intent. Raises ValueError where Stripe's answer is none.

    The library's own object of the whole answer cost a fifth of a call's CPU time.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id: str
    client_secret: str | None = None
    amount: int
    currency: str
    status: str
    created: int
    metadata: dict[str, str] | None = None


@dataclass(frozen=True)
class Attempt:
    """The payment intent, and why the card was declined, if it was."""

    intent: Intent
    declined: stripe.CardError | None = None


async def attempted(client: stripe.StripeClient, asked: "PaymentIntentCreateParams", key: str) -> Attempt:
    """What came of asking under this key. Stripe replays a decline like any other, with the same payment intent."""
    try:
        answer = await client.raw_request_async("post", "/v1/payment_intents", **asked, idempotency_key=key)
    except stripe.CardError as error:
        if error.error is None or error.error.payment_intent is None:
            raise
        return Attempt(intent_of(error.error.payment_intent), error)
    return Attempt(Intent.model_validate(answer.data))


def intent_of(told: stripe.PaymentIntent) -> Intent:
    """The same of the library's object."""
    return Intent.model_validate(told.to_dict())


def refusal(attempt: Attempt, **facts: Any) -> Problem | None:
    """What the caller is told of a decline, with what the buyer's next try needs; None if there was no decline."""
    if attempt.declined is None:
        return None
    told = problem_for(attempt.declined)
    intent = attempt.intent
    return Problem(
        told.status,
        told.code,
        told.detail,
        **told.facts,
        payment_intent_id=intent.id,
        client_secret=intent.client_secret,
        amount=intent.amount,
        currency=intent.currency,
        payment_status=intent.status,
        **facts,
    )
