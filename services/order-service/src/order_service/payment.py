"""What is known of one payment with its refunds and disputes, and how two states of that knowledge become one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple, TypeVar

from order_service import attempts
from order_service.attempts import Attempts
from order_service.dispute import Dispute
from order_service.refund import Refund
from order_service.statuses import PAYMENT, PaymentStatus


class Telling(NamedTuple):
    """A payment's particulars as one event told them; the greatest counts, so ties end the same everywhere."""

    final: int
    at: int
    rank: int
    status: PaymentStatus
    amount: int
    currency: str
    customer_id: str
    error: str


class Namer(IntEnum):
    """Who says which order a payment belongs to; the greatest is believed."""

    NOBODY = 0
    OTHER = 1
    """Something else about it, by its own metadata: a session, a refund, a dispute, a charge."""
    ITSELF = 2
    """The payment's metadata, or who opened it."""
    OPERATOR = 3
    """A person of the merchant's, who attached it."""


class Named(NamedTuple):
    """Which order a payment belongs to, who said so and when; the greatest counts."""

    by: int
    at: int
    """In seconds; of an operator's words, which may follow each other quickly, in microseconds."""
    order_id: str
    merchant_id: str = ""
    """Whose order it is, where whoever named it said so."""

    @property
    def second(self) -> int:
        """When, in seconds."""
        return self.at // 1_000_000 if self.by == Namer.OPERATOR else self.at


NOBODY = Named(Namer.NOBODY, 0, "")


@dataclass(frozen=True, slots=True)
class Payment:
    """One PaymentIntent: its final word if there is one, else how its latest attempts stand; and what went back."""

    payment_id: str
    telling: Telling
    named: Named = NOBODY
    captured: int = 0
    attempts: Attempts = field(default_factory=dict)
    """Those told of in the second `attempted_at`."""
    attempted_at: int = 0
    refunds: Mapping[str, Refund] = field(default_factory=dict)
    disputes: Mapping[str, Dispute] = field(default_factory=dict)
    charge_refunded: int = 0
    """The most that its charge was ever told to have given back, where Stripe tells it without each refund."""

    @property
    def order_id(self) -> str | None:
        """The order it belongs to; None makes it an unmatched payment."""
        return self.named.order_id or None

    @property
    def status(self) -> PaymentStatus:
        """Derived: a final status beats all others, an attempt under way beats one that failed."""
        return self.telling.status if self.final or not self.attempts else attempts.standing(self.attempts)

    @property
    def error(self) -> str | None:
        """Why it failed, while it has."""
        return (self.telling.error or None) if self.status is PaymentStatus.FAILED else None

    @property
    def final(self) -> bool:
        """Whether nothing but money that came in after all can change its status."""
        return self.telling.final > 0

    @property
    def refunded(self) -> int:
        """How much of what was captured went back.

        What its charge was told to have given back counts at least, less what is known not to be done or done no more:
        that is never more than the truth, and all of it is the truth once each refund is known.
        """
        if not self.refunds and not self.charge_refunded:
            return 0
        done = sum(refund.amount for refund in self.refunds.values() if refund.is_done)
        not_done = sum(refund.amount for refund in self.refunds.values() if not refund.is_done)
        return min(self.captured, max(done, self.charge_refunded - not_done))

    @property
    def lost(self) -> int:
        """How much the buyer's bank took back for good."""
        return sum(dispute.amount for dispute in self.disputes.values() if dispute.is_lost) if self.disputes else 0

    @property
    def keeps_money(self) -> bool:
        """Whether any of what it brought is still there."""
        return self.captured > self.refunded + self.lost

    @property
    def seen(self) -> tuple[object, ...]:
        """All that is shown of it."""
        went_back = self.refunded, self.refunds, self.disputes
        return self.status, self.captured, self.telling[4:], *went_back

    def looks_like(self, other: "Payment") -> bool:
        """Whether nobody outside could tell the two apart."""
        return (self.seen, self.named) == (other.seen, other.named)

    def holds_in(self, known: "Payment") -> bool:
        """Whether all that this one tells is how things still stand."""
        told = self.telling.final < 0 or (self.telling.at == known.telling.at and self.status is known.status)
        return (
            told
            and (self.named.by < Namer.OPERATOR or self.named == known.named)
            and self.charge_refunded in (0, known.charge_refunded)
            and all(refund.status is known.refunds[key].status for key, refund in self.refunds.items())
            and all(dispute.status is known.disputes[key].status for key, dispute in self.disputes.items())
        )

    def in_words(self, told: "Payment") -> str:
        """How that stands now of which `told` told."""
        if told.named.by == Namer.OPERATOR:
            return f"payment {self.payment_id} belongs to order {self.order_id}"
        refunds = [f"refund {key} is {self.refunds[key].status}" for key in told.refunds]
        disputes = [f"dispute {key} is {self.disputes[key].status}" for key in told.disputes]
        return ", ".join([*refunds, *disputes]) or f"payment {self.payment_id} is {self.status}"

    def join(self, other: "Payment") -> "Payment":
        """All that both know of the same payment."""
        tried, tried_at = _join_attempts(self, other)
        return Payment(
            self.payment_id,
            telling=max(self.telling, other.telling),
            named=max(self.named, other.named),
            captured=max(self.captured, other.captured),
            attempts=tried,
            attempted_at=tried_at,
            refunds=_join_parts(self.refunds, other.refunds),
            disputes=_join_parts(self.disputes, other.disputes),
            charge_refunded=max(self.charge_refunded, other.charge_refunded),
        )


def payment_told(
    payment_id: str,
    status: PaymentStatus,
    *,
    at: int,
    amount: int,
    currency: str,
    captured: int = 0,
    order_id: str | None = None,
    merchant_id: str = "",
    named_by: Namer = Namer.ITSELF,
    attempt: str = "",
    customer_id: str = "",
    error: str = "",
) -> Payment:
    """A payment as one event tells it, `at` being that event's second."""
    final, rank, _ = PAYMENT[status]
    telling = Telling(final, at, rank, status, amount, currency, customer_id, error)
    named = Named(named_by, at, order_id, merchant_id) if order_id else NOBODY
    if final:
        return Payment(payment_id, telling, named, captured)
    return Payment(payment_id, telling, named, captured, {attempt: status}, at)


def payment_behind(
    payment_id: str,
    currency: str,
    named: Named,
    *,
    refunds: Mapping[str, Refund] | None = None,
    disputes: Mapping[str, Dispute] | None = None,
    charge_refunded: int = 0,
) -> Payment:
    """A payment of which something else tells: that it exists, and what is of it."""
    status = PaymentStatus.UNKNOWN
    telling = Telling(PAYMENT[status].final, 0, 0, status, 0, currency, "", "")
    return Payment(payment_id, telling, named, 0, {}, 0, refunds or {}, disputes or {}, charge_refunded)


def _join_attempts(a: Payment, b: Payment) -> tuple[Attempts, int]:
    """The attempts of the later second, or of both."""
    if a.attempted_at != b.attempted_at or not (a.attempts and b.attempts):
        later = max(a, b, key=lambda payment: (bool(payment.attempts), payment.attempted_at))
        return later.attempts, later.attempted_at
    return attempts.join(a.attempts, b.attempts), a.attempted_at


P = TypeVar("P", Refund, Dispute)


def _join_parts(a: Mapping[str, P], b: Mapping[str, P]) -> Mapping[str, P]:
    """By id, each as far as either knows."""
    if not b or a == b:
        return a
    joined = dict(a)
    for key, part in b.items():
        joined[key] = joined[key].join(part) if key in joined else part
    return joined
