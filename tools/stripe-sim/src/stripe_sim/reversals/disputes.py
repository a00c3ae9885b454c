"""Disputes: the operations, and what the buyer's bank does. What a dispute becomes is in `disputing.py`."""

from collections.abc import Callable
from functools import partial
from typing import Any

from stripe_sim.account import Account
from stripe_sim.changes import Change, Later
from stripe_sim.http.errors import invalid
from stripe_sim.http.metadata import merged
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page, same
from stripe_sim.http.parameters import EXPAND, LIST, Anything, Boolean, Created, Metadata, Shape, Text
from stripe_sim.objects import Object
from stripe_sim.payments import charges
from stripe_sim.payments.test_cards import Disputed
from stripe_sim.reversals import disputing
from stripe_sim.reversals.disputing import EVIDENCE, KIND, REVIEWED

OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
UPDATE = Shape(
    {
        "evidence": Shape(
            {**{name: Text(20_000, clearable=True) for name in EVIDENCE}, "enhanced_evidence": Anything()}
        ),
        "expand": EXPAND,
        "metadata": Metadata(),
        "submit": Boolean(),
    }
)
LISTED = Shape({**LIST, "created": Created(), "charge": Text(), "payment_intent": Text()})


def retrieve(account: Account, call: Call) -> Object:
    """One dispute."""
    return account.find(KIND, call.ids["id"], param="id")


def listed(account: Account, call: Call) -> Object:
    """The disputes, newest first; those of one charge or PaymentIntent."""
    return page(account.store, KIND, call.params, "/v1/disputes", same(call.params, "charge", "payment_intent"))


def update(account: Account, call: Call) -> Object:
    """Evidence, sent to the bank at once unless `submit` is false; metadata at any time."""
    dispute, params = retrieve(account, call), call.params
    submit: bool = params.get("submit", "evidence" in params)
    if (submit or "evidence" in params) and dispute["status"] not in REVIEWED:
        raise invalid(f"You cannot submit evidence for a dispute with a status of {dispute['status']}.")
    evidence = {name: value for name, value in params.get("evidence", {}).items() if name in EVIDENCE}
    metadata = merged(dispute["metadata"], params)
    account.apply(disputing.updated(dispute, evidence, metadata, submit=submit), call.cause)
    dispute = retrieve(account, call)
    if submit:
        _answer_later(account, dispute)
    return dispute


def close(account: Account, call: Call) -> Object:
    """Give in."""
    dispute = retrieve(account, call)
    if dispute["status"] not in OPEN:
        raise invalid("This dispute is already closed")
    account.apply(disputing.lost(dispute), call.cause)
    return retrieve(account, call)


def disputable(account: Account, thing: Object) -> bool:
    """Whether there is a captured charge that nobody has disputed yet."""
    charge = charges.behind(account, thing)
    return charge is not None and charge["captured"] and not charge["disputed"] and not charge["refunded"]


def complain(account: Account, thing: Object, why: Disputed) -> None:
    """The buyer tells the bank that the charge was not right."""
    charge = charges.behind(account, thing)
    if charge is not None:
        account.apply(disputing.opened(charge, why, account.moment()))


def win(account: Account, dispute: Object) -> None:
    """The bank finds for the shop."""
    account.apply(disputing.won(dispute, account.moment()))


def lose(account: Account, dispute: Object) -> None:
    """The bank finds for the buyer."""
    account.apply(disputing.lost(dispute))


def escalate(account: Account, dispute: Object) -> None:
    """The bank that asked takes the money."""
    account.apply(disputing.escalated(dispute, account.moment()))


VERDICTS: dict[str, Callable[[Account, Object], None]] = {
    "winning_evidence": win,
    "losing_evidence": lose,
    "escalate_inquiry_evidence": escalate,
}
"""What the bank does by this `uncategorized_text`. Source: Stripe documentation, "Testing", disputes."""


def follow(account: Account, event_type: str, thing: Object) -> None:
    """Let the owner of a disputing test card complain once the money is taken."""
    if event_type not in ("charge.succeeded", "charge.captured") or not thing["captured"]:
        return
    if why := charges.instrument(thing).disputed:
        then = partial(_complain_of, thing["id"], why)
        account.apply(Change(later=(Later(account.settings.processing_seconds, then),)))


def _complain_of(name: str, why: Disputed, account: Account) -> None:
    charge = account.store.get("charge", name)
    if charge is not None and disputable(account, charge):
        complain(account, charge, why)


def _answer_later(account: Account, dispute: Object) -> None:
    """The bank's verdict, where the evidence is one of the magic words."""
    verdict = VERDICTS.get(dispute["evidence"]["uncategorized_text"] or "")
    if verdict is not None and (verdict is not escalate or disputing.is_inquiry(dispute)):
        then = partial(_answer, dispute["id"], verdict)
        account.apply(Change(later=(Later(account.settings.processing_seconds, then),)))


def _answer(name: str, verdict: Callable[[Account, Object], Any], account: Account) -> None:
    dispute = account.store.get(KIND, name)
    if dispute is not None and dispute["status"] in REVIEWED.values():
        verdict(account, dispute)


OPERATIONS = (
    Operation("GET", "/v1/disputes", listed, LISTED),
    Operation("GET", "/v1/disputes/{id}", retrieve, Shape({"expand": EXPAND})),
    Operation("POST", "/v1/disputes/{id}", update, UPDATE),
    Operation("POST", "/v1/disputes/{id}/close", close, Shape({"expand": EXPAND})),
)
