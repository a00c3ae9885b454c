"""What a payment, a checkout session, a refund, a dispute and an order can be, and which word beats which: tables."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from tillstream_contracts import OrderStatus


class PaymentStatus(StrEnum):
    """Where one PaymentIntent stands."""

    UNKNOWN = "unknown"
    """Only something else named it so far: a refund, a dispute or a session."""
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


class RefundStatus(StrEnum):
    """Where one refund stands."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    FAILED = "failed"


class DisputeStatus(StrEnum):
    """Where one dispute stands; those that begin with `warning` are inquiries."""

    WARNING_NEEDS_RESPONSE = "warning_needs_response"
    WARNING_UNDER_REVIEW = "warning_under_review"
    WARNING_CLOSED = "warning_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    PREVENTED = "prevented"
    WON = "won"
    LOST = "lost"
    APPEAL_NEEDS_RESPONSE = "appeal_needs_response"
    APPEAL_UNDER_REVIEW = "appeal_under_review"


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
        PaymentStatus.UNKNOWN: Precedence(-1, 0, 0),
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

REFUND: Final[Mapping[RefundStatus, int]] = MappingProxyType(
    {
        RefundStatus.PENDING: 0,
        RefundStatus.REQUIRES_ACTION: 1,
        RefundStatus.SUCCEEDED: 2,
        RefundStatus.CANCELED: 3,
        RefundStatus.FAILED: 4,
    }
)
"""As for sessions. A bank may send a refund back that had succeeded, so failing is higher."""


class Stage(NamedTuple):
    """How a dispute's status compares with another of the same dispute: by `stage`, by the later second, by `rank`.

    An inquiry may become a dispute and never the other way round. Decided is decided, but for an appeal.
    """

    stage: int
    rank: int


DISPUTE: Final[Mapping[DisputeStatus, Stage]] = MappingProxyType(
    {
        DisputeStatus.WARNING_NEEDS_RESPONSE: Stage(0, 0),
        DisputeStatus.WARNING_UNDER_REVIEW: Stage(0, 1),
        DisputeStatus.WARNING_CLOSED: Stage(0, 2),
        DisputeStatus.NEEDS_RESPONSE: Stage(1, 0),
        DisputeStatus.UNDER_REVIEW: Stage(1, 1),
        DisputeStatus.PREVENTED: Stage(2, 0),
        DisputeStatus.WON: Stage(2, 1),
        DisputeStatus.LOST: Stage(2, 2),
        DisputeStatus.APPEAL_NEEDS_RESPONSE: Stage(2, 3),
        DisputeStatus.APPEAL_UNDER_REVIEW: Stage(2, 4),
    }
)

PAYMENT_MEANING: Final[Mapping[PaymentStatus, OrderStatus | None]] = MappingProxyType(
    {
        PaymentStatus.UNKNOWN: None,
        PaymentStatus.OPEN: OrderStatus.PENDING,
        PaymentStatus.FAILED: OrderStatus.PAYMENT_FAILED,
        PaymentStatus.REQUIRES_ACTION: OrderStatus.REQUIRES_ACTION,
        PaymentStatus.PROCESSING: OrderStatus.PROCESSING,
        PaymentStatus.AUTHORIZED: OrderStatus.AUTHORIZED,
        PaymentStatus.CANCELED: OrderStatus.CANCELED,
        PaymentStatus.SUCCEEDED: OrderStatus.PAID,
    }
)
"""What a payment makes of its order; None is nothing."""
SESSION_MEANING: Final[Mapping[SessionStatus, OrderStatus]] = MappingProxyType(
    {
        SessionStatus.OPEN: OrderStatus.PENDING,
        SessionStatus.EXPIRED: OrderStatus.EXPIRED,
        SessionStatus.AWAITING_FUNDS: OrderStatus.PROCESSING,
        SessionStatus.FAILED: OrderStatus.PAYMENT_FAILED,
        SessionStatus.PAID: OrderStatus.PAID,
    }
)
DISPUTE_MEANING: Final[Mapping[DisputeStatus, OrderStatus | None]] = MappingProxyType(
    {
        DisputeStatus.WARNING_NEEDS_RESPONSE: None,
        DisputeStatus.WARNING_UNDER_REVIEW: None,
        DisputeStatus.WARNING_CLOSED: None,
        DisputeStatus.NEEDS_RESPONSE: OrderStatus.DISPUTED,
        DisputeStatus.UNDER_REVIEW: OrderStatus.DISPUTED,
        DisputeStatus.PREVENTED: None,
        DisputeStatus.WON: None,
        DisputeStatus.LOST: OrderStatus.DISPUTE_LOST,
        DisputeStatus.APPEAL_NEEDS_RESPONSE: OrderStatus.DISPUTED,
        DisputeStatus.APPEAL_UNDER_REVIEW: OrderStatus.DISPUTED,
    }
)
"""What a dispute makes of its payment's order; None leaves it as it is without the dispute."""

ORDER: Final = (
    OrderStatus.DISPUTE_LOST,
    OrderStatus.DISPUTED,
    OrderStatus.PARTIALLY_REFUNDED,
    OrderStatus.PAID,
    OrderStatus.AUTHORIZED,
    OrderStatus.PROCESSING,
    OrderStatus.REFUNDED,
    OrderStatus.REQUIRES_ACTION,
    OrderStatus.PAYMENT_FAILED,
    OrderStatus.PENDING,
    OrderStatus.EXPIRED,
    OrderStatus.CANCELED,
)
"""An order is the first of these that any of its payments or sessions means.

A payment that went back whole comes after money that is there or coming in: so a double charge that was refunded
leaves the order paid. A session whose payment is final means nothing more, except that it expired: Stripe tells no
session's event for what else became of it.
"""
