"""What time or a bank does to subscriptions and invoices when somebody presses a button."""

from dataclasses import replace

from stripe_sim.account import Account
from stripe_sim.billing import billing, due, invoice_object, subscription_life, subscriptions
from stripe_sim.customers import payment_methods
from stripe_sim.http.operations import Call
from stripe_sim.objects import Object
from stripe_sim.payments import confirmation
from stripe_sim.payments.test_cards import GENERIC

BILLED = ("active", "past_due", "trialing", "unpaid")
"""The statuses in which a period can end."""
NOT_FINALIZED: Object = {
    "code": "customer_tax_location_invalid",
    "message": "The customer's location isn't recognized. Set a valid customer address in order to automatically "
    "calculate tax.",
    "type": "invalid_request_error",
}


def renew(account: Account, subscription: Object) -> None:
    """The period is over, and its invoice no draft any more."""
    with account.time_of(subscription):
        due.finalize_and_collect(account, _renewed(account, subscription))


def fail_renewal(account: Account, subscription: Object) -> None:
    """The same, and the bank refuses."""
    with account.time_of(subscription):
        invoice = billing.finalize(account, _renewed(account, subscription))
        if invoice["status"] == "open":
            fail(account, invoice)


def end_trial(account: Account, subscription: Object) -> None:
    """The trial is over now."""
    subscriptions.update(account, Call({"trial_end": "now"}, {"id": subscription["id"]}))


def collectable(account: Account, invoice: Object) -> bool:
    """Whether its PaymentIntent waits for a payment."""
    intent = billing.intent_of(account, invoice) if invoice["status"] == "open" else None
    return intent is not None and intent["status"] not in ("processing", "succeeded", "canceled")


def fail(account: Account, invoice: Object) -> None:
    """The bank refuses to pay the invoice, whatever the card."""
    intent = billing.intent_of(account, invoice)
    if intent is None:
        return
    method = payment_methods.use(account, billing.default_method(account, invoice) or "pm_card_visa")
    with account.time_of(invoice):
        refusal = confirmation.declined(intent, method, GENERIC, account.moment())
        account.apply(replace(refusal, error=None))


def fail_finalization(account: Account, invoice: Object) -> None:
    """Something stands in the way of the draft's becoming an invoice."""
    account.apply(invoice_object.not_finalized(invoice, NOT_FINALIZED))


def _renewed(account: Account, subscription: Object) -> Object:
    subscription = subscription_life.renew(account, subscription)
    return account.find(invoice_object.KIND, subscription["latest_invoice"], param="invoice")
