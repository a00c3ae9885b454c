"""A Checkout Session in mode `setup`: it saves a payment method and takes no money."""

from typing import Any

from stripe_sim.account import Account
from stripe_sim.changes import Cause, Change
from stripe_sim.checkout.checkout_object import COMPLETE, KIND, told
from stripe_sim.customers import setting_up, setup_intents
from stripe_sim.http.operations import Call
from stripe_sim.objects import Object


def begin(account: Account, session: Object, params: dict[str, Any], cause: Cause) -> Object:
    """The session with its SetupIntent, which is there from the start."""
    asked = {"customer": session["customer"], "payment_method_types": session["payment_method_types"]}
    intent = setup_intents.new({**asked, **params.get("setup_intent_data", {})}, account.moment())
    session = {**session, "setup_intent": intent["id"]}
    account.apply(Change((session, intent), (("setup_intent.created", intent),)), cause)
    account.store.put_beside(intent, "checkout_session", {"id": session["id"]})
    return session


def confirm(account: Account, session: Object, method: Object, base_url: str) -> Object:
    """Try to save the method: the SetupIntent afterwards."""
    intent = account.find("setup_intent", session["setup_intent"], param="setup_intent")
    intent = {**intent, "customer": session["customer"]}
    call = Call({"use_stripe_sdk": True}, from_browser=True, base_url=base_url)
    intent = setting_up.set_up(account, intent, method, call)
    if intent["status"] == "processing":
        account.apply(told(session | COMPLETE, "completed"))
    return intent


def abandon(account: Account, session: Object, cause: Cause) -> None:
    """The session is over: nothing will be saved by it."""
    intent = account.store.get("setup_intent", session["setup_intent"])
    if intent and intent["status"] in setup_intents.MAY:
        setup_intents.cancel(account, Call({}, {"id": intent["id"]}, cause=cause))


def follow(account: Account, event_type: str, thing: Object) -> None:
    """Let the session take note that its SetupIntent succeeded."""
    if event_type != "setup_intent.succeeded" or not account.store.has_beside(thing, "checkout_session"):
        return
    session = account.store.get(KIND, account.store.beside(thing, "checkout_session")["id"])
    if session is not None and session["status"] == "open":
        account.apply(told(session | COMPLETE, "completed"))
