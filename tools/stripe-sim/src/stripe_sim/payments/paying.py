"""Paying a PaymentIntent: confirm it, answer its challenge, settle what was processing."""

from functools import partial

from stripe_sim.account import Account
from stripe_sim.changes import Change, Later
from stripe_sim.customers import payment_methods, reuse
from stripe_sim.http.operations import Call
from stripe_sim.objects import Object
from stripe_sim.payments import confirmation, intents
from stripe_sim.payments.test_cards import Challenged, Declines, Delayed, Outcome, Succeeds

NEEDS_AUTHENTICATION = Declines(
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
    "authentication_required",
)
NOT_HANDLED = Declines(
    "authentication_required",
    "This payment required an authentication action to complete, but `error_on_requires_action` was set. When you're "
    "ready, you can upgrade your integration to handle actions at "
    "https://stripe.com/docs/payments/payment-intents/upgrade-to-handle-actions.",
    "authentication_not_handled",
    charged=False,
)
CONFIRMED_WITH = ("receipt_email", "setup_future_usage", "shipping")
"""What an intent may still be told when it is confirmed."""


def pay(account: Account, intent: Object, method: Object | None, call: Call) -> Object:
    """Try to pay with the given PaymentMethod, else the intent's own. Raises the card's error after it was kept."""
    return_url = intents.return_url(intent, call)
    method = method or (intent["payment_method"] and payment_methods.use(account, intent["payment_method"]))
    if not method:
        raise intents.lacks_method(intent)
    intent = {**intent, **{name: call.params[name] for name in CONFIRMED_WITH if name in call.params}}
    reuse.check_may_be_used(account, method, intent)
    outcome = _outcome(account, method, call)
    moment = account.moment(call.base_url)
    account.apply(confirmation.confirmed(intent, method, outcome, moment, return_url), call.cause)
    intent = _again(account, intent)
    if isinstance(outcome, Delayed):
        _settle_later(account, intent, outcome)
    return intent


def _outcome(account: Account, method: Object, call: Call) -> Outcome:
    """What the bank says; without the buyer there, nobody can answer a challenge."""
    outcome = payment_methods.outcome_of(method)
    if not isinstance(outcome, Challenged):
        return outcome
    if call.params.get("off_session"):
        set_up = reuse.is_set_up(account, method)
        exempt = outcome.exempt == "always" or (outcome.exempt == "once_set_up" and set_up)
        return outcome.then if exempt else NEEDS_AUTHENTICATION
    return NOT_HANDLED if call.params.get("error_on_requires_action") else outcome


def _settle_later(account: Account, intent: Object, outcome: Delayed) -> None:
    settings = account.settings
    seconds = settings.slow_processing_seconds if outcome.slow else settings.processing_seconds
    account.apply(Change(later=(Later(seconds, partial(_settle, intent["id"], intent["latest_charge"])),)))


def _settle(name: str, charge_name: str, account: Account) -> None:
    """The end of `processing`, unless the intent was canceled or forgotten since."""
    intent = account.store.get("payment_intent", name)
    if intent is None or (intent["status"], intent["latest_charge"]) != ("processing", charge_name):
        return
    outcome = payment_methods.outcome_of(payment_methods.use(account, intent["payment_method"]))
    if isinstance(outcome, Delayed):
        settle(account, intent, outcome.then)


def settle(account: Account, intent: Object, outcome: Succeeds | Declines) -> None:
    """End `processing` this way."""
    charge = account.find("charge", intent["latest_charge"], param="charge")
    method = payment_methods.use(account, intent["payment_method"])
    account.apply(confirmation.settled(intent, method, charge, outcome, account.moment()))


def authenticate(account: Account, intent: Object, *, passed: bool) -> Object:
    """The challenge was answered. Answered twice, or too late, it changes nothing."""
    if intent["status"] != "requires_action":
        return intent
    method = payment_methods.use(account, intent["payment_method"])
    outcome = payment_methods.outcome_of(method)
    if passed and isinstance(outcome, Challenged):
        account.apply(confirmation.authenticated(intent, method, outcome, account.moment()))
    else:
        account.apply(confirmation.not_authenticated(intent, method, account.moment()))
    return _again(account, intent)


def _again(account: Account, intent: Object) -> Object:
    return account.find("payment_intent", intent["id"], param="intent")
