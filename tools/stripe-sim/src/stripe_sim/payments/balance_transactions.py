"""Balance transactions: what a charge, a refund or a dispute did to the account's balance.

Source: Stripe documentation, "Balance transaction types".
"""

from stripe_sim.account import Account
from stripe_sim.changes import Moment
from stripe_sim.http.money import Currency
from stripe_sim.http.operations import Call, Operation
from stripe_sim.http.pages import page, same
from stripe_sim.http.parameters import EXPAND, LIST, Created, Shape, Text
from stripe_sim.objects import Object

KIND = "balance_transaction"
FILTERS = ("currency", "source", "type")
LISTED = Shape({**LIST, "created": Created(), "currency": Currency(), "source": Text(), "type": Text()})
TWO_DAYS = 2 * 86_400
PAYMENT_TYPES = {
    "charge": "payment",
    "refund": "payment_refund",
    "refund_failure": "payment_failure_refund",
    "dispute": "adjustment",
    "dispute_reversal": "adjustment",
}
"""The type that each reporting category has where the money did not come by card."""
CARD_TYPES = PAYMENT_TYPES | {"charge": "charge", "refund": "refund", "refund_failure": "refund_failure"}


def listed(account: Account, call: Call) -> Object:
    """The balance transactions, newest first."""
    return page(account.store, KIND, call.params, "/v1/balance_transactions", same(call.params, *FILTERS))


def retrieve(account: Account, call: Call) -> Object:
    """One balance transaction."""
    return account.find(KIND, call.ids["id"], param="id")


def made(
    name: str, source: Object, amount: int, category: str, moment: Moment, *, fee: int = 0, description: str = ""
) -> Object:
    """The movement of `amount` (negative: away from the account), whose `fee` Stripe keeps besides."""
    by_card = not source["id"].startswith(("py_", "pyr_"))
    fees = {"amount": fee, "application": None, "currency": source["currency"], "type": "stripe_fee"}
    return {
        "id": name,
        "object": KIND,
        "amount": amount,
        "available_on": moment.now + TWO_DAYS,
        "balance_type": "payments",
        "created": moment.now,
        "currency": source["currency"],
        "description": description or None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [{**fees, "description": "Stripe processing fees"}] if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source["id"],
        "status": "pending",
        "type": (CARD_TYPES if by_card else PAYMENT_TYPES)[category],
    }


def of_charge(charge: Object, moment: Moment) -> Object:
    """What a captured charge brings: its amount, less 2.9 % and 30."""
    amount = charge["amount_captured"]
    fee = min(amount, amount * 29 // 1000 + 30)
    name = charge["balance_transaction"]
    return made(name, charge, amount, "charge", moment, fee=fee, description=charge["description"] or "")


OPERATIONS = (
    Operation("GET", "/v1/balance_transactions", listed, LISTED),
    Operation("GET", "/v1/balance_transactions/{id}", retrieve, Shape({"expand": EXPAND})),
)
