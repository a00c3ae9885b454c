"""What an order and a subscription must be, derived from Stripe's own objects and from nothing of order-service.

order-service folds events; nothing here looks into one. Both must come to the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
KINDS = (
    "payment_intents",
    "charges",
    "refunds",
    "disputes",
    "checkout/sessions",
    "subscriptions",
    "invoices",
    "invoice_payments",
    "balance_transactions",
    "events",
)
FIRST_OF = (
    "dispute_lost",
    "disputed",
    "partially_refunded",
    "paid",
    "authorized",
    "processing",
    "refunded",
    "requires_action",
    "payment_failed",
    "pending",
    "expired",
    "canceled",
)
"""Of all that an order's payments, disputes and pages mean, the first counts."""
INTENT_MEANS = {
    "requires_payment_method": ("open", "pending"),
    "requires_confirmation": ("open", "pending"),
    "requires_action": ("requires_action", "requires_action"),
    "processing": ("processing", "processing"),
    "requires_capture": ("authorized", "authorized"),
    "canceled": ("canceled", "canceled"),
    "succeeded": ("succeeded", "paid"),
}
"""A PaymentIntent's status as a payment's, and as its order's."""
PAGE_MEANS = {"open": "pending", "expired": "expired"}
"""A completed page means what its PaymentIntent means."""


@dataclass(frozen=True)
class Stripe:
    """All objects of an account, by what their list is called and by id."""

    objects: Mapping[str, Mapping[str, Object]]

    def of(self, kind: str, **members: Any) -> list[Object]:
        """Those of one kind whose members are so, the oldest first."""
        found = [one for one in self.objects[kind].values() if all(one[name] == is_ for name, is_ in members.items())]
        return found[::-1]

    def intents_of(self, order_id: str) -> list[Object]:
        """The PaymentIntents that name the order."""
        return [one for one in self.of("payment_intents") if one["metadata"].get("order_id") == order_id]

    def sessions_of(self, order_id: str) -> list[Object]:
        """The Checkout Sessions that name the order."""
        return [one for one in self.of("checkout/sessions") if one["metadata"].get("order_id") == order_id]

    def refunds_of(self, intent: Object) -> list[Object]:
        """Its refunds. Held money that was let go moved none, though Stripe calls that a refund, too."""
        refunds = self.of("refunds", payment_intent=intent["id"])
        return [refund for refund in refunds if refund["balance_transaction"]]

    def disputes_of(self, intent: Object) -> list[Object]:
        """Its disputes and inquiries."""
        return self.of("disputes", payment_intent=intent["id"])

    def events_about(self, ids: Iterable[str]) -> set[str]:
        """The events about these objects, or about something that names one of them."""
        wanted = set(ids)
        return {name for name, event in self.objects["events"].items() if wanted & _named_in(event["data"]["object"])}


def _named_in(thing: Object) -> set[str]:
    return {thing.get("id", ""), thing.get("payment_intent") or "", thing.get("subscription") or ""}


def order_by_stripe(stripe: Stripe, order_id: str, ordered: int) -> Object:
    """What the read API must tell of an order for which so much was asked."""
    intents, sessions = stripe.intents_of(order_id), stripe.sessions_of(order_id)
    status = _status(stripe, intents, sessions)
    return {
        "status": status,
        "amount": ordered,
        "captured": sum(intent["amount_received"] for intent in intents),
        "refunded": sum(refunded(stripe, intent) for intent in intents),
        "disputed": sum(
            dispute["amount"] for intent in intents for dispute in stripe.disputes_of(intent) if at_stake(dispute)
        ),
        "flags": _flags(stripe, intents, ordered, status),
        "payments": {one["id"]: (payment_status(one), one["amount"], one["amount_received"]) for one in intents},
        "refunds": {one["id"]: _refund(one) for intent in intents for one in stripe.refunds_of(intent)},
        "disputes": {one["id"]: _dispute(one) for intent in intents for one in stripe.disputes_of(intent)},
        "checkout_sessions": {one["id"]: _session_status(stripe, one) for one in sessions},
    }


def refunded(stripe: Stripe, intent: Object) -> int:
    """How much of a payment went back and stayed there."""
    return sum(refund["amount"] for refund in stripe.refunds_of(intent) if refund["status"] == "succeeded")


def payment_status(intent: Object) -> str:
    """A payment's status; to want another card after an error is to have failed."""
    failed = intent["status"] == "requires_payment_method" and intent["last_payment_error"]
    return "failed" if failed else INTENT_MEANS[intent["status"]][0]


def at_stake(dispute: Object) -> bool:
    """Whether a dispute has taken the money, so far or for good; an inquiry never has."""
    return dispute["status"] in ("needs_response", "under_review", "lost")


