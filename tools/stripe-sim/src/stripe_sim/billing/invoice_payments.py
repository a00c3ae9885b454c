"""InvoicePayments: which PaymentIntent pays which invoice."""

from stripe_sim.account import Account
from stripe_sim.changes import Change, Moment
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page, same
from stripe_sim.http.parameters import EXPAND, LIST, Created, OneOf, Shape, Text
from stripe_sim.objects import Object

KIND = "invoice_payment"
LISTED = Shape(
    {
        **LIST,
        "created": Created(),
        "invoice": Text(),
        "payment": Shape({"payment_intent": Text(), "type": OneOf("payment_intent")}, required=("type",)),
        "status": OneOf("canceled", "open", "paid"),
    }
)


def retrieve(account: Account, call: Call) -> Object:
    """One payment of an invoice."""
    return account.find(KIND, call.ids["id"], param="invoice_payment")


def listed(account: Account, call: Call) -> Object:
    """The payments, newest first; those of one invoice or PaymentIntent."""
    as_wanted = same(call.params, "invoice", "status")
    intent = call.params.get("payment", {}).get("payment_intent")

    def matches(payment: Object) -> bool:
        return intent in (None, payment["payment"]["payment_intent"]) and as_wanted(payment)

    return page(account.store, KIND, call.params, "/v1/invoice_payments", matches)


def new(invoice: Object, intent: Object, moment: Moment) -> Object:
    """The payment that is asked for when an invoice is finalized."""
    return {
        "id": moment.names.id("inpay"),
        "object": KIND,
        "amount_paid": None,
        "amount_requested": intent["amount"],
        "created": moment.now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def paid(payment: Object, now: int) -> Change:
    """The PaymentIntent brought the money."""
    payment = {
        **payment,
        "amount_paid": payment["amount_requested"],
        "status": "paid",
        "status_transitions": {**payment["status_transitions"], "paid_at": now},
    }
    return Change((payment,), (("invoice_payment.paid", payment),))


def canceled(payment: Object, now: int) -> Change:
    """The PaymentIntent will not pay the invoice any more."""
    transitions = {**payment["status_transitions"], "canceled_at": now}
    return Change(({**payment, "status": "canceled", "status_transitions": transitions},))


def of_invoice(account: Account, invoice: Object) -> Object | None:
    """The invoice's own payment, from when it was finalized."""
    data = account.store.beside(invoice, "payments")["data"]
    return account.store.get(KIND, data[0]["id"]) if data else None


def put_beside(account: Account, invoice: Object, payment: Object | None) -> None:
    """Let the invoice show its payment where `payments` is asked for."""
    url = f"/v1/invoice_payments?invoice={invoice['id']}"
    data = [payment] if payment else []
    account.store.put_beside(invoice, "payments", {"object": "list", "data": data, "has_more": False, "url": url})


OPERATIONS = (
    Operation("GET", "/v1/invoice_payments", listed, LISTED),
    Operation("GET", "/v1/invoice_payments/{id}", retrieve, Shape({"expand": EXPAND})),
)
