"""What a PaymentIntent becomes when it is confirmed, authenticated, settled or canceled. Pure.

requires_payment_method ─confirm→ succeeded | requires_capture | requires_action | processing | (declined)
requires_action ─authenticate→ succeeded | requires_capture | requires_payment_method
processing ─settle→ succeeded | requires_payment_method
"""

from dataclasses import replace
from typing import assert_never

from stripe_sim.changes import Change, Moment
from stripe_sim.customers.reuse import attached
from stripe_sim.http.errors import StripeError
from stripe_sim.objects import Object
from stripe_sim.payments import charges
from stripe_sim.payments.challenges import challenge
from stripe_sim.payments.test_cards import Challenged, Declines, Delayed, Outcome, Succeeds
from stripe_sim.reversals import refunding

AUTHENTICATION_FAILED = Declines(
    "payment_intent_authentication_failure",
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
    error_type="invalid_request_error",
    charged=False,
)


def confirmed(
    intent: Object, method: Object, outcome: Outcome, moment: Moment, return_url: str | None = None
) -> Change:
    """The first step with this PaymentMethod."""
    intent = {**intent, "payment_method": method["id"], "last_payment_error": None, "next_action": None}
    match outcome:
        case Succeeds():
            return _paid(intent, method, charges.made(intent, method, "succeeded", moment), moment)
        case Declines():
            return declined(intent, method, outcome, moment)
        case Challenged():
            return _challenged(intent, moment, return_url)
        case Delayed():
            return _processing(intent, method, moment)
        case _:
            assert_never(outcome)


def authenticated(intent: Object, method: Object, outcome: Challenged, moment: Moment) -> Change:
    """The buyer passed the challenge."""
    intent = {**intent, "next_action": None}
    if isinstance(outcome.then, Declines):
        return _quietly(declined(intent, method, outcome.then, moment))
    return _paid(intent, method, charges.made(intent, method, "succeeded", moment), moment)


def not_authenticated(intent: Object, method: Object, moment: Moment) -> Change:
    """The buyer failed the challenge: nothing was charged."""
    return _quietly(declined(intent, method, AUTHENTICATION_FAILED, moment))


def declined(intent: Object, method: Object, refusal: Declines, moment: Moment) -> Change:
    """The bank said no."""
    if not refusal.charged:
        return _refused(intent, method, refusal, None, ())
    charge = charges.failed(charges.made(intent, method, "failed", moment), refusal)
    return _refused(intent, method, refusal, charge, (("charge.failed", charge),))


def settled(intent: Object, method: Object, charge: Object, outcome: Succeeds | Declines, moment: Moment) -> Change:
    """The outcome of a payment that was `processing`."""
    if isinstance(outcome, Declines):
        charge = charges.failed(charge, outcome)
        return _quietly(_refused(intent, method, outcome, charge, (("charge.failed", charge),)))
    return _paid(intent, method, charges.succeeded(charge), moment)


def canceled(intent: Object, reason: str | None, moment: Moment) -> Change:
    """It will never be paid."""
    intent = {
        **intent,
        "amount_capturable": 0,
        "canceled_at": moment.now,
        "cancellation_reason": reason,
        "next_action": None,
        "status": "canceled",
    }
    return Change((intent,), (("payment_intent.canceled", intent),))


def let_go(intent: Object, charge: Object, reason: str | None, moment: Moment, *, expired: bool = False) -> Change:
    """Money that was held is not taken: at Stripe the charge counts as refunded, and no refund is told of."""
    told, why = ("charge.expired", "expired_uncaptured_charge") if expired else ("charge.refunded", None)
    charge, refund = refunding.released(charge, charge["amount"], moment, why)
    return canceled(intent, reason, moment).after(Change((refund, charge), ((told, charge),)))


def captured(intent: Object, charge: Object, amount: int, moment: Moment) -> Change:
    """Money that was held is taken, or a part of it; the rest counts as refunded, and only the charge tells so."""
    charge, gain = charges.captured(charge, amount, moment)
    refunds: list[Object] = []
    if amount < charge["amount"]:
        charge, *refunds = refunding.released(charge, charge["amount"] - amount, moment)
    got = {"amount_capturable": 0, "amount_received": amount, "status": "succeeded"}
    intent = {**intent, **got}
    events = (("charge.captured", charge), ("payment_intent.succeeded", intent))
    return Change((gain, *refunds, charge, intent), events)


def _paid(intent: Object, method: Object, charge: Object, moment: Moment) -> Change:
    return _taken(intent, charge, moment).after(_saved(intent, method))


def _saved(intent: Object, method: Object) -> Change:
    """The method attached to the customer, where it will be used again."""
    return attached(method, intent["customer"]) if intent["setup_future_usage"] else Change()


def _taken(intent: Object, charge: Object, moment: Moment) -> Change:
    if intent["capture_method"] == "manual":
        held = {"amount_capturable": intent["amount"], "latest_charge": charge["id"], "status": "requires_capture"}
        intent = {**intent, **held}
        events = (("charge.succeeded", charge), ("payment_intent.amount_capturable_updated", intent))
        return Change((charge, intent), events)
    got = {"amount_received": intent["amount"], "latest_charge": charge["id"], "status": "succeeded"}
    intent = {**intent, **got}
    charge, gain = charges.captured(charge, intent["amount"], moment)
    return Change((gain, charge, intent), (("charge.succeeded", charge), ("payment_intent.succeeded", intent)))


def _challenged(intent: Object, moment: Moment, return_url: str | None) -> Change:
    intent = {**intent, "status": "requires_action", "next_action": challenge(intent, moment, return_url)}
    return Change((intent,), (("payment_intent.requires_action", intent),))


def _processing(intent: Object, method: Object, moment: Moment) -> Change:
    charge = charges.made(intent, method, "pending", moment)
    intent = {**intent, "latest_charge": charge["id"], "status": "processing"}
    events = (("charge.pending", charge), ("payment_intent.processing", intent))
    return Change((charge, intent), events).after(_saved(intent, method))


def _refused(
    intent: Object, method: Object, refusal: Declines, charge: Object | None, events: tuple[tuple[str, Object], ...]
) -> Change:
    """Back to `requires_payment_method`, with the reason both kept and told."""
    error = _error(method, refusal, charge)
    intent = {
        **intent,
        "last_payment_error": error.body(),
        "latest_charge": charge["id"] if charge else intent["latest_charge"],
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    told = _error(method, refusal, charge)
    told.facts["payment_intent"] = intent
    return Change(
        (*((charge,) if charge else ()), intent), (*events, ("payment_intent.payment_failed", intent)), error=told
    )


def _error(method: Object, refusal: Declines, charge: Object | None) -> StripeError:
    return refusal.error(charge=charge["id"] if charge else None, payment_method=method)


def _quietly(change: Change) -> Change:
    """For what happens when no caller waits for an answer."""
    return replace(change, error=None)
