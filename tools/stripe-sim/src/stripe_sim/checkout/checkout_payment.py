"""A Checkout Session in mode `payment`: how it is paid, and what it becomes by what happens to its PaymentIntent.

open ─paid→ complete (paid) · open ─processing→ complete (unpaid) ─settled→ complete (paid | unpaid) · open → expired
"""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.changes import Cause, Change
from stripe_sim.checkout.checkout_object import COMPLETE, KIND, told
from stripe_sim.http.operations import Call
from stripe_sim.objects import Object
from stripe_sim.payments import paying, payment_intents


def begin(account: Account, session: Object, params: dict[str, Any], _: Cause) -> Object:
    """The session, and what its PaymentIntent will be made of."""
    account.apply(Change((session,)))
    account.store.put_beside(session, "payment_intent_data", params.get("payment_intent_data", {}))
    return session


def confirm(account: Account, session: Object, method: Object, base_url: str) -> Object:
    """Try to pay the session: its PaymentIntent afterwards."""
    if session["payment_intent"] is None:
        intent = _intent_of(account, session)
        session = {**session, "payment_intent": intent["id"]}
        account.apply(Change((session, intent), (("payment_intent.created", intent),)))
    else:
        intent = account.find("payment_intent", session["payment_intent"], param="payment_intent")
    return paying.pay(account, intent, method, Call({"use_stripe_sdk": True}, from_browser=True, base_url=base_url))


def abandon(account: Account, session: Object, cause: Cause) -> None:
    """The session is over: its PaymentIntent shall not be paid any more."""
    intent = account.store.get("payment_intent", session["payment_intent"] or "")
    if intent and intent["status"] in payment_intents.MAY["cancel"]:
        payment_intents.cancel(account, Call({}, {"id": intent["id"]}, cause=cause))


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


def _intent_of(account: Account, session: Object) -> Object:
    """The PaymentIntent, which comes into being with the first attempt to pay."""
    data = account.store.beside(session, "payment_intent_data")
    asked = {
        "amount": session["amount_total"],
        "currency": session["currency"],
        **({"customer": session["customer"]} if session["customer"] else {}),
        "payment_method_types": session["payment_method_types"],
        **data,
    }
    intent = payment_intents.new(asked, account.moment())
    return {**intent, "payment_details": {"customer_reference": None, "order_reference": session["id"]}}
