"""Each event's line in the timeline: what it did, and why, in words."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from order_service.fold import Books
from order_service.placed_facts import read_order_placed
from order_service.stripe_events import read_stripe_event

NOW = datetime(2026, 1, 1, tzinfo=UTC)

LATER = "something later was known already"
Said = tuple[str, str, int | None]


def lines_of(*values: bytes) -> list[Said]:
    """Outcome, reason and version of each event's line."""
    books = Books("default")
    told = [read_order_placed(v) if b'"lines"' in v else read_stripe_event(v, order_id_key="order_id") for v in values]
    lines = [books.take_in(one, NOW) for one in told]
    return [(line.outcome, line.reason, line.version) for line in lines]


def test_each_event_leaves_a_line_that_says_why(stripe: Any, placed: Any) -> None:
    """In words, with the version it made."""
    assert lines_of(
        placed(),
        stripe.payment("created"),
        stripe.payment("succeeded", at=2),
        stripe.payment("payment_failed", at=1),
        stripe.event("charge.updated", {"payment_intent": "pi_1"}, id="evt_9"),
    ) == [
        ("applied", "Order of 19.99 USD was placed; the order is pending now.", 1),
        ("applied", "Payment of 19.99 USD was opened; the order stays pending.", None),
        ("applied", "Payment of 19.99 USD succeeded; the order is paid now.", 2),
        ("out_of_date", f"Payment of 19.99 USD failed (generic_decline); {LATER}: payment pi_1 is succeeded.", None),
        ("ignored", "Orders do not depend on this event.", None),
    ]


def test_money_that_goes_back_is_told_with_its_amount(stripe: Any) -> None:
    """And what became of the order."""
    assert lines_of(
        stripe.payment("succeeded"),
        stripe.refund("pending", happened="refund.created"),
        stripe.refund(at=1),
        stripe.refund("pending", at=2),
        stripe.refund("failed", at=3),
        stripe.dispute("warning_needs_response"),
        stripe.dispute(at=1, happened="funds_withdrawn"),
        stripe.dispute("won", at=2, happened="closed"),
    )[1:] == [
        ("applied", "Refund of 5.00 USD is on its way; the order stays paid.", None),
        ("applied", "Refund of 5.00 USD succeeded; the order is partially_refunded now.", 2),
        ("out_of_date", f"Refund of 5.00 USD is on its way; {LATER}: refund re_1 is succeeded.", None),
        ("applied", "Refund of 5.00 USD failed, the money is back; the order is paid now.", 3),
        ("applied", "Inquiry about 19.99 USD needs a response; the order stays paid.", None),
        ("applied", "Dispute of 19.99 USD needs a response; its funds were withdrawn; the order is disputed now.", 4),
        ("applied", "Dispute of 19.99 USD was won; the order is paid now.", 5),
    ]


@pytest.mark.parametrize(
    ("happened", "reason"),
    [
        pytest.param(
            "created", "was opened; the order is pending now.",
            marks=pytest.mark.shows("payment_intent.created"),
        ),
        pytest.param(
            "requires_action", "waits for the buyer to act; the order is requires_action now.",
            marks=pytest.mark.shows("payment_intent.requires_action"),
        ),
        pytest.param(
            "processing", "is processing; the order is processing now.",
            marks=pytest.mark.shows("payment_intent.processing"),
        ),
        pytest.param(
            "amount_capturable_updated", "was authorized; the order is authorized now.",
            marks=pytest.mark.shows("payment_intent.amount_capturable_updated"),
        ),
        pytest.param(
            "payment_failed", "failed (generic_decline); the order is payment_failed now.",
            marks=pytest.mark.shows("payment_intent.payment_failed"),
        ),
        pytest.param(
            "canceled", "was canceled; the order is canceled now.",
            marks=pytest.mark.shows("payment_intent.canceled"),
        ),
        pytest.param(
            "succeeded", "succeeded; the order is paid now.",
            marks=pytest.mark.shows("payment_intent.succeeded"),
        ),
    ],
)  # fmt: skip
def test_payments_are_told_in_words(stripe: Any, happened: str, reason: str) -> None:
    """With what became of the order."""
    assert lines_of(stripe.payment(happened)) == [("applied", f"Payment of 19.99 USD {reason}", 1)]


