"""An operator's word on which order a payment belongs to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from order_service.attached_facts import read_payment_attached
from order_service.fold import Books
from order_service.told import Unreadable
from tillstream_contracts import PaymentAttached

NOW = datetime(2026, 9, 22, tzinfo=UTC)


def test_operators_word_beats_stripes_and_the_later_the_earlier(stripe: Any, attached: Any, end_of: Any) -> None:
    """In whatever order they come, also within one second; Stripe may name its order as often as it likes."""
    told = [stripe.payment("created"), attached("ord_2"), attached("ord_3", after=timedelta(microseconds=1))]
    told.append(stripe.payment("succeeded", at=10**6))
    assert end_of(*told, order_id="ord_3").amounts.captured == 1999
    for order_id in ("ord_1", "ord_2"):
        assert end_of(*told, order_id=order_id).amounts.captured == 0


def test_attached_payment_brings_refunds_and_disputes(stripe: Any, attached: Any, end_of: Any) -> None:
    """Whichever is known first."""
    told = stripe.payment("succeeded", order=None), stripe.refund(), stripe.dispute(amount=99), attached("ord_1")
    amounts = end_of(*told).amounts
    assert (amounts.captured, amounts.refunded, amounts.disputed) == (1999, 500, 99)


def test_payment_in_another_currency_is_flagged(stripe: Any, attached: Any, placed: Any, end_of: Any) -> None:
    """As somebody attached money that the order did not ask for."""
    stray = stripe.payment("succeeded", order=None, pi="pi_9", currency="eur")
    assert end_of(placed(), stray, attached("ord_1", pi="pi_9")).flags == ("currency_mismatch", "underpaid")


def test_both_orders_tell_of_the_move(stripe: Any, attached: Any, books_of: Any, read: Any) -> None:
    """And an earlier word that comes later is out of date."""
    books: Books = books_of(stripe.payment("succeeded"))
    line = books.take_in(read(attached("ord_2", after=timedelta(seconds=2))), NOW)
    said = "Payment pi_1 was attached to order ord_2 by an operator"
    assert (line.order_id, line.reason) == ("ord_2", f"{said}; the order is paid now.")
    [left] = books.goodbyes
    assert (left.order_id, left.version) == ("ord_1", 2)
    assert left.reason == f"{said}; payment pi_1 belongs to order ord_2 now; the order is pending now."
    late = books.take_in(read(attached("ord_1", after=timedelta(seconds=1))), NOW)
    assert (late.outcome, late.order_id) == ("out_of_date", "ord_2")
    assert late.reason.endswith("something later was known already: payment pi_1 belongs to order ord_2.")


@pytest.mark.parametrize(
    "changes",
    [{"order_id": "a b"}, {"currency": "EUR"}, {"payment_intent_id": "\0"}, {"occurred_at": "1969-01-01T00:00Z"}],
)
def test_senseless_attachment_is_unreadable(attached: Any, changes: dict[str, str]) -> None:
    """It is parked, not believed."""
    whole = PaymentAttached.model_validate_json(attached("ord_1")).model_dump(mode="json") | changes
    with pytest.raises(Unreadable):
        read_payment_attached(PaymentAttached.model_construct(**whole).model_dump_json(warnings=False).encode())
