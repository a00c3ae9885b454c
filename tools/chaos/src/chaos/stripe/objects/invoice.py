"""An Invoice: what a subscription asks for one period."""

from typing import Any

from chaos.stripe.objects.payment_intent import PaymentIntent
from chaos.stripe.objects.subscription import Subscription
from chaos.stripe.story import Object


class Invoice:
    """One, and the payment that it waits for. The first of a subscription is number 1."""

    def __init__(self, subscription: Subscription, number: int, *, amount: int | None = None) -> None:
        self.story, self.subscription, self.number = subscription.story, subscription, number
        self.amount = self.story.amount if amount is None else amount
        self.id, self._created = self.story.name("in"), self.story.now
        self._attempts = 0
        self.intent: PaymentIntent | None = None

    def finalized(self) -> None:
        """It is written and may be paid."""
        self.subscription.latest_invoice = self.id
        self._tell("created", "draft")
        self._tell("finalized", "open")
        if self.amount:
            self.intent = PaymentIntent(self.story, named=False, amount=self.amount, invoice=self.id)
            self.intent.created()

    def paid(self) -> None:
        """It is settled, with money if it asked for any."""
        if self.intent:
            self._attempts += 1
            self.intent.succeeded()
            self.story.tell("invoice_payment.paid", self._payment(self.intent))
        self._tell("paid", "paid", amount_paid=self.amount, amount_remaining=0)
        self._tell("payment_succeeded", "paid", amount_paid=self.amount, amount_remaining=0)

    def failed(self) -> None:
        """A try to collect it did not work."""
        self._attempts += 1
        if self.intent:
            self.intent.declined()
        self._tell("payment_failed", "open")

    def voided(self) -> None:
        """Nobody has to pay it any more."""
        if self.intent:
            self.intent.canceled()
        self._tell("voided", "void")

    def written_off(self) -> None:
        """Nobody hopes for its money."""
        self._tell("marked_uncollectible", "uncollectible")

    def _tell(self, happened: str, status: str, **changes: Any) -> None:
        self.story.tell(f"invoice.{happened}", self._as(status, **changes))

    def _payment(self, intent: PaymentIntent) -> Object:
        return {
            "id": f"inpay_{self.id[3:]}",
            "object": "invoice_payment",
            "amount_paid": self.amount,
            "amount_requested": self.amount,
            "created": self._created,
            "currency": self.story.currency,
            "invoice": self.id,
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent.id, "type": "payment_intent"},
            "status": "paid",
            "status_transitions": {"canceled_at": None, "paid_at": self.story.now},
        }

    def _as(self, status: str, **changes: Any) -> Object:
        of = {"metadata": self.subscription.metadata, "subscription": self.subscription.id}
        return {
            "id": self.id,
            "object": "invoice",
            "amount_due": self.amount,
            "amount_paid": 0,
            "amount_remaining": self.amount,
            "attempt_count": self._attempts,
            "attempted": self._attempts > 0,
            "auto_advance": status in ("draft", "open"),
            "billing_reason": "subscription_create" if self.number == 1 else "subscription_cycle",
            "collection_method": "charge_automatically",
            "confirmation_secret": None,
            "created": self._created,
            "currency": self.story.currency,
            "customer": f"cus_S{self.subscription.ours[6:]}",
            "hosted_invoice_url": None,
            "last_finalization_error": None,
            "livemode": False,
            "metadata": {},
            "next_payment_attempt": None,
            "number": None if status == "draft" else f"CHAOS-{self.number:04}",
            "parent": {"quote_details": None, "subscription_details": of, "type": "subscription_details"},
            "period_end": self._created,
            "period_start": self._created,
            "status": status,
            "subtotal": self.amount,
            "total": self.amount,
            "total_taxes": [],
            **changes,
        }