def _status(stripe: Stripe, intents: list[Object], sessions: list[Object]) -> str:
    meant = {_intent_means(stripe, intent) for intent in intents}
    meant |= {PAGE_MEANS[session["status"]] for session in sessions if session["status"] in PAGE_MEANS}
    at_bank = [dispute["status"] for intent in intents for dispute in stripe.disputes_of(intent) if at_stake(dispute)]
    meant |= {"dispute_lost" if status == "lost" else "disputed" for status in at_bank}
    return next(status for status in FIRST_OF if status in meant)


def _intent_means(stripe: Stripe, intent: Object) -> str:
    back = refunded(stripe, intent)
    if back:
        return "refunded" if back == intent["amount_received"] else "partially_refunded"
    return "payment_failed" if payment_status(intent) == "failed" else INTENT_MEANS[intent["status"]][1]


def _flags(stripe: Stripe, intents: list[Object], ordered: int, status: str) -> list[str]:
    keeping = [intent for intent in intents if _kept(stripe, intent) > 0]
    bound = [intent for intent in intents if intent["status"] in ("requires_capture", "succeeded")]
    raised = {
        "amount_mismatch": any(intent["amount"] != ordered for intent in bound),
        "overpaid": len(keeping) > 1,
        "underpaid": status == "paid" and sum(intent["amount"] for intent in keeping) < ordered,
    }
    return [flag for flag, is_raised in raised.items() if is_raised]


def _kept(stripe: Stripe, intent: Object) -> int:
    lost = sum(dispute["amount"] for dispute in stripe.disputes_of(intent) if dispute["status"] == "lost")
    return int(intent["amount_received"] - refunded(stripe, intent) - lost)


def _refund(refund: Object) -> tuple[object, ...]:
    reasons = refund["reason"], refund.get("failure_reason")
    return refund["payment_intent"], refund["status"], refund["amount"], *reasons


def _dispute(dispute: Object) -> tuple[object, ...]:
    withdrawn = sum(moved["amount"] for moved in dispute["balance_transactions"]) < 0
    return dispute["payment_intent"], dispute["status"], dispute["amount"], dispute["reason"], withdrawn


def _session_status(stripe: Stripe, session: Object) -> str:
    if session["status"] != "complete":
        return str(session["status"])
    if session["payment_status"] == "paid":
        return "paid"
    failed = payment_status(stripe.objects["payment_intents"][session["payment_intent"]]) != "processing"
    return "failed" if failed else "awaiting_funds"


def subscription_by_stripe(stripe: Stripe, stripe_id: str) -> Object:
    """What the read API must tell of a subscription."""
    thing = stripe.objects["subscriptions"][stripe_id]
    items = thing["items"]["data"]
    return {
        "status": thing["status"],
        "currency": thing["currency"],
        "items": {item["price"]["id"]: (item["quantity"], item["price"]["unit_amount"]) for item in items},
        "cancel_at_period_end": thing["cancel_at_period_end"],
        "current_period_end": min(item["current_period_end"] for item in items),
        "trial_end": thing["trial_end"],
        "invoices": {one["id"]: _invoice(stripe, one) for one in invoices_of(stripe, stripe_id)},
    }


def invoices_of(stripe: Stripe, stripe_id: str) -> list[Object]:
    """The subscription's invoices."""
    return [
        invoice
        for invoice in stripe.of("invoices")
        if invoice["parent"]["subscription_details"]["subscription"] == stripe_id
    ]


def _invoice(stripe: Stripe, invoice: Object) -> tuple[object, ...]:
    paid_by = [one["payment"]["payment_intent"] for one in stripe.of("invoice_payments", invoice=invoice["id"])]
    intents = [stripe.objects["payment_intents"][name] for name in paid_by]
    settled_without = invoice["status"] == "paid" and not invoice["amount_paid"]
    status = "nothing_due" if settled_without else invoice["status"]
    payments = tuple((one["id"], payment_status(one), one["amount_received"]) for one in intents)
    return status, invoice["currency"], invoice["amount_due"], invoice["amount_paid"], payments


def moved_by(stripe: Stripe, order_ids: Iterable[str]) -> Counter[str]:
    """What these orders brought to the account's balance, by currency and before Stripe's fees: by what moved it."""
    intents = {intent["id"] for order_id in order_ids for intent in stripe.intents_of(order_id)}
    causes = [one for kind in ("charges", "refunds", "disputes") for one in stripe.of(kind)]
    sources = {one["id"] for one in causes if one["payment_intent"] in intents}
    money: Counter[str] = Counter()
    for moved in stripe.of("balance_transactions"):
        if moved["source"] in sources:
            money[moved["currency"]] += moved["amount"]
    return money
