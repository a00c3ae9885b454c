"""An order as others see it: derived from what is known, never set."""

from collections.abc import Iterable
from dataclasses import dataclass

from order_service.order import Order
from order_service.session import Session
from order_service.shares import Shares
from order_service.statuses import ORDER, SESSION_MEANING, PaymentStatus, SessionStatus
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
    currency = _currency(order)
    counted = {share: count for share, count in order.shares.items() if share.currency == currency}
    whose = order.placed or order.mention
    status, ordered = _status(order), _ordered(order, currency)
    owner = (whose.merchant_id if whose else "") or merchant_id
    underpaid = status is OrderStatus.PAID and _covered(counted) < ordered
    return Summary(
        merchant_id=owner,
        status=status,
        currency=currency,
        amounts=_amounts(counted, ordered, currency),
        flags=_flags(order, owner, currency, underpaid=underpaid),
        reference=(whose.reference if whose else "") or None,
        customer_id=(whose.customer_id if whose else "") or None,
    )


def _status(order: Order) -> OrderStatus:
    """The first in the table that a payment or a session means; pending without either."""
    meanings = {meaning for share in order.shares for meaning in share.meanings}
    meanings |= {SESSION_MEANING[session.status] for session in order.sessions.values() if _counts(session, order)}
    return next((status for status in ORDER if status in meanings), OrderStatus.PENDING)


def _counts(session: Session, order: Order) -> bool:
    """Whether a session says more than its payment: not if that is final or another order's, unless it expired."""
    if not session.payment_id:
        return True
    payment = order.payments.get(session.payment_id)
    return payment is not None and (not payment.final or session.status is SessionStatus.EXPIRED)


def _amounts(counted: Shares, ordered: int, currency: str) -> Amounts:
    disputed = (
        complaint.amount * count
        for share, count in counted.items()
        for complaint in share.complaints
        if complaint.currency == currency
    )
    return Amounts(
        ordered=ordered,
        captured=_sum(share.captured * count for share, count in counted.items()),
        refunded=_sum(share.refunded * count for share, count in counted.items()),
        disputed=_sum(disputed),
    )


def _sum(amounts: Iterable[int]) -> int:
    """Of money, up to the most that an event can tell."""
    return min(sum(amounts), MAX_MINOR_UNITS)


def _covered(counted: Shares) -> int:
    """How much of the order is taken care of: a merchant who captures less of a payment than it holds wants no more."""
    return sum(
        (share.amount if share.status is PaymentStatus.SUCCEEDED else share.captured) * count
        for share, count in counted.items()
        if share.keeps_money
    )


def _currency(order: Order) -> str:
    """As placed; else the one that money came in; else the first payment's, session's or mention's."""
    if order.placed:
        return order.placed.currency
    named = {share.currency for share in order.shares}
    if len(named) > 1:
        came_in = [payment for payment in order.payments.values() if payment.captured]
        return min(came_in or order.payments.values(), key=lambda payment: payment.payment_id).telling.currency
    sessions = [order.sessions[key].currency for key in sorted(order.sessions)]
    mentioned = [order.mention.currency] if order.mention else []
    return [*named, *sessions, *mentioned][0]


def _ordered(order: Order, currency: str) -> int:
    """As placed; else the largest amount that a payment or session asks for."""
    if order.placed:
        return order.placed.amount
    asked = [share.amount for share in order.shares if share.currency == currency]
    asked += [session.amount for session in order.sessions.values() if session.currency == currency]
    return max(asked, default=0)


def _flags(order: Order, owner: str, currency: str, *, underpaid: bool) -> tuple[str, ...]:
    """What a person should look at, in alphabetical order."""
    bound = [share for share in order.shares if share.captured or share.status in BINDING]
    wrong_currency = any(share.currency != currency for share in bound)
    wrong_amount = order.placed is not None and any(
        share.amount != order.placed.amount and share.currency == currency for share in bound
    )
    doubled = sum(count for share, count in order.shares.items() if share.keeps_money) > 1
    found = {
        AMOUNT_MISMATCH: wrong_amount,
        CURRENCY_MISMATCH: wrong_currency,
        MERCHANT_MISMATCH: any(share.merchant_id not in ("", owner) for share in order.shares),
        OVERPAID: doubled,
        UNDERPAID: underpaid,
    }
    return tuple(flag for flag, raised in sorted(found.items()) if raised)
