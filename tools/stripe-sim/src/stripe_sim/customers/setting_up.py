"""Setting up a SetupIntent's payment method: confirm it, answer its challenge, settle what was processing."""

from functools import partial

from stripe_sim.account import Account
from stripe_sim.changes import Change, Later
from stripe_sim.customers import payment_methods, reuse, setup_confirmation
from stripe_sim.http.operations import Call
from stripe_sim.objects import Object
from stripe_sim.payments import intents
from stripe_sim.payments.test_cards import Challenged, Delayed

KIND = "setup_intent"


def set_up(account: Account, intent: Object, method: Object | None, call: Call) -> Object:
    """Try with the given PaymentMethod, else the intent's own. Raises the card's error after it was kept."""
    return_url = intents.return_url(intent, call)
    method = method or (intent["payment_method"] and payment_methods.use(account, intent["payment_method"]))
    if not method:
        raise intents.lacks_method(intent)
    reuse.check_may_be_used(account, method, intent)
    outcome = payment_methods.outcome_of_setup(method)
    moment = account.moment(call.base_url)
    account.apply(setup_confirmation.confirmed(intent, method, outcome, moment, return_url), call.cause)
    if isinstance(outcome, Delayed):
        later = Later(account.settings.processing_seconds, partial(_settle, intent["id"]))
        account.apply(Change(later=(later,)))
    return _again(account, intent)


def authenticate(account: Account, intent: Object, *, passed: bool) -> Object:
    """The challenge was answered. Answered twice, or too late, it changes nothing."""
    if intent["status"] != "requires_action":
        return intent
    method, attempt = _tried(account, intent)
    outcome = payment_methods.outcome_of_setup(method)
    if passed and isinstance(outcome, Challenged):
        account.apply(setup_confirmation.authenticated(intent, method, attempt, outcome))
    else:
        account.apply(setup_confirmation.not_authenticated(intent, method, attempt))
    return _again(account, intent)


def _settle(name: str, account: Account) -> None:
    """The end of `processing`, unless the intent was forgotten since."""
    intent = account.store.get(KIND, name)
    if intent is None or intent["status"] != "processing":
        return
    method, attempt = _tried(account, intent)
    outcome = payment_methods.outcome_of_setup(method)
    if isinstance(outcome, Delayed):
        account.apply(setup_confirmation.settled(intent, method, attempt, outcome.then))


def _tried(account: Account, intent: Object) -> tuple[Object, Object]:
    """The PaymentMethod and the attempt that is under way."""
    attempt = account.find("setup_attempt", intent["latest_attempt"], param="setup_attempt")
    return payment_methods.use(account, intent["payment_method"]), attempt


def _again(account: Account, intent: Object) -> Object:
    return account.find(KIND, intent["id"], param="intent")
