"""How a Checkout Session is paid, and what it becomes by what happens to its PaymentIntent.

open ─paid→ complete (paid) · open ─processing→ complete (unpaid) ─settled→ complete (paid | unpaid) · open → expired
"""

from stripe_sim import paying, payment_intents
from stripe_sim.account import Account
from stripe_sim.changes import Change
from stripe_sim.errors import invalid
from stripe_sim.objects import Object
from stripe_sim.operations import Call

KIND = "checkout.session"
COMPLETE: Object = {"status": "complete", "url": None}


def pay(account: Account, session: Object, method: Object, email: str | None, base_url: str) -> Object:
    """Try to pay the session: its PaymentIntent afterwards. Raises StripeError where the card is refused."""
    if session["status"] != "open":
        raise invalid(f"This Checkout Session is {session['status']}.")
    details = customer_details(email or session["customer_email"])
    session = {**session, "customer_details": details}
    if session["payment_intent"] is None:
        intent = _intent_of(account, session)
        session = {**session, "payment_intent": intent["id"]}
        account.apply(Change((session, intent), (("payment_intent.created", intent),)))
    else:
        account.apply(Change((session,)))
        intent = account.find("payment_intent", session["payment_intent"], param="payment_intent")
    return paying.pay(account, intent, method, Call({"use_stripe_sdk": True}, from_browser=True, base_url=base_url))


def follow(account: Account, event_type: str, thing: Object) -> None:
    """Let the session take note of what became of its PaymentIntent."""
    if thing["object"] != "payment_intent" or not (details := thing.get("payment_details")):
        return
    session = account.store.get(KIND, details["order_reference"])
    if session is not None and (change := after(session, event_type)):
        account.apply(change)


def after(session: Object, event_type: str) -> Change | None:
    """What the session becomes by an event of its PaymentIntent. Pure."""
    match session["status"], event_type:
        case "open", "payment_intent.succeeded":
            return told({**session, "payment_status": "paid"} | COMPLETE, "completed")
        case "open", "payment_intent.processing" | "payment_intent.amount_capturable_updated":
            return told(session | COMPLETE, "completed")
        case "complete", "payment_intent.succeeded" if session["payment_status"] == "unpaid":
            return told({**session, "payment_status": "paid"}, "async_payment_succeeded")
        case "complete", "payment_intent.payment_failed" if session["payment_status"] == "unpaid":
            return told(session, "async_payment_failed")
        case _:
            return None


def told(session: Object, what: str) -> Change:
    """The session as it is now, and the event that tells of it."""
    return Change((session,), ((f"checkout.session.{what}", session),))


def customer_details(email: str | None) -> Object:
    """What is known of the buyer."""
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    nobody = dict.fromkeys(("business_name", "individual_name", "name", "phone"))
    return {"address": address, "email": email, **nobody, "tax_exempt": "none", "tax_ids": []}


def _intent_of(account: Account, session: Object) -> Object:
    """The PaymentIntent, which comes into being with the first attempt to pay."""
    data = account.store.beside(session, "payment_intent_data")
    asked = {
        "amount": session["amount_total"],
        "currency": session["currency"],
        "payment_method_types": session["payment_method_types"],
        **data,
    }
    intent = payment_intents.new(asked, account.moment())
    return {**intent, "payment_details": {"customer_reference": None, "order_reference": session["id"]}}
