"""What Stripe's Refunds say. Whatever the event's type, their own status counts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from order_service.happening import Happening, Reader, Saying, mention, named
from order_service.payment import payment_behind
from order_service.refund import Refund
from order_service.statuses import RefundStatus
from order_service.stripe_values import Object, amount, an_id, currency, plain, reference, second
from tillstream_contracts.money import written

TYPES: Final = ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated")
STATES: Final[Mapping[str, RefundStatus]] = MappingProxyType({status.value: status for status in RefundStatus})
WORDS: Final[Mapping[RefundStatus, str]] = MappingProxyType(
    {
        RefundStatus.PENDING: "is on its way",
        RefundStatus.REQUIRES_ACTION: "waits for the buyer to say where to",
        RefundStatus.SUCCEEDED: "succeeded",
        RefundStatus.CANCELED: "was canceled",
        RefundStatus.FAILED: "failed, the money is back",
    }
)
OF_A_BARE_CHARGE: Final = "It is about a charge without a PaymentIntent; orders are paid by PaymentIntents only"


def refund_of(happening: Happening) -> Saying:
    """The refund, as part of its payment: most name no order, and those made in Stripe's dashboard never do."""
    payment_id = reference(happening.thing.get("payment_intent"))
    if not payment_id:
        return Saying(words=OF_A_BARE_CHARGE)
    refund_id, refund = refund_in(happening.thing, happening.at)
    payment = payment_behind(payment_id, refund.currency, named(happening), refunds={refund_id: refund})
    words = f"Refund of {written(refund.amount, refund.currency)} {WORDS[refund.status]}"
    return Saying((payment, *mention(happening, refund.currency)), words)


def refund_in(thing: Object, at: int) -> tuple[str, Refund]:
    """The refund and its id. A status that is not known here is not known to be done. Raises Unreadable."""
    return an_id(thing.get("id"), "the refund's id"), Refund(
        status=STATES.get(plain(thing.get("status")), RefundStatus.PENDING),
        at=at,
        amount=amount(thing.get("amount"), "amount"),
        currency=currency(thing.get("currency")),
        reason=plain(thing.get("reason")),
        failure_reason=plain(thing.get("failure_reason")),
        created_at=second(thing.get("created")),
    )


READERS: Final[Mapping[str, Reader]] = MappingProxyType(dict.fromkeys(TYPES, refund_of))
