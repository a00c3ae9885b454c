"""What a SetupIntent becomes when it is confirmed, authenticated, settled or canceled. Pure.

requires_payment_method ─confirm→ succeeded | requires_action | processing | (refused)
requires_action ─authenticate→ succeeded | requires_payment_method
processing ─settle→ succeeded | requires_payment_method
"""

from dataclasses import replace
from typing import assert_never

from stripe_sim.changes import Change, Moment
from stripe_sim.customers import setup_attempts
from stripe_sim.customers.reuse import attached
from stripe_sim.objects import Object
from stripe_sim.payments.challenges import challenge
from stripe_sim.payments.test_cards import Challenged, Declines, Delayed, Outcome, Succeeds

AUTHENTICATION_FAILED = Declines(
    "setup_intent_authentication_failure",
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
    error_type="invalid_request_error",
)


def confirmed(intent: Object, method: Object, outcome: Outcome, moment: Moment, return_url: str | None) -> Change:
    """The first step with this PaymentMethod."""
    attempt = setup_attempts.made(intent, method, moment)
    intent = {
        **intent,
        "last_setup_error": None,
        "latest_attempt": attempt["id"],
        "next_action": None,
        "payment_method": method["id"],
    }
    match outcome:
        case Succeeds():
            return _succeeded(intent, method, attempt)
        case Declines():
            return _refused(intent, method, attempt, outcome)
        case Challenged():
            return _challenged(intent, attempt, moment, return_url)
        case Delayed():
            return _processing(intent, attempt)
        case _:
            assert_never(outcome)


def authenticated(intent: Object, method: Object, attempt: Object, outcome: Challenged) -> Change:
    """The buyer passed the challenge."""
    return settled({**intent, "next_action": None}, method, attempt, outcome.then)


def not_authenticated(intent: Object, method: Object, attempt: Object) -> Change:
    """The buyer failed the challenge."""
    return settled(intent, method, attempt, AUTHENTICATION_FAILED)


def settled(intent: Object, method: Object, attempt: Object, outcome: Succeeds | Declines) -> Change:
    """How it ends when no caller waits for an answer."""
    if isinstance(outcome, Declines):
        return replace(_refused(intent, method, attempt, outcome), error=None)
    return _succeeded(intent, method, attempt)


def canceled(intent: Object, reason: str | None) -> Change:
    """It will never be used."""
    intent = {**intent, "cancellation_reason": reason, "next_action": None, "status": "canceled"}
    return Change((intent,), (("setup_intent.canceled", intent),))


def _succeeded(intent: Object, method: Object, attempt: Object) -> Change:
    intent = {**intent, "status": "succeeded"}
    attempt = {**attempt, "status": "succeeded"}
    return Change((attempt, intent), (("setup_intent.succeeded", intent),)).after(attached(method, intent["customer"]))


def _challenged(intent: Object, attempt: Object, moment: Moment, return_url: str | None) -> Change:
    intent = {**intent, "status": "requires_action", "next_action": challenge(intent, moment, return_url)}
    attempt = {**attempt, "status": "requires_action"}
    return Change((attempt, intent), (("setup_intent.requires_action", intent),))


def _processing(intent: Object, attempt: Object) -> Change:
    return Change(({**attempt, "status": "processing"}, {**intent, "status": "processing"}))


def _refused(intent: Object, method: Object, attempt: Object, refusal: Declines) -> Change:
    """Back to `requires_payment_method`, with the reason both kept and told."""
    error = refusal.error(payment_method=method)
    intent = {
        **intent,
        "last_setup_error": error.body(),
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    attempt = {**attempt, "setup_error": error.body(), "status": "failed"}
    error.facts["setup_intent"] = intent
    return Change((attempt, intent), (("setup_intent.setup_failed", intent),), error=error)
