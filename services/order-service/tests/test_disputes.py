"""What disputes make of an order: every event in every order."""

from typing import Any

import pytest

from order_service.told import Unreadable


def seen(end: Any) -> tuple[str, int]:
    return end.status, end.amounts.disputed


@pytest.mark.shows("charge.dispute.created")
def test_disputed_order_says_so_whenever_its_payment_is_known(stripe: Any, placed: Any, end_of: Any) -> None:
    """A dispute names no order, only the payment."""
    told = placed(), stripe.dispute(happened="created")
    assert seen(end_of(*told)) == ("disputed", 1999)
    assert seen(end_of(*told, stripe.payment("succeeded"))) == ("disputed", 1999)


@pytest.mark.shows("charge.dispute.closed", "charge.dispute.updated")
@pytest.mark.parametrize(
    ("status", "ends"), [("won", ("paid", 0)), ("lost", ("dispute_lost", 1999)), ("prevented", ("paid", 0))]
)
def test_dispute_ends_by_its_status(stripe: Any, end_of: Any, status: str, ends: tuple[str, int]) -> None:
    """Also where all of it is told in one second."""
    told = [stripe.payment("succeeded"), stripe.dispute(happened="created"), stripe.dispute("under_review")]
    assert seen(end_of(*told)) == ("disputed", 1999)
    assert seen(end_of(*told, stripe.dispute(status, happened="closed"))) == ends


def test_dispute_over_part_of_the_payment_may_be_lost(stripe: Any, end_of: Any) -> None:
    """The order's dispute is lost, and the amount says how much of it."""
    end = end_of(stripe.payment("succeeded"), stripe.dispute("lost", happened="closed", amount=700))
    assert (seen(end), end.amounts.captured) == (("dispute_lost", 700), 1999)


@pytest.mark.shows("charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated")
def test_withdrawn_funds_are_not_a_lost_dispute(stripe: Any, end_of: Any, books_of: Any) -> None:
    """Where the money is at present stands beside the status."""
    withdrawn = stripe.payment("succeeded"), stripe.dispute(happened="funds_withdrawn")
    given_back = stripe.dispute("won", happened="funds_reinstated", at=9)
    assert seen(end_of(*withdrawn)) == ("disputed", 1999)
    assert seen(end_of(*withdrawn, given_back)) == ("paid", 0)
    assert [
        books_of(*told).payments["pi_1"].disputes["dp_1"].funds_withdrawn
        for told in (withdrawn, (*withdrawn, given_back), (given_back, *withdrawn), (stripe.dispute(),))
    ] == [True, False, False, False]


def test_moved_funds_are_known_from_any_event_of_the_dispute(stripe: Any, books_of: Any) -> None:
    """By its balance transactions, should the events about them be late or lost."""
    for amounts, held in (([], False), ([-1999], True), ([-1999, 1999], False)):
        told = stripe.dispute(balance_transactions=[{"amount": amount} for amount in amounts])
        assert books_of(told).payments["pi_1"].disputes["dp_1"].funds_withdrawn is held


@pytest.mark.parametrize("status", ["warning_needs_response", "warning_under_review", "warning_closed"])
def test_inquiry_is_seen_and_leaves_the_order_as_it_is(stripe: Any, end_of: Any, books_of: Any, status: str) -> None:
    """Nothing is disputed yet; should it become a dispute it says so, whatever the second."""
    paid, inquiry = stripe.payment("succeeded"), stripe.dispute(status, at=5)
    assert seen(end_of(paid, inquiry)) == ("paid", 0)
    assert books_of(paid, inquiry).payments["pi_1"].disputes["dp_1"].status == status
    assert seen(end_of(paid, inquiry, stripe.dispute())) == ("disputed", 1999)


def test_dispute_beside_a_refund_counts_first(stripe: Any, end_of: Any) -> None:
    """Once it is won, the order is what the refund made of it."""
    told = stripe.payment("succeeded"), stripe.refund(), stripe.dispute(amount=1499)
    end = end_of(*told)
    assert (seen(end), end.amounts.refunded) == (("disputed", 1499), 500)
    assert seen(end_of(*told, stripe.dispute("won", amount=1499))) == ("partially_refunded", 0)
    assert seen(end_of(*told, stripe.dispute("lost", amount=1499))) == ("dispute_lost", 1499)


def test_two_disputes_of_one_payment_are_both_counted(stripe: Any, end_of: Any) -> None:
    """The worse decides."""
    told = stripe.payment("succeeded"), stripe.dispute("won", dp="dp_1"), stripe.dispute("lost", dp="dp_2", amount=99)
    assert seen(end_of(*told)) == ("dispute_lost", 99)


def test_lost_dispute_of_a_double_charge_is_no_overpayment(stripe: Any, end_of: Any) -> None:
    """That money is gone."""
    told = stripe.payment("succeeded"), stripe.payment("succeeded", pi="pi_2")
    assert end_of(*told, stripe.dispute()).flags == ("overpaid",)
    assert end_of(*told, stripe.dispute("lost")).flags == ()


def test_appeal_of_a_lost_dispute_opens_it_again(stripe: Any, end_of: Any) -> None:
    """And it may yet be won."""
    told = [stripe.payment("succeeded"), stripe.dispute("lost", at=1), stripe.dispute("appeal_under_review", at=2)]
    assert seen(end_of(*told)) == ("disputed", 1999)
    assert seen(end_of(*told, stripe.dispute("won", at=3))) == ("paid", 0)


def test_later_word_says_until_when_a_dispute_can_be_answered(stripe: Any, books_of: Any) -> None:
    """An inquiry that became a dispute gives more time; where the bank takes no answer, Stripe says none or 0."""
    inquiry = stripe.dispute("warning_needs_response", at=1, evidence_details={"due_by": 1_790_100_000})
    for details, known in (
        ({"due_by": 1_790_700_000}, 1_790_700_000),
        ({"due_by": 0}, 0),
        ({"due_by": None}, 0),
        (None, 0),
    ):
        dispute = stripe.dispute(evidence_details=details)
        for told in ((inquiry, dispute), (dispute, inquiry)):
            assert books_of(*told).payments["pi_1"].disputes["dp_1"].respond_by == known


def test_dispute_of_a_status_that_is_not_known_here_is_a_dispute(stripe: Any, end_of: Any) -> None:
    """Stripe may think of new ones."""
    assert seen(end_of(stripe.payment("succeeded"), stripe.dispute("something_new"))) == ("disputed", 1999)


@pytest.mark.parametrize("changes", [{"amount": -1}, {"amount": None}, {"currency": "US"}, {"id": "a b"}])
@pytest.mark.parametrize("thing", ["refund", "dispute"])
def test_money_that_is_none_is_unreadable(stripe: Any, books_of: Any, thing: str, changes: dict[str, Any]) -> None:
    """It is parked, not guessed."""
    with pytest.raises(Unreadable, match=r"^(Its|The) .*\.$"):
        books_of(getattr(stripe, thing)(**changes))
