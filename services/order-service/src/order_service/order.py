"""What is known of an order, and how two states of knowledge become one.

Every fact is a small state of its own kind: a payment as one event tells it is a `Payment`. `join` of two
is commutative, associative and idempotent, so the order, the number and the grouping of events never matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from order_service.statuses import PAYMENT, SESSION, PaymentStatus, SessionStatus


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

    def join(self, other: "Placed") -> "Placed":
        """An order is placed once; should two events say so, the later one counts."""
        return max(self, other)


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

    def join(self, other: "Mention") -> "Mention":
        """The earliest that says whose the order is, else the earliest: what was written when it was opened."""
        return min(self, other, key=Mention._precedence)

    def _precedence(self) -> tuple[bool, int, str, str, str, str]:
        return not self.merchant_id, self.at, self.currency, self.merchant_id, self.reference, self.customer_id


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


class Named(NamedTuple):
    """Which order a payment belongs to, and when that was said; the latest counts."""

    at: int
    order_id: str


NOBODY = Named(0, "")


@dataclass(frozen=True, slots=True)
class Payment:
    """One PaymentIntent: its final word if there is one, else how its latest attempts stand."""

    payment_id: str
    telling: Telling
    named: Named
    captured: int
    attempts: Mapping[str, PaymentStatus] = field(default_factory=dict)
    """Those told of in the second `attempted_at`, as seconds are all that Stripe's clock has: by payment method and the
    latest charge that the event knew of, if any."""
    attempted_at: int = 0

    @property
    def order_id(self) -> str | None:
        """The order it belongs to; None makes it an unmatched payment."""
        return self.named.order_id or None

    @property
    def status(self) -> PaymentStatus:
        """Derived: a final status beats all others, an attempt under way beats one that failed."""
        if self.final:
            return self.telling.status
        if len(self.attempts) == 1:
            return next(iter(self.attempts.values()))
        standing = [status for attempt, status in self.attempts.items() if not _charged_since(attempt, self.attempts)]
        return max(standing, key=lambda status: PAYMENT[status].among_attempts)

    @property
    def error(self) -> str | None:
        """Why it failed, while it has."""
        return (self.telling.error or None) if self.status is PaymentStatus.FAILED else None

    @property
    def final(self) -> bool:
        """Whether nothing but money that came in after all can change its status."""
        return self.telling.final > 0

    def looks_like(self, other: "Payment") -> bool:
        """Whether nobody outside could tell the two apart."""
        return (self.status, self.named, self.captured, self.telling[4:]) == (
            other.status,
            other.named,
            other.captured,
            other.telling[4:],
        )

    def says_the_same_as(self, other: "Payment") -> bool:
        """Whether both are of the same status in the same second."""
        return (self.status, self.telling.at) == (other.status, other.telling.at)

    def join(self, other: "Payment") -> "Payment":
        """All that both know of the same payment."""
        attempts, attempted_at = _join_attempts(self, other)
        return Payment(
            self.payment_id,
            telling=max(self.telling, other.telling),
            named=max(self.named, other.named),
            captured=max(self.captured, other.captured),
            attempts=attempts,
            attempted_at=attempted_at,
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
    attempt: str = "",
    charge: str = "",
    customer_id: str = "",
    error: str = "",
) -> Payment:
    """A payment as one event tells it, `at` being that event's second."""
    final, rank, _ = PAYMENT[status]
    telling = Telling(final, at, rank, status, amount, currency, customer_id, error)
    named = Named(at, order_id) if order_id else NOBODY
    if final:
        return Payment(payment_id, telling, named, captured)
    return Payment(payment_id, telling, named, captured, {f"{attempt} {charge}".rstrip(): status}, at)


def _charged_since(attempt: str, attempts: Mapping[str, PaymentStatus]) -> bool:
    """Whether an attempt that waited for its charge got one: another with the same payment method knows the charge."""
    status, (method, _, charge) = attempts[attempt], attempt.partition(" ")
    if status is not PaymentStatus.REQUIRES_ACTION and (charge or status is not PaymentStatus.PROCESSING):
        return False
    others = [other.partition(" ") for other, told in attempts.items() if told is not PaymentStatus.REQUIRES_ACTION]
    return any(of == method and known not in ("", charge) for of, _, known in others)


def _join_attempts(a: Payment, b: Payment) -> tuple[Mapping[str, PaymentStatus], int]:
    """The attempts of the later second; of one second, each attempt's furthest status."""
    if a.attempted_at != b.attempted_at:
        later = max(a, b, key=lambda payment: payment.attempted_at)
        return later.attempts, later.attempted_at
    both = [*a.attempts.items(), *b.attempts.items()]
    furthest: dict[str, PaymentStatus] = {}
    for attempt, status in both:
        furthest[attempt] = max(furthest.get(attempt, status), status, key=lambda known: PAYMENT[known].in_attempt)
    return furthest, a.attempted_at


@dataclass(frozen=True, slots=True)
class Session:
    """One hosted Checkout Session of one order."""

    order_id: str
    session_id: str
    status: SessionStatus
    amount: int
    currency: str
    payment_id: str = ""

    def join(self, other: "Session") -> "Session":
        """The one that went further."""
        return max(self, other, key=lambda told: (SESSION[told.status], told.payment_id, told.amount, told.currency))


@dataclass(frozen=True, slots=True)
class Order:
    """Everything known of one order."""

    order_id: str
    placed: Placed | None = None
    payments: Mapping[str, Payment] = field(default_factory=dict)
    sessions: Mapping[str, Session] = field(default_factory=dict)
    mention: Mention | None = None

    def with_placed(self, placed: Placed) -> "Order":
        """And it was placed."""
        known = self.placed.join(placed) if self.placed else placed
        return replace(self, placed=known)

    def with_payment(self, payment: Payment) -> "Order":
        """And it has this payment, in place of what was known of it."""
        return replace(self, payments={**self.payments, payment.payment_id: payment})

    def without_payment(self, payment_id: str) -> "Order":
        """But this payment belongs to another order."""
        return replace(self, payments={key: known for key, known in self.payments.items() if key != payment_id})

    def with_session(self, session: Session) -> "Order":
        """And it has this session."""
        known = self.sessions.get(session.session_id)
        sessions = {**self.sessions, session.session_id: known.join(session) if known else session}
        return replace(self, sessions=sessions)

    def with_mention(self, mention: Mention) -> "Order":
        """And something of Stripe's names it."""
        return replace(self, mention=self.mention.join(mention) if self.mention else mention)


def in_order(payments: Iterable[Payment]) -> list[Payment]:
    """By id: the same list, whichever was told of first."""
    return sorted(payments, key=lambda payment: payment.payment_id)