@pytest.mark.parametrize(
    ("happened", "reason"),
    [
        pytest.param(
            "completed", "was completed, its funds are on their way; the order is processing now.",
            marks=pytest.mark.shows("checkout.session.completed"),
        ),
        pytest.param(
            "async_payment_succeeded", "is paid; the order is paid now.",
            marks=pytest.mark.shows("checkout.session.async_payment_succeeded"),
        ),
        pytest.param(
            "async_payment_failed", "failed; the order is payment_failed now.",
            marks=pytest.mark.shows("checkout.session.async_payment_failed"),
        ),
        pytest.param(
            "expired", "expired; the order is expired now.",
            marks=pytest.mark.shows("checkout.session.expired"),
        ),
    ],
)  # fmt: skip
def test_sessions_are_told_in_words(stripe: Any, happened: str, reason: str) -> None:
    """Like payments."""
    assert lines_of(stripe.session(happened)) == [("applied", f"Checkout session of 19.99 USD {reason}", 1)]


CARD = "It is about a saved payment method, which Stripe keeps; no money moves."
CHARGE = "The payment's own events tell the same."


@pytest.mark.shows("payment_intent.partially_funded", "setup_intent.succeeded", "setup_intent.setup_failed")
@pytest.mark.shows("payment_method.attached", "payment_method.detached", "payment_method.automatically_updated")
@pytest.mark.shows("charge.pending", "charge.succeeded", "charge.captured", "charge.failed")
@pytest.mark.parametrize(
    ("event_type", "reason"),
    [
        ("payment_intent.partially_funded", "Part of the money is there; the payment succeeds once all of it is."),
        ("payment_intent.something_new", "Orders do not depend on this event."),
        ("setup_intent.succeeded", CARD),
        ("setup_intent.setup_failed", CARD),
        ("payment_method.attached", CARD),
        ("payment_method.detached", CARD),
        ("payment_method.automatically_updated", CARD),
        ("charge.pending", CHARGE),
        ("charge.succeeded", CHARGE),
        ("charge.captured", CHARGE),
        ("charge.failed", CHARGE),
        ("charge.refunded", "It is about a charge without a PaymentIntent; orders are paid by PaymentIntents only."),
        ("checkout.session.completed", "It sets up a payment method; no money is asked for."),
    ],
)
def test_event_that_orders_do_not_depend_on_says_why(stripe: Any, event_type: str, reason: str) -> None:
    """Where it names an order; saved cards are Stripe's to keep."""
    told = {"id": "x_1", "metadata": {"order_id": "ord_1"}}
    assert lines_of(stripe.event(event_type, told, id="evt_1")) == [("ignored", reason, None)]


def test_charge_that_went_back_leaves_the_words_to_its_refunds(stripe: Any) -> None:
    """Each has an event of its own."""
    charge = {"id": "ch_1", "payment_intent": "pi_1", "amount": 1999, "amount_refunded": 500, "currency": "usd"}
    assert lines_of(stripe.event("charge.refunded", charge, id="evt_1")) == [
        ("ignored", "It does not say which refund; that has an event of its own.", None)
    ]


def thin(event_type: str = "v1.payment_intent.succeeded") -> bytes:
    related = {"id": "pi_1", "type": "payment_intent", "url": "/v1/payment_intents/pi_1"}
    whole = {"id": "evt_thin", "object": "v2.core.event", "type": event_type, "created": "2026-09-21T14:13:20.000Z"}
    return json.dumps({**whole, "related_object": related}).encode()


def test_thin_event_says_that_its_content_is_fetched() -> None:
    """It stands with its payment."""
    told = read_stripe_event(thin(), order_id_key="order_id")
    assert (told.payment_id, told.facts, told.concerns_us) == ("pi_1", (), True)
    assert lines_of(thin()) == [
        ("ignored", "Stripe announced it without its content; that is fetched from Stripe.", None)
    ]


def test_what_was_fetched_heals_only_if_it_changes_something(stripe: Any) -> None:
    """Else it is applied as any other."""
    event = json.loads(stripe.payment("succeeded", id="evt_thin.resolved"))
    event["data"]["object"]["status"] = "succeeded"
    fetched = json.dumps({**event, "tillstream": {"resolved": "evt_thin"}}).encode()
    healed, after = lines_of(fetched, stripe.payment("succeeded"))
    assert healed == ("healed", "Payment of 19.99 USD succeeded; the order is paid now.", 1)
    assert after == ("applied", "Payment of 19.99 USD succeeded; the order stays paid.", None)
    assert lines_of(stripe.payment("succeeded"), fetched)[1][0] == "applied"
