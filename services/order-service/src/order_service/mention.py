"""The fact that something of Stripe's names an order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mention:
    """Something of Stripe's names this order: it exists, with or without a payment of its own.

    The texts are empty where Stripe's metadata said nothing.
    """

    order_id: str
    at: int
    currency: str
    merchant_id: str = ""
    reference: str = ""
    customer_id: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What there is one of: what all mentions of an order come to."""
        return (self.order_id,)

    def join(self, other: "Mention") -> "Mention":
        """The earliest that says whose the order is, else the earliest: what was written when it was opened."""
        return min(self, other, key=Mention._precedence)

    def holds_in(self, _: object) -> bool:
        """What it makes of the order is all that it says."""
        return False

    def _precedence(self) -> tuple[bool, int, str, str, str, str]:
        return not self.merchant_id, self.at, self.currency, self.merchant_id, self.reference, self.customer_id
