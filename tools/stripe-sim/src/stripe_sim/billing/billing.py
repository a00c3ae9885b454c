"""How an invoice is finalized and collected, and what it becomes by what happens to its PaymentIntent.

What a subscription becomes by its invoices is in `subscription_life.py`.
"""

from stripe_sim.account import NOBODY, Account
from stripe_sim.billing import invoice_object, invoice_payments
from stripe_sim.billing.calendar_months import DAY
from stripe_sim.billing.invoice_object import KIND, subscription_of
from stripe_sim.changes import Cause, Change
from stripe_sim.customers import payment_methods
from stripe_sim.http.errors import StripeError
from stripe_sim.http.operations import Call
from stripe_sim.objects import Object
from stripe_sim.payments import paying, payment_intents
from stripe_sim.payments.test_cards import Challenged

AUTOMATIC = Call({"off_session": True})
"""Collecting when no buyer is there."""
DESCRIPTIONS = {"subscription_create": "Subscription creation", "subscription_cycle": "Subscription update"}


def keep(account: Account, invoice: Object, *, finalizes_after: int | None) -> Object:
    """The draft as it will be kept; it finalizes by itself after so many seconds, where it does."""
    at = None if finalizes_after is None else account.moment().now + finalizes_after
    invoice = {**invoice, "auto_advance": at is not None, "automatically_finalizes_at": at}
    account.store.put_beside(invoice, "confirmation_secret", None)
    invoice_payments.put_beside(account, invoice, None)
    return invoice


def finalize(account: Account, invoice: Object, cause: Cause = NOBODY, method: str | None = None) -> Object:
    """Ready to be paid, by a PaymentIntent of its own; with nothing to pay it is paid."""
    moment = account.moment()
    invoice = invoice_object.finalized(invoice, _balance(account, invoice), moment)
    if not invoice["amount_due"]:
        account.apply(Change((invoice,), (("invoice.finalized", invoice),)), cause)
        account.apply(invoice_object.paid(invoice, moment.now), cause)
    else:
        _ask_for_payment(account, invoice, cause, method)
    _settle_balance(account, invoice, cause)
    return again(account, invoice)


def collect(account: Account, invoice: Object, method: str | None = None, call: Call = AUTOMATIC) -> Object:
    """Try to be paid, by default with the saved method. Raises StripeError after a refusal was written down."""
    intent = intent_of(account, invoice)
    method = method or default_method(account, invoice)
    if intent is None or intent["status"] in ("processing", "succeeded", "canceled"):
        return invoice
    if method is None:
        account.apply(invoice_object.not_paid(invoice, _next_attempt(account, invoice)), call.cause)
        raise no_method()
    paying.pay(account, intent, payment_methods.use(account, method), call)
    return again(account, invoice)


def try_to_collect(account: Account, invoice: Object) -> Object:
    """Collect without a buyer: what is refused counts as an attempt, what needs the buyer waits for them."""
    invoice = {**invoice, "next_payment_attempt": None}
    account.apply(Change((invoice,)))
    try:
        return collect(account, invoice)
    except StripeError:
        known = again(account, invoice)
        if known["attempt_count"] == invoice["attempt_count"]:
            account.apply(invoice_object.not_paid(known, _next_attempt(account, known)))
    _ask_the_buyer(account, invoice)
    return again(account, invoice)


def void(account: Account, invoice: Object, cause: Cause = NOBODY) -> Object:
    """It shall not be paid; nor its PaymentIntent."""
    account.apply(invoice_object.voided(invoice, account.moment().now), cause)
    cancel_intent(account, invoice, cause)
    return again(account, invoice)


def pay_out_of_band(account: Account, invoice: Object, cause: Cause) -> Object:
    """The merchant got the money in another way."""
    account.apply(invoice_object.paid(invoice, account.moment().now, out_of_band=True), cause)
    cancel_intent(account, invoice, cause)
    return again(account, invoice)


def cancel_intent(account: Account, invoice: Object, cause: Cause) -> None:
    """The PaymentIntent cannot be paid any more."""
    payment, intent = invoice_payments.of_invoice(account, invoice), intent_of(account, invoice)
    if payment and payment["status"] == "open":
        _apply_payment(account, invoice, invoice_payments.canceled(payment, account.moment().now))
    if intent and intent["status"] in payment_intents.MAY["cancel"]:
        payment_intents.cancel(account, Call({}, {"id": intent["id"]}, cause=cause))


def follow(account: Account, event_type: str, thing: Object) -> None:
    """Let an invoice take note of what became of its PaymentIntent."""
    if thing["object"] != "payment_intent" or not account.store.has_beside(thing, KIND):
        return
    invoice = account.store.get(KIND, account.store.beside(thing, KIND)["id"])
    if invoice is None or invoice["status"] not in ("open", "uncollectible"):
        return
    with account.time_of(invoice):
        match event_type:
            case "payment_intent.succeeded":
                _paid(account, invoice)
            case "payment_intent.payment_failed":
                account.apply(invoice_object.not_paid(invoice, _next_attempt(account, invoice)))
            case "payment_intent.requires_action":
                account.apply(invoice_object.needs_action(invoice))


