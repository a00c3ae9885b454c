"""What went wrong at Stripe, by meaning, and what the caller is told to do about it.

Source: "Error handling" and "Advanced error handling" in Stripe's documentation.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import stripe

from intent_api.faults import wrong_fields
from tillstream_operations import Problem

AUTHENTICATION_REQUIRED: Final = "authentication_required"


class Trouble(StrEnum):
    """How a call to Stripe can fail, as far as it makes a difference to us."""

    CARD_DECLINED = "card_declined"
    CREDENTIALS = "credentials"
    IN_PROGRESS = "in_progress"
    KEY_REUSED = "key_reused"
    RATE_LIMITED = "rate_limited"
    REJECTED = "rejected"
    UNKNOWN_OUTCOME = "unknown_outcome"


_BY_TYPE: Final[dict[type[stripe.StripeError], Trouble]] = {
    stripe.AuthenticationError: Trouble.CREDENTIALS,
    stripe.CardError: Trouble.CARD_DECLINED,
    stripe.IdempotencyError: Trouble.KEY_REUSED,
    stripe.InvalidRequestError: Trouble.REJECTED,
    stripe.PermissionError: Trouble.CREDENTIALS,
    stripe.RateLimitError: Trouble.RATE_LIMITED,
}
_CALLERS_FIELD: Final = {
    "amount": "amount",
    "cancel_url": "cancel_url",
    "currency": "currency",
    "customer": "customer",
    "customer_email": "email",
    "default_payment_method": "payment_method",
    "email": "email",
    "payment_method": "payment_method",
    "success_url": "success_url",
}
"""Stripe's parameters that carry a caller's value unchanged, by the field the caller knows."""


_EXPIRED: Final = ("authorization_expired", "The hold on the buyer's money has ended. Place a new order.")
_DISPUTED: Final = ("payment_disputed", "The buyer's bank holds this money in a dispute. Answer it in Stripe.")
_STATE: Final = ("payment_state", "The payment does not allow this any more. Look at the order to see where it stands.")
_CONFLICTS: Final = {
    "balance_insufficient": ("balance_insufficient", "The Stripe account's balance does not cover this. Top it up."),
    "capture_charge_authorization_expired": _EXPIRED,
    "charge_already_captured": ("already_captured", "This payment has been captured. Refund it to give money back."),
    "charge_already_refunded": ("amount_not_refundable", "All of this payment has been given back already."),
    "charge_disputed": _DISPUTED,
    "charge_expired_for_capture": _EXPIRED,
    "charge_not_refundable": ("payment_not_refundable", "Stripe cannot give this kind of payment back."),
    "payment_intent_unexpected_state": _STATE,
    "refund_disputed_payment": _DISPUTED,
}
"""Our code and sentence for what Stripe refuses because of how a payment stands, by Stripe's code."""


def trouble_of(error: stripe.StripeError) -> Trouble:
    """What the error means. Whatever is not known for sure has an unknown outcome."""
    if error.http_status == 409:  # the library has no type of its own for it
        return Trouble.IN_PROGRESS
    return _BY_TYPE.get(type(error), Trouble.UNKNOWN_OUTCOME)


def is_kept(error: stripe.StripeError) -> bool:
    """Whether Stripe will fail in this way for as long as it remembers the key: it keeps answers, and 500 is one."""
    return (error.http_status or 0) >= 500 and (error.headers or {}).get("idempotent-replayed") == "true"


def may_help_to_retry(error: stripe.StripeError) -> bool:
    """Whether asking again may succeed in a moment. Stripe's own word counts before ours."""
    if is_kept(error):
        return True  # under the next key
    told = (error.headers or {}).get("stripe-should-retry")
    if told in ("true", "false"):
        return told == "true"
    return trouble_of(error) in (Trouble.IN_PROGRESS, Trouble.UNKNOWN_OUTCOME)


def problem_for(error: stripe.StripeError) -> Problem:
    """The answer that tells the caller what to do."""
    return _PROBLEMS[trouble_of(error)](error)


def _card_declined(error: stripe.StripeError) -> Problem:
    reason = error.error.decline_code if error.error else None
    if error.code == AUTHENTICATION_REQUIRED:
        detail = "The buyer's bank wants the buyer's own word. Let them confirm on your page, with `client_secret`."
        return Problem(402, AUTHENTICATION_REQUIRED, detail, decline_code=reason or error.code)
    detail = "The card was declined. Ask the buyer for another way to pay."
    return Problem(402, "card_declined", detail, decline_code=reason or error.code)


def _credentials(_: stripe.StripeError) -> Problem:
    detail = "Stripe does not accept this service's key. Its operator must correct STRIPE_SECRET_KEY."
    return Problem(502, "stripe_credentials_rejected", detail)


def _in_progress(_: stripe.StripeError) -> Problem:
    detail = "Another request with this Idempotency-Key is still being answered. Retry with the same key and body."
    return Problem(409, "request_in_progress", detail, headers={"Retry-After": "1"})


def _key_reused(_: stripe.StripeError) -> Problem:
    detail = (
        "This Idempotency-Key was first used with another body, on another route, or before a price changed. "
        "Send a new key for a new order."
    )
    return Problem(409, "idempotency_key_reused", detail)


def _rate_limited(error: stripe.StripeError) -> Problem:
    detail = "Stripe is asked too often just now. Retry after a moment with the same Idempotency-Key."
    seconds = (error.headers or {}).get("retry-after", "")
    return Problem(503, "stripe_rate_limited", detail, headers={"Retry-After": seconds if seconds.isdecimal() else "2"})


def _rejected(error: stripe.StripeError) -> Problem:
    if conflict := _CONFLICTS.get(error.code or ""):
        code, detail = conflict
        return Problem(409, code, detail)
    field = _CALLERS_FIELD.get(getattr(error, "param", None) or "")
    if field is None:
        detail = "Stripe rejected what this service asked. Retrying does not help; tell the operator the request id."
        return Problem(502, "stripe_rejected", detail, stripe_code=error.code)
    return wrong_fields({field: error.user_message or "Stripe does not accept this value."})


def _unknown_outcome(_: stripe.StripeError) -> Problem:
    detail = "Stripe did not answer clearly. Retry with the same Idempotency-Key and body; nothing is done twice."
    return Problem(503, "outcome_unknown", detail, headers={"Retry-After": "2"})


_PROBLEMS: Final[dict[Trouble, Callable[[stripe.StripeError], Problem]]] = {
    Trouble.CARD_DECLINED: _card_declined,
    Trouble.CREDENTIALS: _credentials,
    Trouble.IN_PROGRESS: _in_progress,
    Trouble.KEY_REUSED: _key_reused,
    Trouble.RATE_LIMITED: _rate_limited,
    Trouble.REJECTED: _rejected,
    Trouble.UNKNOWN_OUTCOME: _unknown_outcome,
}
