"""What a payment adds to its order, and how many of the order's payments add just the same.

Status and amounts are made of these and not of the payments one by one: who tries a thousand times leaves a thousand
payments that say the same, and each further event would have to look at all of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from order_service.payment import Payment
from order_service.statuses import PAYMENT_MEANING, PaymentStatus
from tillstream_contracts import OrderStatus


class Complaint(NamedTuple):
    """A dispute that means something for the order."""

    meaning: OrderStatus
    currency: str
    amount: int


class Share(NamedTuple):
    """As much of a payment as its order is made of."""

    status: PaymentStatus
    currency: str
    amount: int
    captured: int
    refunded: int
    keeps_money: bool
    merchant_id: str
    """Whose order it is, where whoever named it said so."""
    complaints: tuple[Complaint, ...]

    @property
    def meanings(self) -> Iterator[OrderStatus]:
        """What it makes of its order, and each dispute of it."""
        if meaning := self._of_money():
            yield meaning
        for complaint in self.complaints:
            yield complaint.meaning

    def _of_money(self) -> OrderStatus | None:
        if not self.refunded:
            return PAYMENT_MEANING[self.status]
        return OrderStatus.REFUNDED if self.refunded >= self.captured else OrderStatus.PARTIALLY_REFUNDED


Shares = Mapping[Share, int]


def share_of(payment: Payment) -> Share:
    """What this one adds."""
    disputes = payment.disputes.values()
    return Share(
        payment.status,
        payment.telling.currency,
        payment.telling.amount,
        payment.captured,
        payment.refunded,
        payment.keeps_money,
        payment.named.merchant_id,
        tuple(sorted(Complaint(one.meaning, one.currency, one.amount) for one in disputes if one.meaning)),
    )


def shares_of(payments: Iterable[Payment]) -> Shares:
    """What all of these add."""
    return Counter(map(share_of, payments))


def exchanged(shares: Shares, known: Payment | None, told: Payment | None) -> Shares:
    """The same with what `told` adds in place of what `known` did."""
    gone, come = share_of(known) if known else None, share_of(told) if told else None
    if gone == come:
        return shares
    found = dict(shares)
    if come:
        found[come] = found.get(come, 0) + 1
    if gone:
        found[gone] -= 1
        if not found[gone]:
            del found[gone]
    return found