def default_method(account: Account, invoice: Object) -> str | None:
    """What pays where nothing else is named: the subscription's own, else the customer's."""
    subscription = account.store.get("subscription", subscription_of(invoice))
    customer = account.store.get("customer", invoice["customer"])
    settings = (customer or {}).get("invoice_settings", {})
    own = subscription and subscription["default_payment_method"]
    found: str | None = invoice["default_payment_method"] or own or settings.get("default_payment_method")
    return found


def again(account: Account, invoice: Object) -> Object:
    """The invoice as it is now."""
    return account.store.get(KIND, invoice["id"]) or invoice


def no_method() -> StripeError:
    """400: nothing to pay with."""
    return StripeError(
        400,
        "This customer has no attached payment source or default payment method. Please consider adding a default "
        "payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment.",
        code="resource_missing",
    )


def _ask_for_payment(account: Account, invoice: Object, cause: Cause, method: str | None) -> None:
    intent = _new_intent(account, invoice, method)
    payment = invoice_payments.new(invoice, intent, account.moment())
    kept = (invoice, intent, payment)
    account.store.put_beside(intent, KIND, {"id": invoice["id"]})
    account.store.put_beside(invoice, "confirmation_secret", _secret(intent))
    invoice_payments.put_beside(account, invoice, payment)
    account.apply(Change(kept, (("invoice.finalized", invoice), ("payment_intent.created", intent))), cause)


def _new_intent(account: Account, invoice: Object, method: str | None) -> Object:
    """It names its invoice, and tells nothing of the subscription: only the invoice knows."""
    asked = {
        "amount": invoice["amount_due"],
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "description": DESCRIPTIONS.get(invoice["billing_reason"], "Payment for Invoice"),
        "payment_method_types": invoice["payment_settings"]["payment_method_types"] or ["card"],
    }
    if invoice["billing_reason"] == "subscription_create":
        asked["setup_future_usage"] = "off_session"
    intent = payment_intents.new(asked, account.moment())
    intent["payment_details"] = {"customer_reference": invoice["customer"], "order_reference": invoice["id"]}
    return intent | ({"payment_method": method, "status": "requires_confirmation"} if method else {})


def _secret(intent: Object) -> Object:
    return {"client_secret": intent["client_secret"], "type": "payment_intent"}


def intent_of(account: Account, invoice: Object) -> Object | None:
    payment = invoice_payments.of_invoice(account, invoice)
    return account.store.get("payment_intent", payment["payment"]["payment_intent"]) if payment else None


def _paid(account: Account, invoice: Object) -> None:
    now = account.moment().now
    payment = invoice_payments.of_invoice(account, invoice)
    if payment:
        _apply_payment(account, invoice, invoice_payments.paid(payment, now))
    account.apply(invoice_object.paid(invoice, now))


def _apply_payment(account: Account, invoice: Object, change: Change) -> None:
    account.apply(change)
    invoice_payments.put_beside(account, invoice, change.kept[0])


def _next_attempt(account: Account, invoice: Object) -> int | None:
    """None for a subscription that waits for its first payment or has ended, and after the last retry."""
    subscription = account.store.get("subscription", subscription_of(invoice))
    days, attempt = account.settings.retry_days, invoice["attempt_count"]
    if subscription is None or subscription["status"] not in ("active", "past_due") or attempt >= len(days):
        return None
    return account.moment().now + days[attempt] * DAY


def _ask_the_buyer(account: Account, invoice: Object) -> None:
    """Where only the buyer's authentication is missing, the PaymentIntent waits for it."""
    intent = intent_of(account, invoice)
    method = account.store.get("payment_method", default_method(account, invoice) or "")
    if not intent or not method or intent["status"] != "requires_payment_method":
        return
    challenged = isinstance(payment_methods.outcome_of(method), Challenged)
    if challenged and (intent["last_payment_error"] or {}).get("decline_code") == "authentication_required":
        paying.pay(account, intent, method, Call({}))


def _balance(account: Account, invoice: Object) -> int:
    customer = account.store.get("customer", invoice["customer"]) or {}
    balance: int = customer.get("balance", 0)
    return balance


def _settle_balance(account: Account, invoice: Object, cause: Cause) -> None:
    """What the invoice took from the customer's balance, or gave to it."""
    customer = account.store.get("customer", invoice["customer"])
    if customer and not customer.get("deleted") and customer["balance"] != invoice["ending_balance"]:
        customer = {**customer, "balance": invoice["ending_balance"]}
        account.apply(Change((customer,), (("customer.updated", customer),)), cause)
