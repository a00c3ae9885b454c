"""A Checkout Session in mode `subscription`: it begins a subscription and pays its first invoice, or starts a trial."""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.billing import billing, subscription_life, subscriptions
from stripe_sim.billing.calendar_months import DAY
from stripe_sim.billing.invoice_object import subscription_of
from stripe_sim.changes import Cause, Change
from stripe_sim.checkout.checkout_object import COMPLETE, KIND, told
from stripe_sim.customers import saved_payment_methods
from stripe_sim.http.errors import invalid
from stripe_sim.http.operations import Call
from stripe_sim.objects import Object
from stripe_sim.payments import paying

BEHAVIOR = {
    "payment_behavior": "default_incomplete",
    "payment_settings": {"save_default_payment_method": "on_subscription"},
}


def begin(account: Account, session: Object, params: dict[str, Any], cause: Cause) -> Object:
    """The session, and what its subscription will be made of. It always has a customer in the end."""
    data = params.get("subscription_data", {})
    session = {**session, "payment_method_collection": params.get("payment_method_collection", "always")}
    if session["customer"] is None:
        session["customer_creation"] = "always"
    if data.get("trial_period_days") or "trial_end" in data:
        session |= {"amount_subtotal": 0, "amount_total": 0, "payment_status": "no_payment_required"}
    account.apply(Change((session,)), cause)
    account.store.put_beside(session, "subscription_data", data)
    return session


def confirm(account: Account, session: Object, method: Object, base_url: str) -> Object:
    """Try to begin the subscription with this method: afterwards its PaymentIntent, or the subscription on trial."""
    subscription = _subscription(account, session)
    if subscription is None and session["payment_status"] == "no_payment_required":
        return _begin_trial(account, session, method)
    subscription = subscription or _begin(account, session, {})
    invoice = account.find("invoice", subscription["latest_invoice"], param="invoice")
    intent = billing.intent_of(account, invoice)
    if intent is None:
        raise invalid("There is nothing to pay for this subscription.")
    return paying.pay(account, intent, method, Call({"use_stripe_sdk": True}, from_browser=True, base_url=base_url))


def abandon(account: Account, session: Object, _: Cause) -> None:
    """The session is over: what nobody paid for does not begin."""
    subscription = _subscription(account, session)
    if subscription and subscription["status"] == "incomplete":
        subscription_life.expire(account, subscription)


def trial_days(account: Account, session: Object) -> int:
    """How long the trial is that the page offers; 0 without one."""
    if not account.store.has_beside(session, "subscription_data"):
        return 0
    data = account.store.beside(session, "subscription_data")
    ends: int = data.get("trial_end", session["created"])
    return int(data.get("trial_period_days", 0)) or -((session["created"] - ends) // DAY)


def follow(account: Account, event_type: str, thing: Object) -> None:
    """Let the session take note that its subscription began, and later of a payment that was on its way."""
    if event_type == "customer.subscription.updated" and thing["status"] == "active":
        _complete(account, thing)
    if event_type in ("invoice.paid", "invoice.payment_failed"):
        _settle(account, event_type, thing)


def _begin(account: Account, session: Object, extra: dict[str, Any]) -> Object:
    data = account.store.beside(session, "subscription_data")
    lines = account.store.beside(session, "line_items")["data"]
    items = [{"price": line["price"]["id"], "quantity": line["quantity"]} for line in lines]
    asked = {**BEHAVIOR, "currency": session["currency"], "customer": session["customer"], "items": items}
    subscription = subscriptions.create(account, Call({**asked, **data, **extra}))
    account.store.put_beside(session, "subscription", {"id": subscription["id"]})
    account.store.put_beside(subscription, "checkout_session", {"id": session["id"]})
    return subscription


def _begin_trial(account: Account, session: Object, method: Object) -> Object:
    saved_payment_methods.attach_to(account, method, session["customer"])
    subscription = _begin(account, session, {"default_payment_method": method["id"]})
    _complete(account, subscription)
    return subscription


def _complete(account: Account, subscription: Object) -> None:
    session = _session_of(account, subscription)
    if session is None or session["status"] != "open":
        return
    invoice = account.store.get("invoice", subscription["latest_invoice"])
    began = {"invoice": subscription["latest_invoice"], "subscription": subscription["id"]}
    if session["payment_status"] == "unpaid" and invoice and invoice["status"] == "paid":
        began["payment_status"] = "paid"
    account.apply(told({**session, **began, **COMPLETE}, "completed"))


def _settle(account: Account, event_type: str, invoice: Object) -> None:
    subscription = account.store.get("subscription", subscription_of(invoice))
    session = subscription and _session_of(account, subscription)
    if not session or (session["invoice"], session["status"]) != (invoice["id"], "complete"):
        return
    if session["payment_status"] == "unpaid" and event_type == "invoice.paid":
        account.apply(told({**session, "payment_status": "paid"}, "async_payment_succeeded"))
    elif session["payment_status"] == "unpaid":
        account.apply(told(session, "async_payment_failed"))


def _subscription(account: Account, session: Object) -> Object | None:
    if not account.store.has_beside(session, "subscription"):
        return None
    return account.store.get("subscription", account.store.beside(session, "subscription")["id"])


def _session_of(account: Account, subscription: Object) -> Object | None:
    if not account.store.has_beside(subscription, "checkout_session"):
        return None
    return account.store.get(KIND, account.store.beside(subscription, "checkout_session")["id"])
