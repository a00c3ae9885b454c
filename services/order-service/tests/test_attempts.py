"""Attempts that Stripe told of in one second: its clock has no finer time."""

from datetime import UTC, datetime
from typing import Any

import pytest

EVENTS = {"open": "created", "failed": "payment_failed", "authorized": "amount_capturable_updated"}


@pytest.mark.parametrize(
    ("happened", "status"),
    [
        ([("requires_action", "pm_1"), ("failed", "pm_1")], "payment_failed"),
        ([("requires_action", "pm_1"), ("failed", "pm_1"), ("requires_action", "pm_2")], "requires_action"),
        (
            [("requires_action", "pm_1"), ("failed", "pm_1"), ("requires_action", "pm_2"), ("failed", "pm_2")],
            "payment_failed",
        ),
        ([("open", ""), ("failed", "pm_1")], "payment_failed"),
        ([("failed", "pm_1"), ("processing", "pm_2")], "processing"),
        ([("failed", "pm_1"), ("authorized", "pm_1")], "authorized"),
        ([("failed", "pm_1 ch_1"), ("authorized", "pm_1")], "authorized"),
        ([("failed", "pm_1 ch_1"), ("authorized", "pm_1 ch_2")], "authorized"),
        ([("failed", "pm_1 ch_1"), ("processing", "pm_1 ch_2")], "processing"),
        ([("failed", "pm_1 ch_1"), ("processing", "pm_1 ch_2"), ("failed", "pm_1 ch_2")], "payment_failed"),
        ([("requires_action", "pm_1"), ("failed", "pm_1 ch_1")], "payment_failed"),
        ([("requires_action", "pm_1 ch_0"), ("failed", "pm_1 ch_1")], "payment_failed"),
        ([("processing", "pm_1"), ("failed", "pm_1 ch_1")], "payment_failed"),
        ([("failed", "pm_1 ch_1"), ("requires_action", "pm_2 ch_1")], "requires_action"),
        ([("requires_action", "pm_1"), ("failed", "pm_2 ch_1")], "payment_failed"),
        ([("requires_action", "pm_1 ch_0"), ("failed", "pm_2 ch_1")], "payment_failed"),
        ([("failed", "pm_1 ch_1"), ("requires_action", "pm_2 ch_1"), ("failed", "pm_2 ch_2")], "payment_failed"),
    ],
)
def test_attempts_of_one_second_end_as_they_happened(
    stripe: Any, end_of: Any, happened: list[tuple[str, str]], status: str
) -> None:
    """Stripe's clock has whole seconds, yet a buyer who tries another card at once sees the right status."""
    assert end_of(*(event(stripe, *one) for one in happened)).status == status


def event(stripe: Any, word: str, attempt: str) -> bytes:
    """An event of the attempt `method charge`: the charge is the latest that the PaymentIntent knows."""
    method, _, charge = attempt.partition(" ")
    told: bytes = stripe.payment(
        EVENTS.get(word, word), method=method, latest_charge=charge or None, id=f"evt_{word}_{method}_{charge}"
    )
    return told


@pytest.mark.shows("payment_intent.requires_action")
def test_card_that_is_tried_again_at_once_after_a_decline_waits_for_its_buyer(stripe: Any, end_of: Any) -> None:
    """The same card in the same second: the second attempt begins after the first one's charge."""
    declined = stripe.payment("payment_failed", latest_charge="ch_1")
    again = stripe.payment("requires_action", latest_charge="ch_1")
    assert end_of(declined, again).status == "requires_action"
    assert end_of(declined, again, stripe.payment("succeeded", latest_charge="ch_2")).status == "paid"


def test_a_placement_takes_no_word_of_stripes_back(stripe: Any, placed: Any, end_of: Any) -> None:
    """Not even by a clock that is fast: to be opened comes before all else."""
    late = placed(occurred_at=datetime(2099, 1, 1, tzinfo=UTC))
    assert end_of(stripe.payment("payment_failed"), late).status == "payment_failed"
    assert end_of(stripe.payment("requires_action"), late).status == "requires_action"


def test_buyer_who_does_not_pass_the_check_has_failed(stripe: Any, end_of: Any) -> None:
    """Failing so makes no charge: the latest one is still that of the attempt before."""
    error = {"code": "payment_intent_authentication_failure", "payment_method": {"id": "pm_1"}}
    declined = stripe.payment("payment_failed", latest_charge="ch_1", id="evt_1")
    again = stripe.payment("requires_action", latest_charge="ch_1", id="evt_2")
    failed = stripe.payment("payment_failed", latest_charge="ch_1", last_payment_error=error, id="evt_3")
    assert end_of(declined, again, failed).status == "payment_failed"
    assert end_of(again, failed).status == "payment_failed"
