"""A payment that is confirmed in the same call: a declined card is an answer too, as the payment intent exists."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import stripe
from stripe import PaymentIntent

from intent_api.stripe_errors import problem_for
from tillstream_operations import Problem


@dataclass(frozen=True)
class Attempt:
    """The payment intent, and why the card was declined, if it was."""

    intent: PaymentIntent
    declined: stripe.CardError | None = None


async def attempted(call: Awaitable[PaymentIntent]) -> Attempt:
    """What came of it. Stripe replays a decline like any other answer, with the same payment intent in it."""
    try:
        return Attempt(await call)
    except stripe.CardError as error:
        if error.error is None or error.error.payment_intent is None:
            raise
        return Attempt(error.error.payment_intent, error)


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
