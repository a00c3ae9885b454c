"""Which order a payment belongs to, and which to none."""

from typing import Any

import pytest

from order_service.fold import Books

UNMATCHED = "Payment of 19.99 USD succeeded; it names no order of ours and is kept as an unmatched payment."


def changes_in(books: Books) -> list[tuple[str, str, int]]:
    return [(change.order_id, change.status, change.amounts.captured) for change in books.changes]


def test_payment_is_kept_until_its_order_is_known(stripe: Any, placed: Any, books_of: Any) -> None:
    """First nobody knows whose it is; when the order names it, the order is paid."""
    stray = stripe.payment("succeeded", order=None)
    assert (changes_in(books_of(stray)), list(books_of(stray).payments)) == ([], ["pi_1"])
    assert changes_in(books_of(stray, placed())) == [("ord_1", "paid", 1999)]


def test_payments_of_other_integrations_are_kept_apart(stripe: Any, placed: Any, books_of: Any) -> None:
    """Whatever becomes of them, and whatever else their metadata says: no order of ours has any of it."""
    theirs: dict[str, Any] = {"pi": "pi_9", "order": None, "metadata": {"orderId": "ord_1", "shop": "other"}}
    told = [stripe.payment("succeeded", **theirs), stripe.refund(payment_intent="pi_9")]
    told.append(stripe.dispute("lost", payment_intent="pi_9"))
    books = books_of(placed(), stripe.payment("succeeded"), *told)
    assert changes_in(books)[-1] == ("ord_1", "paid", 1999)
    assert list(books.orders) == ["ord_1"]
    assert (books.payments["pi_9"].order_id, books.payments["pi_9"].refunded) == (None, 500)


def test_payment_that_is_given_to_another_order_leaves_the_first(stripe: Any, books_of: Any) -> None:
    """Its money is counted once."""
    told = stripe.payment("succeeded"), stripe.payment("succeeded", order="ord_2", at=5)
    assert changes_in(books_of(*told)) == [("ord_1", "paid", 1999), ("ord_1", "pending", 0), ("ord_2", "paid", 1999)]


def test_order_that_was_named_exists_whichever_of_two_names_came_first(stripe: Any, end_of: Any) -> None:
    """It is pending without its payment, and has nothing of what only that payment knew."""
    told = stripe.payment("created"), stripe.payment("succeeded", order="ord_2", at=2)
    ends = [end_of(*told, order_id=order_id) for order_id in ("ord_1", "ord_2")]
    assert [(end.status, end.currency, end.amounts.ordered, end.amounts.captured) for end in ends] == [
        ("pending", "usd", 0, 0),
        ("paid", "usd", 1999, 1999),
    ]


def test_payment_that_names_an_order_of_another_merchant_is_flagged(stripe: Any, placed: Any, end_of: Any) -> None:
    """Its money is there and is counted, but a person should look whose it is."""
    ours, theirs = ({"order_id": "ord_1", "merchant_id": merchant} for merchant in ("default", "m_2"))
    for told, flags in (
        (stripe.payment("succeeded"), ()),
        (stripe.payment("succeeded", metadata=ours), ()),
        (stripe.payment("succeeded", metadata=theirs), ("merchant_mismatch",)),
        (stripe.session("completed", payment_status="paid", metadata=theirs), ("merchant_mismatch",)),
    ):
        order = placed(payment_intent_id=None)
        for way in ((order, told), (told, order)):
            end = end_of(*way)
            assert (end.merchant_id, end.amounts.captured, end.flags) == ("default", 1999, flags)


@pytest.mark.parametrize("happened", ["completed", "async_payment_failed", "expired"])
def test_session_whose_payment_went_to_another_order_no_longer_counts(stripe: Any, end_of: Any, happened: str) -> None:
    """The payment's own metadata is believed before the session's."""
    session = stripe.session(happened)
    assert end_of(session).status != "pending"
    assert end_of(session, stripe.payment("processing", order="ord_2")).status == "pending"


def test_session_names_the_order_of_a_payment_that_names_none(stripe: Any, end_of: Any) -> None:
    """It vouches for it."""
    told = stripe.session("completed", payment_status="paid"), stripe.payment("succeeded", order=None)
    assert (end_of(*told).status, end_of(*told).amounts.captured) == ("paid", 1999)


def test_paid_session_never_takes_a_payment_from_the_order_that_it_names_itself(stripe: Any, end_of: Any) -> None:
    """However late it speaks."""
    told = stripe.payment("succeeded", order="ord_2"), stripe.session("completed", payment_status="paid", at=9)
    assert [end_of(*told, order_id=order_id).amounts.captured for order_id in ("ord_1", "ord_2")] == [0, 1999]
