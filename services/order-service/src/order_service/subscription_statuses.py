"""What a subscription and its invoices can be, and which word beats which: tables, nothing else."""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from tillstream_contracts import InvoiceStatus, SubscriptionStatus


class Precedence(NamedTuple):
    """How a subscription's status compares with another that was told of the same subscription.

    `final` decides before any clock. Among the others the later second wins, and within one second `in_second`, where
    no event says which of them came before.
    """

    final: int
    in_second: int


SUBSCRIPTION: Final[Mapping[SubscriptionStatus, Precedence]] = MappingProxyType(
    {
        SubscriptionStatus.INCOMPLETE: Precedence(0, 0),
        SubscriptionStatus.TRIALING: Precedence(0, 1),
        SubscriptionStatus.PAUSED: Precedence(0, 2),
        SubscriptionStatus.ACTIVE: Precedence(0, 3),
        SubscriptionStatus.PAST_DUE: Precedence(0, 4),
        SubscriptionStatus.UNPAID: Precedence(0, 5),
        SubscriptionStatus.INCOMPLETE_EXPIRED: Precedence(1, 0),
        SubscriptionStatus.CANCELED: Precedence(2, 0),
    }
)

INVOICE: Final[Mapping[InvoiceStatus, int]] = MappingProxyType(
    {
        InvoiceStatus.DRAFT: 0,
        InvoiceStatus.OPEN: 1,
        InvoiceStatus.UNCOLLECTIBLE: 2,
        InvoiceStatus.VOID: 3,
        InvoiceStatus.NOTHING_DUE: 4,
        InvoiceStatus.PAID: 5,
    }
)
"""An invoice goes through each at most once, so the higher one is the later one; what was written off may be paid."""

INVOICE_MEANING: Final[Mapping[InvoiceStatus, SubscriptionStatus]] = MappingProxyType(
    {
        InvoiceStatus.NOTHING_DUE: SubscriptionStatus.ACTIVE,
        InvoiceStatus.PAID: SubscriptionStatus.ACTIVE,
    }
)
"""What an invoice makes of a subscription of which Stripe has told nothing else yet; others leave it incomplete."""


class Attempt(IntEnum):
    """How the latest try to collect an open invoice went; of one second the greater counts.

    Where a customer has to act Stripe tells of a failure and of the action, in either order.
    """

    NONE = 0
    FAILED = 1
    NEEDS_ACTION = 2
