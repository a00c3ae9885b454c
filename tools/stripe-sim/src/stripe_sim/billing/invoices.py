"""Invoices: the operations. How one is paid is in `billing.py`, what it becomes in `invoice_object.py`."""

from stripe_sim.account import Account
from stripe_sim.billing import billing, invoice_object
from stripe_sim.billing.invoice_object import KIND, subscription_of
from stripe_sim.changes import Change
from stripe_sim.http.errors import invalid
from stripe_sim.http.metadata import merged
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page, same
from stripe_sim.http.parameters import EXPAND, LIST, Boolean, Created, Metadata, OneOf, Shape, Text
from stripe_sim.objects import Object

MAY = {
    "finalize": ("draft",),
    "pay": ("draft", "open", "uncollectible"),
    "void": ("open", "uncollectible"),
    "mark_uncollectible": ("open",),
}
"""The statuses in which each thing can be done. Source: Stripe documentation, "Status transitions and finalization"."""
LISTED = Shape(
    {
        **LIST,
        "collection_method": OneOf("charge_automatically", "send_invoice"),
        "created": Created(),
        "customer": Text(),
        "status": OneOf("draft", "open", "paid", "uncollectible", "void"),
        "subscription": Text(),
    }
)
UPDATE = Shape(
    {
        "auto_advance": Boolean(),
        "default_payment_method": Text(),
        "description": Text(1500, clearable=True),
        "expand": EXPAND,
        "metadata": Metadata(),
    }
)
PAY = Shape(
    {
        "expand": EXPAND,
        "off_session": Boolean(),
        "paid_out_of_band": Boolean(),
        "payment_method": Text(),
    }
)
ONLY = Shape({"expand": EXPAND})


def retrieve(account: Account, call: Call) -> Object:
    """One invoice."""
    return _found(account, call)


def listed(account: Account, call: Call) -> Object:
    """The invoices, newest first; those of one customer or subscription."""
    as_wanted = same(call.params, "collection_method", "customer", "status")
    subscription = call.params.get("subscription")

    def matches(invoice: Object) -> bool:
        return subscription in (None, subscription_of(invoice)) and as_wanted(invoice)

    return page(account.store, KIND, call.params, "/v1/invoices", matches)


def lines_of(account: Account, call: Call) -> Object:
    """All lines of an invoice: it has few."""
    lines: Object = _found(account, call)["lines"]
    return lines


def update(account: Account, call: Call) -> Object:
    """Other values, which change nothing of what is owed."""
    invoice, params = _found(account, call), call.params
    if "default_payment_method" in params:
        account.find("payment_method", params["default_payment_method"], param="default_payment_method", status=400)
    told: Object = {name: params[name] for name in ("default_payment_method", "description") if name in params}
    changed = {**invoice, **told, "metadata": merged(invoice["metadata"], params)}
    if "auto_advance" in params and not params["auto_advance"]:
        changed = invoice_object.at_rest(changed)
    if changed != invoice:
        account.apply(Change((changed,), (("invoice.updated", changed),)), call.cause)
    return changed


def finalize(account: Account, call: Call) -> Object:
    """The draft can be paid now."""
    invoice = _for("finalize", account, call)
    with account.time_of(invoice):
        return billing.finalize(account, invoice, call.cause)


def pay(account: Account, call: Call) -> Object:
    """Collect it now. Raises the card's error after it was written down."""
    invoice, params = _for("pay", account, call), call.params
    with account.time_of(invoice):
        if invoice["status"] == "draft":
            invoice = billing.finalize(account, invoice, call.cause)
        if invoice["status"] == "paid":
            return invoice
        if params.get("paid_out_of_band"):
            return billing.pay_out_of_band(account, invoice, call.cause)
        asked = {"off_session": True} if params.get("off_session") else {}
        paying = Call(asked, cause=call.cause, base_url=call.base_url)
        return billing.collect(account, invoice, params.get("payment_method"), paying)


def void(account: Account, call: Call) -> Object:
    """It shall not be paid, as if it had never been."""
    invoice = _for("void", account, call)
    with account.time_of(invoice):
        return billing.void(account, invoice, call.cause)


def mark_uncollectible(account: Account, call: Call) -> Object:
    """Nobody expects it to be paid."""
    invoice = _for("mark_uncollectible", account, call)
    with account.time_of(invoice):
        account.apply(invoice_object.uncollectible(invoice, account.moment().now), call.cause)
    return billing.again(account, invoice)


def _for(verb: str, account: Account, call: Call) -> Object:
    """The invoice, in a status in which this can be done."""
    invoice = _found(account, call)
    if invoice["status"] not in MAY[verb]:
        raise invalid(
            f"You can only {verb.replace('_', ' ')} an invoice with one of these statuses: {', '.join(MAY[verb])}. "
            f"This invoice is {invoice['status']}.",
            code="invoice_not_editable" if verb == "finalize" else None,
        )
    return invoice


def _found(account: Account, call: Call) -> Object:
    return account.find(KIND, call.ids["id"], param="invoice")


OPERATIONS = (
    Operation("GET", "/v1/invoices", listed, LISTED),
    Operation("GET", "/v1/invoices/{id}", retrieve, ONLY),
    Operation("POST", "/v1/invoices/{id}", update, UPDATE),
    Operation("GET", "/v1/invoices/{id}/lines", lines_of, Shape(LIST)),
    Operation("POST", "/v1/invoices/{id}/finalize", finalize, ONLY),
    Operation("POST", "/v1/invoices/{id}/pay", pay, PAY),
    Operation("POST", "/v1/invoices/{id}/void", void, ONLY),
    Operation("POST", "/v1/invoices/{id}/mark_uncollectible", mark_uncollectible, ONLY),
)
