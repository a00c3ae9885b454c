"""What is known of an order, and how two states of knowledge become one.

Every fact is a small state of its own kind: a payment as one event tells it is a `Payment`. `join` of two
is commutative, associative and idempotent, so the order, the number and the grouping of events never matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from order_service.mention import Mention
from order_service.payment import Payment
from order_service.placed import Placed
from order_service.session import Session
from order_service.shares import Shares, exchanged, shares_of

Part = Placed | Session | Mention
"""A fact about just one order. Payments are none: one may move to another order."""


@dataclass(frozen=True, slots=True)
class Order:
    """Everything known of one order.

    Each event makes it anew a few times, by plain construction: `replace` takes four times as long.
    """

    order_id: str
    placed: Placed | None = None
    payments: Mapping[str, Payment] = field(default_factory=dict)
    sessions: Mapping[str, Session] = field(default_factory=dict)
    mention: Mention | None = None
    shares: Shares = field(default_factory=dict)
    """What its payments add to it."""

    @property
    def is_told_of(self) -> bool:
        """Whether any fact is known of it."""
        return bool(self.placed or self.payments or self.sessions or self.mention)

    def with_payment(self, payment: Payment) -> "Order":
        """And it has this payment, in place of what was known of it."""
        known = self.payments.get(payment.payment_id)
        return self._with({**self.payments, payment.payment_id: payment}, exchanged(self.shares, known, payment))

    def without_payment(self, payment_id: str) -> "Order":
        """But this payment belongs to another order."""
        others = {key: known for key, known in self.payments.items() if key != payment_id}
        return self._with(others, exchanged(self.shares, self.payments.get(payment_id), None))

    def with_all(self, payments: Iterable[Payment]) -> "Order":
        """And it has just these payments."""
        found = {payment.payment_id: payment for payment in payments}
        return self._with(found, shares_of(found.values()))

    def with_part(self, part: Part) -> "Order":
        """And it has this, in place of what was known of the same."""
        match part:
            case Placed():
                return Order(self.order_id, part, self.payments, self.sessions, self.mention, self.shares)
            case Mention():
                return Order(self.order_id, self.placed, self.payments, self.sessions, part, self.shares)
            case Session():
                sessions = {**self.sessions, part.session_id: part}
                return Order(self.order_id, self.placed, self.payments, sessions, self.mention, self.shares)

    def _with(self, payments: Mapping[str, Payment], shares: Shares) -> "Order":
        return Order(self.order_id, self.placed, payments, self.sessions, self.mention, shares)

    def joined_with(self, part: Part) -> Part:
        """What is known of the same once this is known, too."""
        match part:
            case Placed():
                return _joined(self.placed, part)
            case Mention():
                return _joined(self.mention, part)
            case Session():
                return _joined(self.sessions.get(part.session_id), part)

    def known_of(self, part: Part) -> Part | None:
        """What is known of the same."""
        match part:
            case Placed():
                return self.placed
            case Mention():
                return self.mention
            case Session():
                return self.sessions.get(part.session_id)


P = TypeVar("P", Placed, Mention, Session)


def _joined(known: P | None, told: P) -> P:
    return known.join(told) if known else told
