"""Whether a payment method may be used again: saved with a customer, set up with the bank's proof, or spent.

Source: Stripe documentation, "Save a customer's payment method"; Stripe API reference, "Payment Methods".
"""

from stripe_sim.account import Account
from stripe_sim.changes import Change
from stripe_sim.customers import payment_methods
from stripe_sim.http.errors import StripeError, invalid
from stripe_sim.objects import Object
from stripe_sim.payments.intents import NOUN
from stripe_sim.payments.test_cards import Declines

SPENT_BY = ("charge.succeeded", "charge.pending", "charge.failed")
SAVED_BY = ("payment_intent.succeeded", "payment_intent.processing", "payment_intent.amount_capturable_updated")


def attached(method: Object, customer: str | None) -> Change:
    """The method saved with the customer; no change where there is none, or it is saved already. Pure."""
    if customer is None or method["customer"] is not None:
        return Change()
    method = {**method, "customer": customer}
    return Change((method,), (("payment_method.attached", method),))


def follow(account: Account, event_type: str, thing: Object) -> None:
    """Let a payment method take note of what it was used for."""
    method = account.store.get("payment_method", thing.get("payment_method") or "")
    if method is None:
        return
    set_up = event_type == "setup_intent.succeeded" or (event_type in SAVED_BY and thing["setup_future_usage"])
    if set_up:
        account.store.put_beside(method, "set_up", {})
    elif event_type in SPENT_BY and method["customer"] is None:
        intent = account.store.get("payment_intent", thing["payment_intent"])
        if thing["status"] == "failed" or not (intent and intent["setup_future_usage"]):
            spend(account, method)


def spend(account: Account, method: Object) -> None:
    """From now on it may not be used without a customer, and not be saved."""
    account.store.put_beside(method, "spent", {})


def is_set_up(account: Account, method: Object) -> bool:
    """Whether the buyer agreed, with the bank's proof where it asks for one, that it is used without them."""
    return account.store.has_beside(method, "set_up")


def check_may_be_attached(account: Account, method: Object) -> None:
    """Raise StripeError for one that is another's, or spent, or that the bank refuses."""
    if method["customer"] is not None:
        raise invalid("The payment method you provided has already been attached to a customer.", "payment_method")
    if account.store.has_beside(method, "spent"):
        raise invalid(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a "
            "Customer, and may not be used again."
        )
    outcome = payment_methods.outcome_of_setup(method)
    if isinstance(outcome, Declines):
        raise outcome.error()


def check_may_be_used(account: Account, method: Object, intent: Object) -> None:
    """Raise StripeError for one that is spent, or that another customer than the intent's saved."""
    owner, customer = method["customer"], intent["customer"]
    if owner is None and account.store.has_beside(method, "spent"):
        raise _spent()
    if owner in (None, customer):
        return
    if customer is None:
        raise invalid(
            f"The `payment_method` parameter supplied {method['id']} belongs to the Customer {owner}. Please include "
            f"the Customer in the `customer` parameter on the {NOUN[intent['object']]}.",
            "payment_method",
        )
    raise invalid(
        f"The PaymentMethod {method['id']} does not belong to the Customer you supplied {customer}. Please use this "
        "PaymentMethod with the Customer that it belongs to instead.",
        "payment_method",
    )


def _spent() -> StripeError:
    return invalid(
        "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with "
        "a connected account without Customer attachment, or was detached from a Customer. It may not be used again. "
        "To use a PaymentMethod multiple times, you must attach it to a Customer first.",
        "payment_method",
    )
