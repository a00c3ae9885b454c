"""What is known of one dispute."""

from dataclasses import dataclass, replace

from order_service.statuses import DISPUTE, DISPUTE_MEANING, DisputeStatus
from tillstream_contracts import OrderStatus


@dataclass(frozen=True, slots=True)
class Dispute:
    """A buyer's complaint with the bank about one payment, or an inquiry before it: one Dispute of Stripe's."""

    status: DisputeStatus
    at: int
    """The second in which this was told."""
    amount: int
    currency: str
    reason: str = ""
    created_at: int = 0
    withdrawn: bool = False
    """Whether Stripe has ever taken the money for it, which decides nothing."""
    reinstated: bool = False
    """Whether Stripe has ever given it back."""
    respond_by: int = 0
    """The second until which the bank waits for an answer; 0 if it takes none."""

    @property
    def meaning(self) -> OrderStatus | None:
        """What it makes of the order; None if nothing."""
        return DISPUTE_MEANING[self.status]

    @property
    def is_lost(self) -> bool:
        """Whether the money is gone."""
        return self.status is DisputeStatus.LOST

    @property
    def funds_withdrawn(self) -> bool:
        """Whether Stripe holds the money at present."""
        return self.withdrawn and not self.reinstated

    def join(self, other: "Dispute") -> "Dispute":
        """The later of the two, and what both know of the money."""
        later = max(self, other, key=Dispute._precedence)
        withdrawn, reinstated = self.withdrawn or other.withdrawn, self.reinstated or other.reinstated
        return replace(later, withdrawn=withdrawn, reinstated=reinstated)

    def _precedence(self) -> tuple[int, int, int, int, str, str, int, int]:
        stage, rank = DISPUTE[self.status]
        return stage, self.at, rank, self.amount, self.currency, self.reason, self.created_at, self.respond_by
