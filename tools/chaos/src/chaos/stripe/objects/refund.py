"""A Refund: money on its way back."""

from typing import Any

from chaos.stripe.objects.payment_intent import PaymentIntent
from chaos.stripe.story import Object


class Refund:
    """One, of one payment; made in the dashboard, so that nothing in it names the order."""

    def __init__(self, intent: PaymentIntent, amount: int) -> None:
        self.story, self.intent, self.amount = intent.story, intent, amount
        self.id, self._created = self.story.name("re"), self.story.now

    def begun(self, status: str = "pending") -> None:
        """Somebody asked for it."""
        self.story.tell("refund.created", self._as(status))

    def done(self) -> None:
        """The buyer has the money."""
        self.story.tell(self._told_by(), self._as("succeeded"))

    def failed(self) -> None:
        """The bank sent the money back to us."""
        self.story.tell("refund.failed", self._as("failed", failure_reason="lost_or_stolen_card"))

    def canceled(self) -> None:
        """The buyer never said where to."""
        self.story.tell(self._told_by(), self._as("canceled"))

    def whole(self) -> None:
        """It is asked for and done, as cards do it; the charge tells the sum as well, which says nothing new."""
        at_once = self.story.chance(0.5)
        self.begun("succeeded" if at_once else "pending")
        if self.story.chance(0.5):
            back = self.intent.charge("succeeded", amount_refunded=self.amount)
            self.story.mention("charge.refunded", back)
        if not at_once:
            self.done()

    def _told_by(self) -> str:
        return "charge.refund.updated" if self.story.chance(0.3) else "refund.updated"

    def _as(self, status: str, **changes: Any) -> Object:
        return {
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "balance_transaction": None,
            "charge": self.intent.charge_id,
            "created": self._created,
            "currency": self.story.currency,
            "destination_details": {
                "card": {
                    "reference_status": "pending",
                    "reference_type": "acquirer_reference_number",
                    "type": "refund",
                },
                "type": "card",
            },
            "metadata": {},
            "payment_intent": self.intent.id,
            "reason": "requested_by_customer",
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": status,
            "transfer_reversal": None,
            **changes,
        }
