"""What Stripe's hosted Checkout Sessions say."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from order_service.happening import Happening, Reader, Saying, mention, merchant
from order_service.payment import Namer, Payment, payment_told
from order_service.session import Session
from order_service.statuses import SESSION, PaymentStatus, SessionStatus
from order_service.stripe_values import amount, an_id, currency, plain, reference
from order_service.told import Fact
from tillstream_contracts.money import written

TYPES: Final[Mapping[str, SessionStatus]] = MappingProxyType(
    {
        "checkout.session.completed": SessionStatus.AWAITING_FUNDS,
        "checkout.session.async_payment_succeeded": SessionStatus.PAID,
        "checkout.session.async_payment_failed": SessionStatus.FAILED,
        "checkout.session.expired": SessionStatus.EXPIRED,
    }
)
STATES: Final[Mapping[str, SessionStatus]] = MappingProxyType(
    {"open": SessionStatus.OPEN, "complete": SessionStatus.AWAITING_FUNDS, "expired": SessionStatus.EXPIRED}
)
WORDS: Final[Mapping[SessionStatus, str]] = MappingProxyType(
    {
        SessionStatus.OPEN: "is open",
        SessionStatus.EXPIRED: "expired",
        SessionStatus.AWAITING_FUNDS: "was completed, its funds are on their way",
        SessionStatus.FAILED: "failed",
        SessionStatus.PAID: "is paid",
    }
)
SETUP: Final = "It sets up a payment method; no money is asked for"
NO_MONEY: Final[Mapping[str, str]] = MappingProxyType(
    {"setup": SETUP, "subscription": "It begins a subscription, whose own events tell what is paid"}
)
"""By the mode of a session that asks no money for an order; of such a one Stripe, too, says that it is settled."""
SETTLED: Final = ("paid", "no_payment_required")


def session_of(happening: Happening) -> Saying:
    """The session, of the status that the event's type means."""
    return _saying(happening, TYPES[happening.event_type])


def observed(happening: Happening) -> Saying:
    """The session as it stands, by its own status; that its funds failed to come only the event says."""
    state = STATES.get(plain(happening.thing.get("status")), SessionStatus.OPEN)
    failed = [status for status in (TYPES.get(happening.event_type),) if status is SessionStatus.FAILED]
    return _saying(happening, max([state, *failed], key=lambda status: SESSION[status]))


def _saying(happening: Happening, status: SessionStatus) -> Saying:
    """The session, and the payment that a paid one vouches for."""
    session = happening.thing
    if why_not := NO_MONEY.get(plain(session.get("mode"))) or (session.get("currency") is None and SETUP):
        return Saying(words=why_not)
    session_id = an_id(session.get("id"), "the Checkout Session's id")
    if status is SessionStatus.AWAITING_FUNDS and session.get("payment_status") in SETTLED:
        status = SessionStatus.PAID
    money = amount(session.get("amount_total") or 0, "amount_total"), currency(session["currency"])
    payment_id = reference(session.get("payment_intent"))
    facts: list[Fact] = []
    if happening.order_id:
        facts.append(Session(happening.order_id, session_id, status, *money, payment_id))
    if status is SessionStatus.PAID and payment_id:
        facts.append(_paid(happening, payment_id, *money))
    words = f"Checkout session of {written(*money)} {WORDS[status]}"
    return Saying((*facts, *mention(happening, money[1])), words)


def _paid(happening: Happening, payment_id: str, amount: int, currency: str) -> Payment:
    return payment_told(
        payment_id,
        PaymentStatus.SUCCEEDED,
        at=happening.at,
        amount=amount,
        currency=currency,
        captured=amount,
        order_id=happening.order_id,
        merchant_id=merchant(happening),
        named_by=Namer.OTHER,
        customer_id=reference(happening.thing.get("customer")),
    )


READERS: Final[Mapping[str, Reader]] = MappingProxyType(dict.fromkeys(TYPES, session_of))
