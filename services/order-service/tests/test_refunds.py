"""What refunds make of an order: every event in every order."""

from typing import Any

import pytest

from order_service.told import Unreadable

PAID = ("paid", 0, ())


def seen(end: Any) -> tuple[str, int, tuple[str, ...]]:
    return end.status, end.amounts.refunded, end.flags


@pytest.mark.shows("refund.created", "refund.updated")
def test_refund_made_in_stripes_dashboard_finds_its_order_by_its_payment(stripe: Any, placed: Any, end_of: Any) -> None:
    """Nothing in it names the order; several partial ones add up."""
    paid, first = stripe.payment("succeeded"), stripe.refund(happened="refund.created")
    assert seen(end_of(placed(), paid, first)) == ("partially_refunded", 500, ())
    rest = stripe.refund(re="re_2", amount=1499)
    assert seen(end_of(placed(), paid, first, rest)) == ("refunded", 1999, ())


@pytest.mark.parametrize("status", ["pending", "requires_action", "canceled", None, "something_new"])
def test_refund_that_is_not_done_leaves_the_order_paid(stripe: Any, end_of: Any, status: str | None) -> None:
    """The buyer has no money back."""
    assert seen(end_of(stripe.payment("succeeded"), stripe.refund(status))) == PAID


@pytest.mark.shows("refund.failed", "charge.refund.updated")
@pytest.mark.parametrize("happened", ["refund.failed", "charge.refund.updated", "refund.updated"])
def test_refund_that_fails_after_it_succeeded_gives_the_money_back(stripe: Any, end_of: Any, happened: str) -> None:
    """The bank sent it back; even in the same second, and whatever Stripe calls the event."""
    whole = {"amount": 1999}
    done = stripe.refund(**whole), stripe.refund("pending", **whole)
    assert seen(end_of(stripe.payment("succeeded"), *done)) == ("refunded", 1999, ())
    assert seen(end_of(stripe.payment("succeeded"), *done, stripe.refund("failed", happened=happened, **whole))) == PAID


def test_refund_with_an_order_in_its_metadata_waits_for_its_payment(stripe: Any, end_of: Any) -> None:
    """The order exists; what went back counts once something came in."""
    told = stripe.refund(metadata={"order_id": "ord_1"})
    assert seen(end_of(told)) == ("pending", 0, ())
    assert seen(end_of(told, stripe.payment("succeeded", order=None))) == ("partially_refunded", 500, ())


def test_refund_never_moves_a_payment_to_another_order(stripe: Any, end_of: Any) -> None:
    """The payment's own metadata is believed before that of anything else."""
    told = stripe.refund(metadata={"order_id": "ord_2"}, at=9), stripe.payment("succeeded")
    assert seen(end_of(*told)) == ("partially_refunded", 500, ())
    assert seen(end_of(*told, order_id="ord_2")) == ("pending", 0, ())


def test_payment_that_moves_to_another_order_takes_its_refunds_and_disputes_along(stripe: Any, end_of: Any) -> None:
    """They are of the payment, not of the order."""
    told = [stripe.refund(), stripe.dispute(amount=700), stripe.payment("processing")]
    told.append(stripe.payment("succeeded", at=5, order="ord_2"))
    ends = [end_of(*told, order_id=order_id) for order_id in ("ord_1", "ord_2")]
    assert [(end.status, end.amounts.refunded, end.amounts.disputed) for end in ends] == [
        ("pending", 0, 0),
        ("disputed", 500, 700),
    ]


def test_refund_of_a_double_charge_clears_the_flag(stripe: Any, placed: Any, end_of: Any) -> None:
    """The order is paid, and its amounts tell why; if the refund fails it is overpaid again."""
    told = placed(), stripe.payment("succeeded"), stripe.payment("succeeded", pi="pi_2")
    assert seen(end_of(*told)) == ("paid", 0, ("overpaid",))
    half, whole = stripe.refund(payment_intent="pi_2"), stripe.refund(payment_intent="pi_2", amount=1999)
    assert seen(end_of(*told, half)) == ("partially_refunded", 500, ("overpaid",))
    assert seen(end_of(*told, whole)) == ("paid", 1999, ())
    failed = stripe.refund("failed", payment_intent="pi_2", amount=1999)
    assert seen(end_of(*told, whole, failed)) == ("paid", 0, ("overpaid",))


def test_order_that_is_paid_anew_after_its_refund_is_paid(stripe: Any, end_of: Any) -> None:
    """Money that is there or coming in counts before money that went back."""
    told = stripe.payment("succeeded"), stripe.refund(amount=1999)
    for happened, status in (("processing", "processing"), ("succeeded", "paid"), ("payment_failed", "refunded")):
        assert end_of(*told, stripe.payment(happened, pi="pi_2")).status == status


