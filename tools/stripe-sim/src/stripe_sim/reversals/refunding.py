"""What a refund does to its charge, and what it becomes. Pure.

(new) → succeeded → failed · (new) → pending → succeeded | failed | canceled
"""

from stripe_sim.changes import Change, Moment
from stripe_sim.objects import Object
from stripe_sim.payments import balance_transactions


def made(
    charge: Object,
    amount: int,
    moment: Moment,
    *,
    status: str = "succeeded",
    reason: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Object:
    """A refund of `amount`: `succeeded` or `pending`."""
    by_card = charge["payment_method_details"]["type"] == "card"
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    return {
        "id": moment.names.id("re" if by_card else "pyr", 24),
        "object": "refund",
        "amount": amount,
        "balance_transaction": moment.names.id("txn", 24),
        "charge": charge["id"],
        "created": moment.now,
        "currency": charge["currency"],
        **({"destination_details": {"card": card, "type": "card"}} if by_card else {}),
        "metadata": metadata or {},
        "payment_intent": charge["payment_intent"],
        **({"pending_reason": "processing"} if status == "pending" else {}),
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }


def begun(refund: Object, charge: Object, moment: Moment) -> Change:
    """The money is taken from the balance; the charge counts it once it has arrived."""
    description = f"REFUND FOR {'CHARGE' if refund['id'].startswith('re_') else 'PAYMENT'}"
    name, amount = refund["balance_transaction"], -refund["amount"]
    taken = balance_transactions.made(name, refund, amount, "refund", moment, description=description)
    if refund["status"] == "pending":
        return Change((taken, refund), (("refund.created", refund),))
    charge = counted(charge, refund["amount"])
    return Change((taken, refund, charge), (("refund.created", refund), ("charge.refunded", charge)))


def arrived(refund: Object, charge: Object) -> Change:
    """What was pending has succeeded."""
    refund, charge = _no_longer_pending(refund, "succeeded"), counted(charge, refund["amount"])
    return Change((refund, charge), (*_updated(refund), ("charge.refunded", charge)))


def came_back(refund: Object, charge: Object, status: str, reason: str, moment: Moment) -> Change:
    """The money is back in the balance: the refund is `failed` or `canceled`, and the charge does not count it."""
    counts = refund["status"] == "succeeded"
    name = moment.names.id("txn", 24)
    failure = {"failure_balance_transaction": name, "failure_reason": reason}
    refund = _no_longer_pending(refund, status) | failure
    back = balance_transactions.made(name, refund, refund["amount"], "refund_failure", moment)
    kept = (back, refund, *((counted(charge, -refund["amount"]),) if counts else ()))
    failed = (("refund.failed", refund),) if status == "failed" else ()
    return Change(kept, (*failed, *_updated(refund)))


def changed(refund: Object) -> Change:
    """Other metadata."""
    return Change((refund,), _updated(refund))


def released(charge: Object, amount: int, moment: Moment, reason: str | None = None) -> tuple[Object, Object]:
    """Held money that is not taken after all: Stripe counts it as refunded. The charge, and its refund."""
    refund = {**made(charge, amount, moment, reason=reason), "balance_transaction": None}
    return counted(charge, amount), refund


def counted(charge: Object, amount: int) -> Object:
    """The charge with so much more refunded."""
    refunded = charge["amount_refunded"] + amount
    return {**charge, "amount_refunded": refunded, "refunded": refunded == charge["amount"]}


def _no_longer_pending(refund: Object, status: str) -> Object:
    return {name: value for name, value in refund.items() if name != "pending_reason"} | {"status": status}


def _updated(refund: Object) -> tuple[tuple[str, Object], ...]:
    return (("refund.updated", refund), ("charge.refund.updated", refund))
