"""Paying a PaymentIntent: confirm it, answer its challenge, settle what was processing."""

from functools import partial

from stripe_sim import confirmation, payment_methods
from stripe_sim.account import Account
from stripe_sim.changes import Change, Later
from stripe_sim.errors import StripeError, invalid
from stripe_sim.objects import Object
from stripe_sim.operations import Call
from stripe_sim.test_cards import Challenged, Declines, Delayed, Succeeds
from stripe_sim.web_addresses import is_web_address

NEEDS_AUTHENTICATION = Declines(
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
    "authentication_required",
)


def pay(account: Account, intent: Object, method: Object | None, call: Call) -> Object:
    """Try to pay with the given PaymentMethod, else the intent's own. Raises the card's error after it was kept."""
    params = call.params
    _check_return_url(intent, call)
    method = method or (intent["payment_method"] and payment_methods.use(account, intent["payment_method"]))
    if not method:
        raise unexpected(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method or ConfirmationToken.",
            intent,
        )
    outcome = payment_methods.outcome_of(method)
    if isinstance(outcome, Challenged) and (params.get("off_session") or params.get("error_on_requires_action")):
        outcome = NEEDS_AUTHENTICATION
    intent = {**intent, **{name: params[name] for name in ("receipt_email", "shipping") if name in params}}
    moment = account.moment(call.base_url)
    if "return_url" in params and not is_web_address(params["return_url"]):
        raise invalid("Not a valid URL", "return_url", "url_invalid")
    return_url = None if params.get("use_stripe_sdk") else params.get("return_url")
    account.apply(confirmation.confirmed(intent, method, outcome, moment, return_url), call.cause)
    intent = _again(account, intent)
    if isinstance(outcome, Delayed):
        _settle_later(account, intent, outcome)
    return intent


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
        account.apply(confirmation.not_authenticated(intent, method))
    return _again(account, intent)


def unexpected(message: str, intent: Object) -> StripeError:
    """400: the intent is not in a state for this."""
    return invalid(message, code="payment_intent_unexpected_state", payment_intent=intent)


def _again(account: Account, intent: Object) -> Object:
    return account.find("payment_intent", intent["id"], param="intent")


def _check_return_url(intent: Object, call: Call) -> None:
    """Payment methods that redirect need an address to come back to; Stripe.js brings its own."""
    methods = intent["automatic_payment_methods"]
    redirects = methods and methods["enabled"] and methods["allow_redirects"] == "always"
    if (
        redirects
        and not call.from_browser
        and "return_url" not in call.params
        and not call.params.get("use_stripe_sdk")
    ):
        raise invalid(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of "
            "these payment methods might redirect your customer off of your page, you must provide a `return_url`. "
            "If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to "
            "`true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and "
            "Payment Intents."
        )
