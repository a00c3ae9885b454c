"""What PaymentIntents and SetupIntents have in common: their state, their client secret, the way back to the shop."""

import hmac
from typing import Any

from stripe_sim.account import Account
from stripe_sim.customers import payment_methods
from stripe_sim.http.errors import StripeError, invalid
from stripe_sim.http.operations import Call
from stripe_sim.http.web_addresses import is_web_address
from stripe_sim.objects import Object

NOUN = {"payment_intent": "PaymentIntent", "setup_intent": "SetupIntent"}


def found(account: Account, kind: str, call: Call) -> Object:
    """The intent of the path; a browser must know its client secret."""
    intent = account.find(kind, call.ids["id"], param="intent")
    secret = call.params.get("client_secret")
    if call.from_browser and secret is None:
        raise invalid("Missing required param: client_secret.", "client_secret", "parameter_missing")
    if secret is not None and not is_secret_of(intent, secret):
        message = (
            f"The client_secret provided does not match the client_secret associated with the {NOUN[intent['object']]}."
        )
        raise invalid(message, "client_secret", f"{intent['object']}_invalid_parameter")
    return intent


def is_secret_of(intent: Object, secret: str) -> bool:
    """Whether it is the intent's client secret."""
    return hmac.compare_digest(intent["client_secret"].encode(), secret.encode())


def method_of(account: Account, params: dict[str, Any]) -> Object | None:
    """The PaymentMethod that the parameters name or describe."""
    if "payment_method" in params:
        return payment_methods.use(account, params["payment_method"])
    if "payment_method_data" in params:
        return payment_methods.from_data(account, params["payment_method_data"])
    return None


def check_customer(account: Account, params: dict[str, Any]) -> None:
    """Raise StripeError for a customer that is not there."""
    if "customer" in params:
        account.find("customer", params["customer"], param="customer", status=400)


def check_state(intent: Object, verb: str, done: str, allowed: tuple[str, ...]) -> None:
    """Raise StripeError unless the intent is in one of these statuses."""
    if intent["status"] not in allowed:
        noun = NOUN[intent["object"]]
        raise unexpected(
            f"You cannot {verb} this {noun} because it has a status of {intent['status']}. Only a {noun} with one of "
            f"the following statuses may be {done}: {', '.join(allowed)}.",
            intent,
        )


def check_only_for_confirm(noun: str, params: dict[str, Any], names: tuple[str, ...]) -> None:
    """Raise StripeError for what says how to confirm, where nothing is confirmed yet."""
    for name in names:
        if name in params:
            raise invalid(
                f"The parameter `{name}` cannot be passed when creating a {noun} unless `confirm` is set to true.", name
            )


def unexpected(message: str, intent: Object) -> StripeError:
    """400: the intent is not in a state for this."""
    about: dict[str, Any] = {intent["object"]: intent}
    return invalid(message, code=f"{intent['object']}_unexpected_state", **about)


def lacks_method(intent: Object) -> StripeError:
    """400: there is nothing to confirm it with."""
    noun = NOUN[intent["object"]]
    return unexpected(
        f"You cannot confirm this {noun} because it's missing a payment method. You can either update the {noun} with "
        "a payment method and then confirm it again, or confirm it again directly with a payment method or "
        "ConfirmationToken.",
        intent,
    )


def return_url(intent: Object, call: Call) -> str | None:
    """Where the buyer comes back to; None where Stripe.js is at work, which brings its own.

    Raises StripeError without one, as payment methods that redirect need it.
    """
    params, methods = call.params, intent["automatic_payment_methods"]
    if "return_url" in params and not is_web_address(params["return_url"]):
        raise invalid("Not a valid URL", "return_url", "url_invalid")
    redirects = methods and methods["enabled"] and methods["allow_redirects"] == "always"
    by_script = call.from_browser or params.get("use_stripe_sdk")
    if redirects and not by_script and "return_url" not in params:
        raise invalid(
            f"This {NOUN[intent['object']]} is configured to accept payment methods enabled in your Dashboard. Because "
            "some of these payment methods might redirect your customer off of your page, you must provide a "
            "`return_url`. If you don't want to accept redirect-based payment methods, set "
            "`automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to "
            "`never` when creating Setup Intents and Payment Intents."
        )
    return None if params.get("use_stripe_sdk") else params.get("return_url")
