"""Subscriptions: the operations. What becomes of one as time passes is in `subscription_life.py`."""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.billing import billing, subscription_items, subscription_life, subscription_object
from stripe_sim.billing.calendar_months import DAY
from stripe_sim.billing.due import WARNS_BEFORE
from stripe_sim.billing.subscription_changes import change, check_method
from stripe_sim.billing.subscription_object import ENDED, KIND
from stripe_sim.billing.subscription_parameters import CANCEL, CREATE, LISTED, RESUME, RETRIEVE, UPDATE
from stripe_sim.changes import Change
from stripe_sim.customers import payment_methods, setup_intents
from stripe_sim.http.errors import StripeError, invalid
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page
from stripe_sim.objects import Object
from stripe_sim.payments.paying import NEEDS_AUTHENTICATION
from stripe_sim.payments.test_cards import Challenged, Declines

LONGEST_TRIAL = 730 * DAY


def create(account: Account, call: Call) -> Object:
    """A new subscription with its first invoice, which is paid at once where `payment_behavior` lets it."""
    customer = account.find("customer", call.params["customer"], param="customer", status=400)
    with account.time_of(customer):
        return begin(account, customer, call)


def begin(account: Account, customer: Object, call: Call) -> Object:
    """The same for a customer that is known, at their time."""
    params = call.params
    subscription = _new(account, customer, params)
    _check_may_begin(account, customer, subscription, params)
    subscription = _with_setup_intent(account, subscription, call)
    subscription = subscription_life.invoiced(account, subscription, "subscription_create", call.cause)
    return _first_payment(account, subscription, call)


def retrieve(account: Account, call: Call) -> Object:
    """One subscription."""
    return _found(account, call)


def listed(account: Account, call: Call) -> Object:
    """The subscriptions, newest first; the ended ones only where they are asked for."""
    params, status = call.params, call.params.get("status")

    def matches(subscription: Object) -> bool:
        return (
            params.get("customer") in (None, subscription["customer"])
            and params.get("test_clock") in (None, subscription["test_clock"])
            and _is_of_status(subscription, status)
            and params.get("price") in (None, *(item["price"]["id"] for item in subscription["items"]["data"]))
        )

    return page(account.store, KIND, params, "/v1/subscriptions", matches)


def update(account: Account, call: Call) -> Object:
    """Other items, another end, other values."""
    subscription = _found(account, call)
    with account.time_of(subscription):
        return change(account, subscription, call)


def cancel(account: Account, call: Call) -> Object:
    """It is over at once."""
    subscription = _found(account, call)
    if subscription["status"] in ENDED:
        raise invalid(f"No such subscription: '{subscription['id']}'", "id", "resource_missing")
    told = call.params.get("cancellation_details", {})
    details = {**subscription["cancellation_details"], **told}
    with account.time_of(subscription):
        ending = {**subscription, "cancellation_details": details}
        return subscription_life.end(account, ending, "cancellation_requested", call.cause)


def resume(account: Account, call: Call) -> Object:
    """A paused one goes on, from now."""
    subscription = _found(account, call)
    if subscription["status"] != "paused":
        raise invalid("Only subscriptions with a status of `paused` can be resumed.")
    with account.time_of(subscription):
        now = account.moment().now
        going = {**subscription, "status": "active", "billing_cycle_anchor": now}
        going = subscription_object.in_period(going, now)
        account.apply(Change((going,), (("customer.subscription.resumed", going),)), call.cause)
        subscription_life.bill_now(account, going, "subscription_cycle", call)
        return subscription_life.again(account, going)


def _new(account: Account, customer: Object, params: dict[str, Any]) -> Object:
    found = subscription_items.prices_of(account, params["items"])
    currency = subscription_items.currency_of(account, params.get("currency"), found)
    moment = account.moment()
    trial_end = _trial_end(params, moment.now)
    new = subscription_object.new(params, currency, customer["test_clock"], trial_end, moment)
    asked = zip(found, params["items"], strict=True)
    items = [subscription_items.new(account, new, price, one) for price, one in asked]
    new = subscription_object.in_period(subscription_object.with_items(new, items), moment.now)
    subscription_items.check_total(account, new)
    return subscription_object.canceling(new, params, moment.now)


