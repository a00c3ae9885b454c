"""SetupAttempts: one for each try to save a payment method."""

from stripe_sim.account import Account
from stripe_sim.changes import Moment
from stripe_sim.customers.setup_intent_parameters import ATTEMPTS
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page
from stripe_sim.objects import Object

KIND = "setup_attempt"
_OF_CARDS = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")


def listed(account: Account, call: Call) -> Object:
    """The attempts of one SetupIntent, newest first."""

    def matches(attempt: Object) -> bool:
        return bool(attempt["setup_intent"] == call.params["setup_intent"])

    return page(account.store, KIND, call.params, "/v1/setup_attempts", matches)


def made(intent: Object, method: Object, moment: Moment) -> Object:
    """An attempt that just began."""
    return {
        "id": moment.names.id("setatt"),
        "object": KIND,
        "application": None,
        "created": moment.now,
        "customer": intent["customer"],
        "customer_account": None,
        "flow_directions": None,
        "livemode": False,
        "on_behalf_of": None,
        "payment_method": method["id"],
        "payment_method_details": _details(method),
        "setup_error": None,
        "setup_intent": intent["id"],
        "status": "processing",
        "usage": intent["usage"],
    }


def _details(method: Object) -> Object:
    kind = method["type"]
    if kind != "card":
        return {kind: {}, "type": kind}
    card = method["card"]
    shown = {name: card[name] for name in _OF_CARDS}
    return {"card": {**shown, "network": card["brand"], "three_d_secure": None}, "type": "card"}


OPERATIONS = (Operation("GET", "/v1/setup_attempts", listed, ATTEMPTS),)
