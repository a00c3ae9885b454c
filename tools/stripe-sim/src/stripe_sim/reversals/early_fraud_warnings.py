"""Early fraud warnings: a card's issuer thinks that a payment was fraud. No money moves."""

from functools import partial

from stripe_sim.account import Account
from stripe_sim.changes import Change, Later, Moment
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page, same
from stripe_sim.http.parameters import EXPAND, LIST, Created, Shape, Text
from stripe_sim.objects import Object
from stripe_sim.payments import charges

KIND = "radar.early_fraud_warning"
URL = "/v1/radar/early_fraud_warnings"
LISTED = Shape({**LIST, "created": Created(), "charge": Text(), "payment_intent": Text()})


def listed(account: Account, call: Call) -> Object:
    """The warnings, newest first; those of one charge or PaymentIntent."""
    return page(account.store, KIND, call.params, URL, same(call.params, "charge", "payment_intent"))


def retrieve(account: Account, call: Call) -> Object:
    """One warning."""
    return account.find(KIND, call.ids["id"], param="id")


def follow(account: Account, event_type: str, thing: Object) -> None:
    """Let the issuer of a suspicious test card warn a little later."""
    if event_type == "charge.succeeded" and charges.instrument(thing).warned:
        then = partial(_warn, thing["id"])
        account.apply(Change(later=(Later(account.settings.processing_seconds, then),)))


def warn(account: Account, thing: Object) -> None:
    """The issuer tells of fraud."""
    charge = charges.behind(account, thing)
    if charge is not None:
        warning = _made(charge, account.moment())
        account.apply(Change((warning,), (("radar.early_fraud_warning.created", warning),)))


def _warn(name: str, account: Account) -> None:
    charge = account.store.get("charge", name)
    if charge is not None:
        warn(account, charge)


def _made(charge: Object, moment: Moment) -> Object:
    return {
        "id": moment.names.id("issfr", 24),
        "object": KIND,
        "actionable": not charge["refunded"] and not charge["disputed"],
        "charge": charge["id"],
        "created": moment.now,
        "fraud_type": "unauthorized_use_of_card",
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }


OPERATIONS = (
    Operation("GET", URL, listed, LISTED),
    Operation("GET", f"{URL}/{{id}}", retrieve, Shape({"expand": EXPAND})),
)
