"""What an order is, by what is known of it: status, amounts, flags, whose."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from order_service import attempts
from order_service.fold import Books, fold
from order_service.mention import Mention
from order_service.payment import Payment, payment_told
from order_service.placed import Placed
from order_service.session import Session
from order_service.statuses import PaymentStatus, SessionStatus
from order_service.stripe_values import MAX_MINOR_UNITS
from order_service.summary import Summary
from order_service.told import Fact, Told

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def one(status: PaymentStatus, *, pi: str = "pi_1", at: int = 0, attempt: str = "pm_1 ", captured: int = 0) -> Payment:
    """A payment of 19.99 usd as one event tells it."""
    paid = 1999 if status is PaymentStatus.SUCCEEDED else captured
    method, _, charge = attempt.partition(" ")
    told = {"amount": 1999, "currency": "usd", "order_id": "ord_1", "error": "card_declined"}
    told |= {"attempt": attempts.attempt(method, charge, status)}
    return payment_told(pi, status, at=at, captured=paid, **told)  # type: ignore[arg-type]  # mypy sees one type a dict


UNDERPAID = ("amount_mismatch", "underpaid")
PLACED = Placed(NOW, "ord_1", "default", "usd", 1999)


def end_of(told: Sequence[Fact]) -> Summary | None:
    return fold("ord_1", told)


def status_of(*told: Fact) -> str:
    end = end_of(told)
    return end.status if end else "unknown"


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ([PLACED], "pending"),
        ([one(PaymentStatus.FAILED, at=1), one(PaymentStatus.SUCCEEDED, at=2)], "paid"),
        ([one(PaymentStatus.SUCCEEDED, at=1), one(PaymentStatus.FAILED, at=2)], "paid"),
        ([one(PaymentStatus.SUCCEEDED), one(PaymentStatus.CANCELED, at=9)], "paid"),
        ([one(PaymentStatus.CANCELED), one(PaymentStatus.PROCESSING, at=9)], "canceled"),
        ([one(PaymentStatus.PROCESSING, at=1), one(PaymentStatus.REQUIRES_ACTION, at=2)], "requires_action"),
        ([one(PaymentStatus.AUTHORIZED)], "authorized"),
        ([one(PaymentStatus.CANCELED), one(PaymentStatus.OPEN, pi="pi_2")], "pending"),
        ([one(PaymentStatus.FAILED), one(PaymentStatus.SUCCEEDED, pi="pi_2")], "paid"),
        ([Session("ord_1", "cs_1", SessionStatus.EXPIRED, 1999, "usd"), one(PaymentStatus.CANCELED)], "expired"),
        ([Session("ord_1", "cs_1", SessionStatus.AWAITING_FUNDS, 1999, "usd")], "processing"),
        ([Session("ord_1", "cs_1", SessionStatus.PAID, 0, "usd")], "paid"),
    ],
)
def test_status_is_derived_from_what_is_known(told: list[Fact], status: str) -> None:
    """Whichever of the facts comes first."""
    assert status_of(*told) == status_of(*told[::-1]) == status


@pytest.mark.parametrize("session_status", SessionStatus)
@pytest.mark.parametrize(
    ("payment", "status"),
    [
        ([PaymentStatus.AUTHORIZED, PaymentStatus.CANCELED], "canceled"),
        ([PaymentStatus.SUCCEEDED], "paid"),
    ],
)
def test_session_says_nothing_more_once_its_payment_is_final(
    session_status: SessionStatus, payment: list[PaymentStatus], status: str
) -> None:
    """A session that waits for funds has no event for a payment that was authorized and then canceled.

    One that expired did so, and Stripe then cancels its payment.
    """
    if session_status is SessionStatus.EXPIRED and status == "canceled":
        status = "expired"
    told: list[Fact] = [Session("ord_1", "cs_1", session_status, 1999, "usd", "pi_1"), *(one(p) for p in payment)]
    assert {status_of(*way) for way in itertools.permutations(told)} == {status}


def test_session_still_counts_beside_the_final_payment_of_another() -> None:
    """The first try was canceled, the buyer is at the second."""
    assert status_of(
        Session("ord_1", "cs_2", SessionStatus.OPEN, 1999, "usd", "pi_2"), one(PaymentStatus.CANCELED)
    ) == ("pending")


def test_two_captured_payments_are_flagged_overpaid() -> None:
    """And both are counted."""
    end = end_of([PLACED, one(PaymentStatus.SUCCEEDED), one(PaymentStatus.SUCCEEDED, pi="pi_2")])
    assert end is not None
    assert (end.status, end.amounts.captured, end.flags) == ("paid", 3998, ("overpaid",))


def test_sum_beyond_all_money_stops_at_the_most_that_can_be_told() -> None:
    """It is flagged, and no event of the order is refused for it."""
    payments = [replace(one(PaymentStatus.SUCCEEDED, pi=pi), captured=MAX_MINOR_UNITS) for pi in ("pi_1", "pi_2")]
    end = end_of([PLACED, *payments])
    assert end is not None
    assert (end.amounts.captured, end.flags) == (MAX_MINOR_UNITS, ("overpaid",))


def test_captured_amount_is_the_largest_seen() -> None:
    """An older snapshot of the payment takes nothing away."""
    end = end_of([one(PaymentStatus.SUCCEEDED, at=1), one(PaymentStatus.PROCESSING, at=5, captured=500)])
    assert end is not None
    assert end.amounts.captured == 1999


@pytest.mark.parametrize(
    ("placed", "flags", "captured"),
    [
        (Placed(NOW, "ord_1", "default", "usd", 2500), ("amount_mismatch", "underpaid"), 1999),
        (Placed(NOW, "ord_1", "default", "eur", 1999), ("currency_mismatch", "underpaid"), 0),
        (PLACED, (), 1999),
    ],
)
def test_payment_that_differs_from_what_was_placed_is_flagged(
    placed: Placed, flags: tuple[str, ...], captured: int
) -> None:
    """Money in another currency is never added up with the order's."""
    end = end_of([placed, one(PaymentStatus.SUCCEEDED)])
    assert end is not None
    assert (end.flags, end.amounts.captured) == (flags, captured)


