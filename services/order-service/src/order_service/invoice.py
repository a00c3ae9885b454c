"""What is known of one invoice of a subscription, and how two states of that knowledge become one."""

from dataclasses import dataclass
from typing import NamedTuple

from order_service.subscription_statuses import INVOICE, Attempt
from tillstream_contracts import InvoiceStatus


class InvoiceTelling(NamedTuple):
    """An invoice's particulars as one event told them; the greatest counts."""

    rank: int
    at: int
    status: InvoiceStatus
    amount_due: int
    currency: str
    created: int
    sequence: int = 0
    """Which of those created in one second it is: 0 is the subscription's first."""


class LastAttempt(NamedTuple):
    """How a try to collect it went, and when that was said; the latest counts."""

    at: int
    attempt: Attempt


NEVER_TRIED = LastAttempt(0, Attempt.NONE)


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice."""

    invoice_id: str
    telling: InvoiceTelling
    amount_paid: int = 0
    """The largest amount that anybody told of."""
    last_attempt: LastAttempt = NEVER_TRIED
    finalization_failed: bool = False

    @property
    def status(self) -> InvoiceStatus:
        """As told, but without money it was not paid."""
        settled = self.telling.status is InvoiceStatus.PAID
        return InvoiceStatus.NOTHING_DUE if settled and not self.amount_paid else self.telling.status

    @property
    def place(self) -> tuple[int, int, str]:
        """Where it stands in the sequence of its subscription's invoices."""
        return self.telling.created, self.telling.sequence, self.invoice_id

    @property
    def needs_action(self) -> bool:
        """Whether the customer has to do something before it can be paid."""
        return self.status is InvoiceStatus.OPEN and self.last_attempt.attempt is Attempt.NEEDS_ACTION

    @property
    def stuck(self) -> bool:
        """Whether Stripe could not finalize it, so that nobody will ever pay it."""
        return self.status is InvoiceStatus.DRAFT and self.finalization_failed

    def join(self, other: "Invoice") -> "Invoice":
        """All that both know of the same invoice."""
        return Invoice(
            self.invoice_id,
            telling=max(self.telling, other.telling),
            amount_paid=max(self.amount_paid, other.amount_paid),
            last_attempt=max(self.last_attempt, other.last_attempt),
            finalization_failed=self.finalization_failed or other.finalization_failed,
        )


def invoice_told(
    invoice_id: str,
    status: InvoiceStatus,
    *,
    at: int,
    amount_due: int,
    currency: str,
    created: int,
    amount_paid: int = 0,
    sequence: int = 0,
    attempt: Attempt = Attempt.NONE,
    finalization_failed: bool = False,
) -> Invoice:
    """An invoice as one event tells it, `at` being that event's second."""
    telling = InvoiceTelling(INVOICE[status], at, status, amount_due, currency, created, sequence)
    last_attempt = LastAttempt(at, attempt) if attempt else NEVER_TRIED
    return Invoice(invoice_id, telling, amount_paid, last_attempt, finalization_failed)


class InvoicePayment(NamedTuple):
    """The fact that a payment is an invoice's: it belongs to no order, and is money that we can explain."""

    payment_id: str
    invoice_id: str
