"""The fact that an order was placed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Placed:
    """Somebody asked to buy this."""

    occurred_at: datetime
    order_id: str
    merchant_id: str
    currency: str
    amount: int
    reference: str = ""
    customer_id: str = ""
    metadata: str = "{}"
    """As JSON text with sorted keys, so that any two can be compared."""

    @property
    def key(self) -> tuple[str, ...]:
        """What there is one of: an order's placement."""
        return (self.order_id,)

    def join(self, other: "Placed") -> "Placed":
        """An order is placed once; should two events say so, the later one counts."""
        return max(self, other)

    def holds_in(self, known: object) -> bool:
        """Whether what is known now is what this one told."""
        return self == known
