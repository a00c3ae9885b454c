"""What is known of one payment, and how two states of that knowledge become one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

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


def in_order(payments: Iterable[Payment]) -> list[Payment]:
    """By id: the same list, whichever was told of first."""
    return sorted(payments, key=lambda payment: payment.payment_id)
