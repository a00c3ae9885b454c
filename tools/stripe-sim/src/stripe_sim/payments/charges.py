"""Charges: one for each attempt to take the money."""

from stripe_sim.account import Account
from stripe_sim.changes import Moment
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page
from stripe_sim.http.parameters import EXPAND, LIST, Created, Shape, Text
from stripe_sim.objects import Object
from stripe_sim.payments import balance_transactions
from stripe_sim.payments.test_cards import BY_FINGERPRINT, Declines, Instrument

LISTED = Shape({**LIST, "created": Created(), "payment_intent": Text(), "customer": Text(), "transfer_group": Text()})


def listed(account: Account, call: Call) -> Object:
    """The charges, newest first; those of one PaymentIntent or customer."""
    wanted = {
        name: call.params[name] for name in ("payment_intent", "customer", "transfer_group") if name in call.params
    }

    def matches(charge: Object) -> bool:
        return all(charge[name] == value for name, value in wanted.items())

    return page(account.store, "charge", call.params, "/v1/charges", matches)


def retrieve(account: Account, call: Call) -> Object:
    """One charge."""
    return account.find("charge", call.ids["id"], param="id")


def behind(account: Account, thing: Object) -> Object | None:
    """The charge itself, or the latest of a PaymentIntent."""
    if thing["object"] == "charge":
        return thing
    return account.store.get("charge", thing["latest_charge"]) if thing["latest_charge"] else None


def instrument(charge: Object) -> Instrument:
    """The test card or test bank account that was charged."""
    details = charge["payment_method_details"]
    return BY_FINGERPRINT[details[details["type"]]["fingerprint"]]


def made(intent: Object, method: Object, status: str, moment: Moment) -> Object:
    """A charge of the whole amount: `succeeded`, `failed` or `pending`, and not captured yet."""
    name = moment.names.id("ch" if method["type"] == "card" else "py", 24)
    return {
        "id": name,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": None,
        "captured": False,
        "created": moment.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": None if status == "pending" else _APPROVED,
        "paid": status == "succeeded",
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(method),
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": status,
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
    }


def succeeded(charge: Object) -> Object:
    """The charge once the bank said yes."""
    return {**charge, "paid": True, "status": "succeeded", "outcome": _APPROVED}


def captured(charge: Object, amount: int, moment: Moment) -> tuple[Object, Object]:
    """The charge once so much of the money has come, and what that did to the balance."""
    transaction = moment.names.id("txn", 24)
    charge = {**charge, "amount_captured": amount, "balance_transaction": transaction, "captured": True}
    return charge, balance_transactions.of_charge(charge, moment)


def failed(charge: Object, refusal: Declines) -> Object:
    """The charge once it was refused."""
    return {
        **charge,
        "failure_code": refusal.code,
        "failure_message": refusal.message,
        "outcome": _APPROVED
        | {
            "network_status": "declined_by_network",
            "reason": refusal.decline_code or refusal.code,
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        },
        "paid": False,
        "status": "failed",
    }


_APPROVED: Object = {
    "advice_code": None,
    "network_advice_code": None,
    "network_decline_code": None,
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "normal",
    "risk_score": 20,
    "seller_message": "Payment complete.",
    "type": "authorized",
}


_SHOWN = {
    "card": ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet"),
    "us_bank_account": (
        "account_holder_type",
        "account_type",
        "bank_name",
        "fingerprint",
        "last4",
        "routing_number",
    ),
    "sepa_debit": ("bank_code", "branch_code", "country", "fingerprint", "last4"),
}
"""What a charge tells of its payment method."""


def _details(method: Object) -> Object:
    kind = method["type"]
    own = method[kind]
    shown = {name: own[name] for name in _SHOWN[kind]}
    if kind == "card":
        shown |= {"installments": None, "mandate": None, "network": own["brand"], "three_d_secure": None}
    return {kind: shown, "type": kind}


OPERATIONS = (
    Operation("GET", "/v1/charges", listed, LISTED),
    Operation("GET", "/v1/charges/{id}", retrieve, Shape({"expand": EXPAND})),
)