@pytest.mark.parametrize(
    ("told", "flags"),
    [
        ([PLACED, replace(one(PaymentStatus.SUCCEEDED), captured=1)], ()),
        ([replace(PLACED, amount=2500), replace(one(PaymentStatus.SUCCEEDED), captured=1)], UNDERPAID),
        ([PLACED, Session("ord_1", "cs_1", SessionStatus.PAID, 1999, "usd")], ("underpaid",)),
        ([PLACED, Session("ord_1", "cs_1", SessionStatus.PAID, 1999, "usd", "pi_1")], ("underpaid",)),
        ([PLACED, Session("ord_1", "cs_1", SessionStatus.PAID, 0, "usd")], ("underpaid",)),
        ([Session("ord_1", "cs_1", SessionStatus.PAID, 0, "usd")], ()),
        ([PLACED, one(PaymentStatus.AUTHORIZED)], ()),
        ([PLACED, one(PaymentStatus.SUCCEEDED), one(PaymentStatus.OPEN, pi="pi_2")], ()),
    ],
)
def test_paid_order_that_brought_less_than_was_ordered_is_flagged(told: list[Fact], flags: tuple[str, ...]) -> None:
    """Also where a session says paid and no payment vouches for the money; a session of nothing owes nothing.

    A merchant who captures less of a payment than it holds does so on purpose.
    """
    end = end_of(told)
    assert end is not None
    assert end.flags == flags


def whose(*told: Fact) -> tuple[str, str | None, str | None] | None:
    end = end_of(told)
    return (end.merchant_id, end.reference, end.customer_id) if end else None


def test_order_known_only_from_stripe_keeps_whose_it_is() -> None:
    """As the metadata says; of several mentions the earliest that names a merchant counts, and a placement beats it."""
    mention = Mention("ord_1", 5, "usd", "shop", "shop-7", "customer-9")
    empty, later = Mention("ord_1", 1, "usd"), Mention("ord_1", 6, "usd", "other", "changed", "changed")
    told: list[Fact] = [one(PaymentStatus.SUCCEEDED), empty, mention, later]
    for way in itertools.permutations(told):
        assert whose(*way) == ("shop", "shop-7", "customer-9")
    assert whose(PLACED, mention) == whose(mention, PLACED) == ("default", None, None)


def test_customer_of_an_order_is_the_shops_own_and_never_stripes() -> None:
    """Stripe's stays with the payment."""
    paid = payment_told(
        "pi_1", PaymentStatus.OPEN, at=0, amount=1, currency="usd", order_id="ord_1", customer_id="cus_1"
    )
    books = Books("default")
    books.take_in(Told("evt_1", "some.type", NOW, facts=(paid,)), NOW)
    assert whose(paid) == whose(PLACED, paid) == ("default", None, None)
    assert books.payments["pi_1"].telling.customer_id == "cus_1"
