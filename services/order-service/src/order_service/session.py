"""What is known of one hosted Checkout Session."""

from dataclasses import dataclass

from order_service.statuses import SESSION, SessionStatus


@dataclass(frozen=True, slots=True)
class Session:
    """One hosted Checkout Session of one order."""

    order_id: str
    session_id: str
    status: SessionStatus
    amount: int
    currency: str
    payment_id: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What there is one of: a session, in each order that it was told to be of."""
        return self.order_id, self.session_id

    def join(self, other: "Session") -> "Session":
        """The one that went further."""
        return max(self, other, key=lambda told: (SESSION[told.status], told.payment_id, told.amount, told.currency))

    def holds_in(self, known: object) -> bool:
        """Whether it still stands as this one told."""
        return isinstance(known, Session) and self.status is known.status
