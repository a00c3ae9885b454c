"""What Stripe's Disputes say. Whatever the event's type, their own status counts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from order_service.dispute import Dispute
from order_service.happening import Happening, Reader, Saying, mention, named
from order_service.payment import payment_behind
from order_service.refund_facts import OF_A_BARE_CHARGE
from order_service.statuses import DisputeStatus
from order_service.stripe_values import Object, amount, an_id, an_object, currency, items, plain, reference, second
from tillstream_contracts.money import written

WITHDRAWN: Final = "charge.dispute.funds_withdrawn"
REINSTATED: Final = "charge.dispute.funds_reinstated"
TYPES: Final = ("charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", WITHDRAWN, REINSTATED)
STATES: Final[Mapping[str, DisputeStatus]] = MappingProxyType({status.value: status for status in DisputeStatus})
WORDS: Final[Mapping[DisputeStatus, str]] = MappingProxyType(
    {
        DisputeStatus.WARNING_NEEDS_RESPONSE: "Inquiry about {money} needs a response",
        DisputeStatus.WARNING_UNDER_REVIEW: "Inquiry about {money} is under review",
        DisputeStatus.WARNING_CLOSED: "Inquiry about {money} was closed",
        DisputeStatus.NEEDS_RESPONSE: "Dispute of {money} needs a response",
        DisputeStatus.UNDER_REVIEW: "Dispute of {money} is under review",
        DisputeStatus.PREVENTED: "Dispute of {money} was prevented",
        DisputeStatus.WON: "Dispute of {money} was won",
        DisputeStatus.LOST: "Dispute of {money} was lost",
        DisputeStatus.APPEAL_NEEDS_RESPONSE: "Dispute of {money} was lost, the appeal needs a response",
        DisputeStatus.APPEAL_UNDER_REVIEW: "Dispute of {money} was lost, the appeal is under review",
    }
)
MOVED: Final[Mapping[str, str]] = MappingProxyType(
    {WITHDRAWN: "; its funds were withdrawn", REINSTATED: "; its funds were given back"}
)


def dispute_of(happening: Happening) -> Saying:
    """The dispute, as part of its payment."""
    payment_id = reference(happening.thing.get("payment_intent"))
    if not payment_id:
        return Saying(words=OF_A_BARE_CHARGE)
    dispute_id, dispute = an_id(happening.thing.get("id"), "the dispute's id"), _dispute(happening)
    payment = payment_behind(payment_id, dispute.currency, named(happening), disputes={dispute_id: dispute})
    words = WORDS[dispute.status].format(money=written(dispute.amount, dispute.currency))
    return Saying((payment, *mention(happening, dispute.currency)), words + MOVED.get(happening.event_type, ""))


def _dispute(happening: Happening) -> Dispute:
    """A status that is not known here still is one of a dispute."""
    thing, moved = happening.thing, _moved(happening.thing)
    return Dispute(
        status=STATES.get(plain(thing.get("status")), DisputeStatus.UNDER_REVIEW),
        at=happening.at,
        amount=amount(thing.get("amount"), "amount"),
        currency=currency(thing.get("currency")),
        reason=plain(thing.get("reason")),
        created_at=second(thing.get("created")),
        withdrawn=happening.event_type == WITHDRAWN or any(one < 0 for one in moved),
        reinstated=happening.event_type == REINSTATED or any(one > 0 for one in moved),
        respond_by=second(an_object(thing.get("evidence_details")).get("due_by")),
    )


def _moved(thing: Object) -> list[int]:
    """The money that Stripe took (below zero) and gave back for it."""
    amounts = [an_object(one).get("amount") for one in items(thing.get("balance_transactions"))]
    return [one for one in amounts if isinstance(one, int)]


READERS: Final[Mapping[str, Reader]] = MappingProxyType(dict.fromkeys(TYPES, dispute_of))