@pytest.mark.parametrize("reason", ["expired_uncaptured_charge", None])
def test_money_that_was_held_and_let_go_is_no_refund(stripe: Any, end_of: Any, reason: str | None) -> None:
    """Stripe writes a refund for it all the same; what was never captured cannot go back."""
    released = stripe.refund(amount=1999, reason=reason)
    assert seen(end_of(stripe.payment("canceled"), released)) == ("canceled", 0, ())


def test_refund_in_a_currency_without_decimals_is_counted_as_it_is(stripe: Any, end_of: Any) -> None:
    """80 jpy are 80, and 5.000 kwd are 5000."""
    for currency, amount in (("jpy", 80), ("kwd", 5000)):
        paid = stripe.payment("succeeded", amount=amount * 2, currency=currency)
        assert seen(end_of(paid, stripe.refund(amount=amount, currency=currency))) == ("partially_refunded", amount, ())


def charge(stripe: Any, back: int, *, at: int = 0, version: str = "2024-06-20", **changes: Any) -> bytes:
    told: dict[str, Any] = {
        "id": "ch_1",
        "object": "charge",
        "payment_intent": "pi_1",
        "currency": "usd",
        "metadata": {},
    }
    told |= {"amount": 1999, "amount_captured": 1999, "amount_refunded": back, **changes}
    event = stripe.event("charge.refunded", told, id=f"evt_ch_{back}_{at}", at=at)
    return bytes(event.replace(b'"object": "event",', f'"object": "event", "api_version": "{version}",'.encode()))


@pytest.mark.shows("charge.refunded")
def test_charges_total_counts_where_refunds_have_no_events_of_their_own(stripe: Any, end_of: Any) -> None:
    """Before API version 2024-10-28; what is known of single refunds is never counted beside it."""
    paid = stripe.payment("succeeded")
    assert seen(end_of(paid, charge(stripe, 700))) == ("partially_refunded", 700, ())
    assert seen(end_of(paid, charge(stripe, 700), charge(stripe, 1999, at=1))) == ("refunded", 1999, ())
    assert seen(end_of(paid, charge(stripe, 1200), stripe.refund())) == ("partially_refunded", 1200, ())
    assert seen(end_of(paid, charge(stripe, 500), stripe.refund("failed"))) == PAID
    assert seen(end_of(paid, charge(stripe, 500), stripe.refund("pending"))) == PAID


def test_charges_total_leaves_out_what_was_never_captured(stripe: Any, end_of: Any) -> None:
    """Stripe counts the rest of a hold as refunded when it lets it go."""
    paid = stripe.payment("succeeded", amount_received=1500)
    assert seen(end_of(paid, charge(stripe, 499, amount_captured=1500))) == PAID
    assert seen(end_of(paid, charge(stripe, 599, amount_captured=1500))) == ("partially_refunded", 100, ())


def test_refunds_inside_of_a_charge_are_read(stripe: Any, end_of: Any) -> None:
    """As the API wrote them until 2022-11-15; the same refund told once more is the same refund."""
    inside = {"data": [{"id": "re_1", "amount": 500, "currency": "usd", "status": "succeeded"}]}
    paid, old = stripe.payment("succeeded"), charge(stripe, 500, version="2022-08-01", refunds=inside)
    assert seen(end_of(paid, old, stripe.refund(at=4))) == ("partially_refunded", 500, ())
    assert seen(end_of(paid, old, stripe.refund("failed", at=4))) == PAID


@pytest.mark.parametrize("listed", [7, "re_1", None, []])
def test_what_stands_among_the_refunds_of_a_charge_and_is_none_is_unreadable(
    stripe: Any, books_of: Any, listed: object
) -> None:
    """It is parked for what it says, and not as a failure of ours."""
    with pytest.raises(Unreadable):
        books_of(charge(stripe, 500, version="2022-08-01", refunds={"data": [listed]}))


@pytest.mark.parametrize("thing", ["refund", "dispute", "charge"])
def test_what_is_about_a_charge_without_a_payment_intent_is_no_order_of_ours(
    stripe: Any, books_of: Any, thing: str
) -> None:
    """Another integration's; it leaves nothing in the books, and a line where it names an order."""
    named: dict[str, Any] = {"payment_intent": None, "metadata": {"order_id": "ord_1"}}
    told = charge(stripe, 500, **named) if thing == "charge" else getattr(stripe, thing)(**named)
    books = books_of(told)
    assert (books.orders, books.payments) == ({}, {})
