"""An order as others see it: derived from what is known, never set."""

from dataclasses import dataclass

from order_service.order import Order
from order_service.payment import Payment, in_order
from order_service.statuses import ORDER, PAYMENT_MEANING, SESSION_MEANING, PaymentStatus
from tillstream_contracts import Amounts, OrderStatus

OVERPAID = "overpaid"
AMOUNT_MISMATCH = "amount_mismatch"
CURRENCY_MISMATCH = "currency_mismatch"
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
    placed, payments = order.placed, in_order(order.payments.values())
    currency = _currency(order, payments)
    same_currency = [payment for payment in payments if payment.telling.currency == currency]
    whose = placed or order.mention
    status = _status(order)
    amounts = Amounts(
        ordered=_ordered(order, currency),
        captured=sum(payment.captured for payment in same_currency),
        refunded=0,
        disputed=0,
    )
    underpaid = status is OrderStatus.PAID and amounts.captured < amounts.ordered
    return Summary(
        merchant_id=(whose.merchant_id if whose else "") or merchant_id,
        status=status,
        currency=currency,
        amounts=amounts,
        flags=_flags(order, payments, currency, underpaid=underpaid),
        reference=(whose.reference if whose else "") or None,
        customer_id=(whose.customer_id if whose else "") or None,
    )


def _status(order: Order) -> OrderStatus:
    """The first in the table that a payment, or a session whose payment is not final, means; pending without either."""
    meanings = {PAYMENT_MEANING[payment.status] for payment in order.payments.values()}
    settled = {payment.payment_id for payment in order.payments.values() if payment.final}
    sessions = [session for session in order.sessions.values() if session.payment_id not in settled]
    meanings |= {SESSION_MEANING[session.status] for session in sessions}
    return next((status for status in ORDER if status in meanings), OrderStatus.PENDING)


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


def _flags(order: Order, payments: list[Payment], currency: str, *, underpaid: bool) -> tuple[str, ...]:
    """What a person should look at, in alphabetical order."""
    bound = [payment for payment in payments if payment.status in BINDING or payment.captured]
    wrong_currency = any(payment.telling.currency != currency for payment in bound)
    wrong_amount = order.placed is not None and any(
        payment.telling.amount != order.placed.amount and payment.telling.currency == currency for payment in bound
    )
    doubled = sum(payment.captured > 0 for payment in payments) > 1
    found = {
        AMOUNT_MISMATCH: wrong_amount,
        CURRENCY_MISMATCH: wrong_currency,
        OVERPAID: doubled,
        UNDERPAID: underpaid,
    }
    return tuple(flag for flag, raised in sorted(found.items()) if raised)
