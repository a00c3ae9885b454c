"""What is known of one refund."""

from dataclasses import dataclass

from order_service.statuses import REFUND, RefundStatus


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back to the buyer, or there: one Refund of Stripe's, of one payment."""

    status: RefundStatus
    at: int
    """The second in which this was told."""
    amount: int
    currency: str
    reason: str = ""
    failure_reason: str = ""
    created_at: int = 0

    @property
    def is_done(self) -> bool:
        """Whether the buyer has the money: only then it counts."""
        return self.status is RefundStatus.SUCCEEDED

    def join(self, other: "Refund") -> "Refund":
        """The one that went further; of two that went as far, the later."""
        return max(self, other, key=Refund._precedence)

    def _precedence(self) -> tuple[int, int, int, str, str, str, int]:
        particulars = self.amount, self.currency, self.reason, self.failure_reason, self.created_at
        return REFUND[self.status], self.at, *particulars
