"""What a payment, a checkout session and an order can be, and which word beats which: tables, nothing else."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from tillstream_contracts import OrderStatus


class PaymentStatus(StrEnum):
    """Where one PaymentIntent stands."""

    OPEN = "open"
    FAILED = "failed"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    CANCELED = "canceled"
    SUCCEEDED = "succeeded"


class SessionStatus(StrEnum):
    """Where one hosted Checkout Session stands."""

    OPEN = "open"
    EXPIRED = "expired"
    AWAITING_FUNDS = "awaiting_funds"
    FAILED = "failed"
    PAID = "paid"


class Precedence(NamedTuple):
    """How a payment's status compares with another that was told of the same payment.

    `final` decides before any clock. Among the others the later second wins. Within one second an attempt goes
    by `in_attempt`, where failing is the end of all but held money; and of several attempts the one goes by
    `among_attempts` that is still under way, because Stripe lets a next attempt begin only after the one before it
    failed.
    """

    final: int
    in_attempt: int
    among_attempts: int


PAYMENT: Final[Mapping[PaymentStatus, Precedence]] = MappingProxyType(
    {
        PaymentStatus.OPEN: Precedence(0, 0, 0),
        PaymentStatus.FAILED: Precedence(0, 3, 1),
        PaymentStatus.REQUIRES_ACTION: Precedence(0, 1, 2),
        PaymentStatus.PROCESSING: Precedence(0, 2, 3),
        PaymentStatus.AUTHORIZED: Precedence(0, 4, 4),
        PaymentStatus.CANCELED: Precedence(1, 0, 0),
        PaymentStatus.SUCCEEDED: Precedence(2, 0, 0),
    }
)

SESSION: Final[Mapping[SessionStatus, int]] = MappingProxyType(
    {
        SessionStatus.OPEN: 0,
        SessionStatus.EXPIRED: 1,
        SessionStatus.AWAITING_FUNDS: 2,
        SessionStatus.FAILED: 3,
        SessionStatus.PAID: 4,
    }
)
"""A session goes through each at most once, so the higher one is the later one, whatever the clock says."""

PAYMENT_MEANING: Final[Mapping[PaymentStatus, OrderStatus]] = MappingProxyType(
    {
        PaymentStatus.OPEN: OrderStatus.PENDING,
        PaymentStatus.FAILED: OrderStatus.PAYMENT_FAILED,
        PaymentStatus.REQUIRES_ACTION: OrderStatus.REQUIRES_ACTION,
        PaymentStatus.PROCESSING: OrderStatus.PROCESSING,
        PaymentStatus.AUTHORIZED: OrderStatus.AUTHORIZED,
        PaymentStatus.CANCELED: OrderStatus.CANCELED,
        PaymentStatus.SUCCEEDED: OrderStatus.PAID,
    }
)
SESSION_MEANING: Final[Mapping[SessionStatus, OrderStatus]] = MappingProxyType(
    {
        SessionStatus.OPEN: OrderStatus.PENDING,
        SessionStatus.EXPIRED: OrderStatus.EXPIRED,
        SessionStatus.AWAITING_FUNDS: OrderStatus.PROCESSING,
        SessionStatus.FAILED: OrderStatus.PAYMENT_FAILED,
        SessionStatus.PAID: OrderStatus.PAID,
    }
)

ORDER: Final = (
    OrderStatus.DISPUTE_LOST,
    OrderStatus.DISPUTED,
    OrderStatus.REFUNDED,
    OrderStatus.PARTIALLY_REFUNDED,
    OrderStatus.PAID,
    OrderStatus.AUTHORIZED,
    OrderStatus.PROCESSING,
    OrderStatus.REQUIRES_ACTION,
    OrderStatus.PAYMENT_FAILED,
    OrderStatus.PENDING,
    OrderStatus.EXPIRED,
    OrderStatus.CANCELED,
)
"""An order is the first of these that any of its payments or sessions means.

A session whose payment is final means nothing more: Stripe tells no session's event for what became of it.
"""
