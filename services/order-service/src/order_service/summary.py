"""An order as others see it: derived from what is known, never set."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from order_service.order import Order
from order_service.payment import Payment, in_order
from order_service.session import Session
from order_service.statuses import ORDER, PAYMENT_MEANING, SESSION_MEANING, PaymentStatus, SessionStatus
from order_service.stripe_values import MAX_MINOR_UNITS
from tillstream_contracts import Amounts, OrderStatus

OVERPAID = "overpaid"
AMOUNT_MISMATCH = "amount_mismatch"
CURRENCY_MISMATCH = "currency_mismatch"
MERCHANT_MISMATCH = "merchant_mismatch"
UNDERPAID = "underpaid"

BINDING = (PaymentStatus.AUTHORIZED, PaymentStatus.SUCCEEDED)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a change of an order publishes."""

    merchant_id: str
    status: OrderStatus
    currency: str
    amounts: Amounts
    flags: tuple[str, ...]
    reference: str | None
    customer_id: str | None


def summarize(order: Order, *, merchant_id: str) -> Summary:
    """The order's summary; `merchant_id` is whose it is if nothing known of it says so."""
    payments = in_order(order.payments.values())
    currency = _currency(order, payments)
    counted = [payment for payment in payments if payment.telling.currency == currency]
    whose = order.placed or order.mention
    status, ordered = _status(order), _ordered(order, currency)
    owner = (whose.merchant_id if whose else "") or merchant_id
    underpaid = status is OrderStatus.PAID and _covered(counted) < ordered
    return Summary(
        merchant_id=owner,
        status=status,
        currency=currency,
        amounts=_amounts(counted, ordered, currency),
        flags=_flags(order, payments, owner, currency, underpaid=underpaid),
        reference=(whose.reference if whose else "") or None,
        customer_id=(whose.customer_id if whose else "") or None,
    )


def _status(order: Order) -> OrderStatus:
    """The first in the table that a payment or a session means; pending without either."""
    meanings = {meaning for payment in order.payments.values() for meaning in _meanings(payment)}
    meanings |= {SESSION_MEANING[session.status] for session in order.sessions.values() if _counts(session, order)}
    return next((status for status in ORDER if status in meanings), OrderStatus.PENDING)


def _meanings(payment: Payment) -> Iterator[OrderStatus]:
    """What a payment makes of its order, and each dispute of it."""
    money = _money_meaning(payment)
    if money:
        yield money
    for dispute in payment.disputes.values():
        if dispute.meaning:
            yield dispute.meaning


def _money_meaning(payment: Payment) -> OrderStatus | None:
    if not payment.refunded:
        return PAYMENT_MEANING[payment.status]
    return OrderStatus.REFUNDED if payment.refunded >= payment.captured else OrderStatus.PARTIALLY_REFUNDED


def _counts(session: Session, order: Order) -> bool:
    """Whether a session says more than its payment: not if that is final or another order's, unless it expired."""
    if not session.payment_id:
        return True
    payment = order.payments.get(session.payment_id)
    return payment is not None and (not payment.final or session.status is SessionStatus.EXPIRED)


def _amounts(counted: Sequence[Payment], ordered: int, currency: str) -> Amounts:
    disputes = [dispute for payment in counted for dispute in payment.disputes.values() if dispute.meaning]
    return Amounts(
        ordered=ordered,
        captured=_sum(payment.captured for payment in counted),
        refunded=_sum(payment.refunded for payment in counted),
        disputed=_sum(dispute.amount for dispute in disputes if dispute.currency == currency),
    )


def _sum(amounts: Iterable[int]) -> int:
    """Of money, up to the most that an event can tell."""
    return min(sum(amounts), MAX_MINOR_UNITS)


def _covered(counted: Sequence[Payment]) -> int:
    """How much of the order is taken care of: a merchant who captures less of a payment than it holds wants no more."""
    return sum(
        payment.telling.amount if payment.status is PaymentStatus.SUCCEEDED else payment.captured
        for payment in counted
        if payment.keeps_money
    )


def _currency(order: Order, payments: list[Payment]) -> str:
    """As placed; else the one that money came in; else the first payment's, session's or mention's."""
    if order.placed:
        return order.placed.currency
    came_in = [payment.telling.currency for payment in payments if payment.captured]
    named = [payment.telling.currency for payment in payments]
    sessions = [order.sessions[key].currency for key in sorted(order.sessions)]
    mentioned = [order.mention.currency] if order.mention else []
    return [*came_in, *named, *sessions, *mentioned][0]


def _ordered(order: Order, currency: str) -> int:
    """As placed; else the largest amount that a payment or session asks for."""
    if order.placed:
        return order.placed.amount
    asked = [told.telling.amount for told in order.payments.values() if told.telling.currency == currency]
    asked += [session.amount for session in order.sessions.values() if session.currency == currency]
    return max(asked, default=0)


def _flags(order: Order, payments: list[Payment], owner: str, currency: str, *, underpaid: bool) -> tuple[str, ...]:
    """What a person should look at, in alphabetical order."""
    bound = [payment for payment in payments if payment.captured or payment.status in BINDING]
    wrong_currency = any(payment.telling.currency != currency for payment in bound)
    wrong_amount = order.placed is not None and any(
        payment.telling.amount != order.placed.amount and payment.telling.currency == currency for payment in bound
    )
    doubled = len(payments) > 1 and sum(payment.keeps_money for payment in payments) > 1
    found = {
        AMOUNT_MISMATCH: wrong_amount,
        CURRENCY_MISMATCH: wrong_currency,
        MERCHANT_MISMATCH: any(payment.named.merchant_id not in ("", owner) for payment in payments),
        OVERPAID: doubled,
        UNDERPAID: underpaid,
    }
    return tuple(flag for flag, raised in sorted(found.items()) if raised)
