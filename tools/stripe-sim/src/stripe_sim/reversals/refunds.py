"""Refunds: the operations, and what the bank makes of one. What a refund becomes is in `refunding.py`."""

from functools import partial
from typing import Any

from stripe_sim.account import Account
from stripe_sim.changes import Change, Later
from stripe_sim.http.errors import StripeError, invalid
from stripe_sim.http.metadata import merged
from stripe_sim.http.money import Currency, written
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page, same
from stripe_sim.http.parameters import (
    EXPAND,
    LIST,
    Anything,
    Boolean,
    Created,
    Integer,
    Metadata,
    OneOf,
    Shape,
    Text,
)
from stripe_sim.objects import Object
from stripe_sim.payments import charges
from stripe_sim.payments.test_cards import Refunds
from stripe_sim.reversals import refunding

KIND = "refund"
CREATE = Shape(
    {
        "amount": Integer(minimum=1),
        "charge": Text(),
        "currency": Currency(),
        "expand": EXPAND,
        "instructions_email": Anything(),
        "metadata": Metadata(),
        "payment_intent": Text(),
        "reason": OneOf("duplicate", "fraudulent", "requested_by_customer"),
        "refund_application_fee": Boolean(),
        "reverse_transfer": Boolean(),
    }
)
LISTED = Shape({**LIST, "created": Created(), "charge": Text(), "payment_intent": Text()})
CHARGEBACK = ("needs_response", "under_review", "lost")
"""The statuses of a dispute that took the money back already."""


def create(account: Account, call: Call) -> Object:
    """Give the money of a charge back, or a part of it. Raises StripeError where so much is not left."""
    params = call.params
    charge = _charge(account, params)
    _check_refundable(account, charge)
    amount = _amount(account, charge, params)
    how = charges.instrument(charge).refunds
    status = "pending" if how is Refunds.LATER else "succeeded"
    moment, metadata = account.moment(), merged({}, params)
    refund = refunding.made(charge, amount, moment, status=status, reason=params.get("reason"), metadata=metadata)
    account.apply(refunding.begun(refund, charge, moment), call.cause)
    if how is not Refunds.AT_ONCE:
        then = partial(_answered, refund["id"], how)
        account.apply(Change(later=(Later(account.settings.processing_seconds, then),)))
    return refund


def retrieve(account: Account, call: Call) -> Object:
    """One refund."""
    return account.find(KIND, call.ids["id"], param="id")


def listed(account: Account, call: Call) -> Object:
    """The refunds, newest first; those of one charge or PaymentIntent."""
    return page(account.store, KIND, call.params, "/v1/refunds", same(call.params, "charge", "payment_intent"))


def update(account: Account, call: Call) -> Object:
    """Other metadata."""
    refund = retrieve(account, call)
    refund = {**refund, "metadata": merged(refund["metadata"], call.params)}
    account.apply(refunding.changed(refund), call.cause)
    return refund


def cancel(account: Account, call: Call) -> Object:
    """Refuse: only a refund that waits for the buyer can be canceled, and here none does."""
    refund = retrieve(account, call)
    raise invalid(
        f"You cannot cancel this refund because it has a status of {refund['status']}. Only a refund with a status of "
        "requires_action can be canceled."
    )


def left(account: Account, charge: Object) -> int:
    """How much of the charge can still be given back; what is pending cannot."""
    pending = (
        refund["amount"]
        for refund in account.store.newest_first(KIND)
        if refund["status"] == "pending" and refund["charge"] == charge["id"]
    )
    return int(charge["amount"] - charge["amount_refunded"] - sum(pending))


def refundable(account: Account, charge: Object) -> bool:
    """Whether anything can be given back."""
    try:
        _check_refundable(account, charge)
    except StripeError:
        return False
    return left(account, charge) > 0


def succeed(account: Account, refund: Object) -> None:
    """The buyer's bank took the money."""
    account.apply(refunding.arrived(refund, _charge_of(account, refund)))


def can_fail(_: Account, refund: Object) -> bool:
    """Whether money is with the buyer's bank, or was; what was never captured did not get there."""
    return refund["status"] in ("pending", "succeeded") and refund["balance_transaction"] is not None


def fail(account: Account, refund: Object, reason: str = "expired_or_canceled_card") -> None:
    """The buyer's bank sent the money back."""
    _return(account, refund, "failed", reason)


def take_back(account: Account, refund: Object) -> None:
    """The shop cancels a pending refund in Stripe's dashboard."""
    _return(account, refund, "canceled", "merchant_request")


def _return(account: Account, refund: Object, status: str, reason: str) -> None:
    account.apply(refunding.came_back(refund, _charge_of(account, refund), status, reason, account.moment()))


def _answered(name: str, how: Refunds, account: Account) -> None:
    """The bank's answer, unless somebody was quicker."""
    refund = account.store.get(KIND, name)
    if refund is None or account.store.get("charge", refund["charge"]) is None:
        return
    match how, refund["status"]:
        case Refunds.LATER, "pending":
            succeed(account, refund)
        case Refunds.IN_VAIN, "succeeded":
            fail(account, refund)


def _charge_of(account: Account, refund: Object) -> Object:
    return account.find("charge", refund["charge"], param="charge")


def _charge(account: Account, params: dict[str, Any]) -> Object:
    """The charge that the parameters name, itself or by its PaymentIntent."""
    if "charge" in params:
        return account.find("charge", params["charge"], param="charge", status=400)
    if "payment_intent" not in params:
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
        )
    intent = account.find("payment_intent", params["payment_intent"], param="payment_intent", status=400)
    charge = charges.behind(account, intent)
    if charge is None or charge["status"] != "succeeded":
        raise invalid(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.", "payment_intent"
        )
    return charge


def _check_refundable(account: Account, charge: Object) -> None:
    name = charge["id"]
    if charge["status"] != "succeeded":
        raise invalid(f"Charge {name} is {charge['status']}; only a successful charge can be refunded.", "charge")
    if not charge["captured"]:
        raise invalid(
            f"This uncaptured Charge was created by a PaymentIntent ({charge['payment_intent']}). You must cancel the "
            "PaymentIntent to reverse the authorization instead of refunding the Charge directly.",
        )
    disputes = account.store.newest_first("dispute") if charge["disputed"] else iter(())
    if any(dispute["charge"] == name and dispute["status"] in CHARGEBACK for dispute in disputes):
        raise invalid(f"Charge {name} has been charged back; cannot issue a refund.", code="charge_disputed")


def _amount(account: Account, charge: Object, params: dict[str, Any]) -> int:
    rest = left(account, charge)
    if rest <= 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount: int = params.get("amount", rest)
    if amount > rest:
        asked, there = written(amount, charge["currency"]), written(rest, charge["currency"])
        what = "charge amount" if rest == charge["amount"] else "unrefunded amount on charge"
        raise invalid(f"Refund amount ({asked}) is greater than {what} ({there})", "amount", "amount_too_large")
    return amount


OPERATIONS = (
    Operation("POST", "/v1/refunds", create, CREATE),
    Operation("GET", "/v1/refunds", listed, LISTED),
    Operation("GET", "/v1/refunds/{id}", retrieve, Shape({"expand": EXPAND})),
    Operation("POST", "/v1/refunds/{id}", update, Shape({"metadata": Metadata(), "expand": EXPAND})),
    Operation("POST", "/v1/refunds/{id}/cancel", cancel, Shape({"expand": EXPAND})),
)
