"""A Dispute: a buyer's complaint with the bank, or the bank's question before it."""

from chaos.stripe.objects.payment_intent import PaymentIntent
from chaos.stripe.story import Object

A_WEEK = 604_800


class Dispute:
    """One, of one payment."""

    def __init__(self, intent: PaymentIntent, amount: int | None = None) -> None:
        self.story, self.intent = intent.story, intent
        self.amount = intent.received if amount is None else amount
        self.id, self._created = self.story.name("du"), self.story.now
        self._moved: list[Object] = []

    def opened(self, status: str = "needs_response") -> None:
        """The bank told Stripe."""
        self.story.tell("charge.dispute.created", self._as(status))

    def withdrawn(self, status: str = "needs_response") -> None:
        """Stripe took the money meanwhile, which decides nothing."""
        self._moved.append(self._movement(-self.amount))
        self.story.tell("charge.dispute.funds_withdrawn", self._as(status))

    def updated(self, status: str) -> None:
        """Where it stands has changed."""
        self.story.tell("charge.dispute.updated", self._as(status))

    def closed(self, status: str) -> None:
        """It is decided."""
        self.story.tell("charge.dispute.closed", self._as(status))

    def reinstated(self) -> None:
        """Stripe gave the money back after it was won."""
        self._moved.append(self._movement(self.amount))
        self.story.tell("charge.dispute.funds_reinstated", self._as("won"))

    def _movement(self, amount: int) -> Object:
        return {
            "id": self.story.name("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": self.story.now + 900,
            "created": self.story.now,
            "currency": self.story.currency,
            "description": f"Chargeback for {self.intent.charge_id}",
            "exchange_rate": None,
            "fee": 1500 if amount < 0 else 0,
            "fee_details": [],
            "net": amount - 1500 if amount < 0 else amount,
            "reporting_category": "dispute",
            "source": self.id,
            "status": "available",
            "type": "adjustment",
        }

    def _as(self, status: str) -> Object:
        return {
            "id": self.id,
            "object": "dispute",
            "amount": self.amount,
            "balance_transactions": list(self._moved),
            "charge": self.intent.charge_id,
            "created": self._created,
            "currency": self.story.currency,
            "enhanced_eligibility_types": [],
            "evidence": {"access_activity_log": None, "product_description": None, "uncategorized_text": None},
            "evidence_details": {
                "due_by": self._created + A_WEEK,
                "enhanced_eligibility": {},
                "has_evidence": status.endswith("under_review"),
                "past_due": False,
                "submission_count": int(status.endswith("under_review")),
            },
            "intended_submission_method": "manual",
            "is_charge_refundable": status.startswith("warning"),
            "livemode": False,
            "metadata": {},
            "payment_intent": self.intent.id,
            "payment_method_details": {
                "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10"},
                "type": "card",
            },
            "reason": "fraudulent",
            "status": status,
        }