def _trial_end(params: dict[str, Any], now: int) -> int | None:
    """None without a trial."""
    if "trial_end" in params and "trial_period_days" in params:
        raise invalid("You cannot set both `trial_end` and `trial_period_days`.", "trial_period_days")
    at = params.get("trial_end", "now")
    if params.get("trial_period_days"):
        return now + int(params["trial_period_days"]) * DAY
    if at == "now":
        return None
    if not now < at <= now + LONGEST_TRIAL:
        raise invalid("The `trial_end` must be in the future, and within two years.", "trial_end")
    return int(at)


def _check_may_begin(account: Account, customer: Object, subscription: Object, params: dict[str, Any]) -> None:
    """Raise StripeError where the first payment cannot be collected, or would fail and must not."""
    name = params.get("default_payment_method")
    check_method(account, customer["id"], name)
    behavior = params.get("payment_behavior", "allow_incomplete")
    if behavior == "default_incomplete" or subscription["status"] == "trialing":
        return
    name = name or customer["invoice_settings"]["default_payment_method"]
    if name is None:
        raise billing.no_method()
    if behavior == "error_if_incomplete":
        _check_pays(payment_methods.use(account, name))


def _check_pays(method: Object) -> None:
    outcome = payment_methods.outcome_of(method)
    refusal = NEEDS_AUTHENTICATION if isinstance(outcome, Challenged) else outcome
    if isinstance(refusal, Declines):
        raise refusal.error()


def _with_setup_intent(account: Account, subscription: Object, call: Call) -> Object:
    """A trial without a card gets a SetupIntent, so that the card can be asked for now."""
    if subscription["status"] != "trialing" or not subscription_life.has_no_method(account, subscription):
        return subscription
    asked = {"customer": subscription["customer"], "payment_method_types": ["card"], "usage": "off_session"}
    intent = setup_intents.create(account, Call(asked, cause=call.cause))
    return {**subscription, "pending_setup_intent": intent["id"]}


def _first_payment(account: Account, subscription: Object, call: Call) -> Object:
    invoice = account.find("invoice", subscription["latest_invoice"], param="invoice")
    waits = call.params.get("payment_behavior") == "default_incomplete"
    invoice = billing.finalize(account, invoice, call.cause, subscription["default_payment_method"] if waits else None)
    if subscription["status"] == "trialing" and subscription["trial_end"] <= account.moment().now + WARNS_BEFORE:
        subscription_life.warn(account, subscription, call.cause)
    if invoice["status"] == "open" and not waits:
        _collect(account, invoice, call)
    return subscription_life.again(account, subscription)


def _collect(account: Account, invoice: Object, call: Call) -> None:
    """A refusal leaves the subscription `incomplete`; the caller reads it there."""
    asked = {"off_session": True} if call.params.get("off_session") else {}
    try:
        billing.collect(account, invoice, call=Call(asked, cause=call.cause, base_url=call.base_url))
    except StripeError:
        return


def _is_of_status(subscription: Object, asked: str | None) -> bool:
    match asked:
        case "all":
            return True
        case "ended":
            return subscription["status"] in ENDED
        case None:
            return subscription["status"] not in ENDED
        case _:
            return bool(subscription["status"] == asked)


def _found(account: Account, call: Call) -> Object:
    return account.find(KIND, call.ids["id"], param="id")


OPERATIONS = (
    Operation("POST", "/v1/subscriptions", create, CREATE),
    Operation("GET", "/v1/subscriptions", listed, LISTED),
    Operation("GET", "/v1/subscriptions/{id}", retrieve, RETRIEVE),
    Operation("POST", "/v1/subscriptions/{id}", update, UPDATE),
    Operation("DELETE", "/v1/subscriptions/{id}", cancel, CANCEL),
    Operation("POST", "/v1/subscriptions/{id}/resume", resume, RESUME),
)
