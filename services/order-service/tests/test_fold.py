"""Any order, any repetition, any grouping of an order's events ends in the same state."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_service import attempts
from order_service.diagram import diagram
from order_service.fold import Books, fold
from order_service.mention import Mention
from order_service.payment import NOBODY, Named, Namer, Payment, payment_told
from order_service.placed import Placed
from order_service.session import Session
from order_service.statuses import PAYMENT_MEANING, PaymentStatus, SessionStatus
from order_service.summary import Summary
from order_service.timeline import Outcome
from order_service.told import Fact, Told
from tillstream_contracts import OrderStatusChanged

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS = st.integers(0, 2)
AMOUNTS = st.sampled_from([0, 1000, 1999])
CURRENCIES = st.sampled_from(["usd", "eur"])
ORDERS = st.sampled_from(["ord_1", "ord_2"])


@st.composite
def payments(draw: st.DrawFn, *ids: str) -> Payment:
    """What one event may tell of one of these payments; seconds collide on purpose."""
    status = draw(st.sampled_from(PaymentStatus))
    amount = draw(AMOUNTS)
    return payment_told(
        draw(st.sampled_from(ids)),
        status,
        at=draw(SECONDS),
        amount=amount,
        currency=draw(CURRENCIES),
        captured=amount if status is PaymentStatus.SUCCEEDED else draw(st.sampled_from([0, 0, 500])),
        order_id=draw(st.none() | ORDERS),
        attempt=attempts.attempt(
            draw(st.sampled_from(["pm_1", "pm_2", ""])), draw(st.sampled_from(["ch_1", "ch_2", ""])), status
        ),
        customer_id=draw(st.sampled_from(["", "cus_1", "cus_2"])),
        error=draw(st.sampled_from(["", "card_declined"])),
    )


sessions = st.builds(
    Session,
    order_id=ORDERS,
    session_id=st.sampled_from(["cs_1", "cs_2"]),
    status=st.sampled_from(SessionStatus),
    amount=AMOUNTS,
    currency=CURRENCIES,
    payment_id=st.sampled_from(["", "pi_1"]),
)
placements = st.builds(
    Placed,
    occurred_at=st.sampled_from([NOW, NOW.replace(year=2027)]),
    order_id=ORDERS,
    merchant_id=st.sampled_from(["default", "other"]),
    currency=CURRENCIES,
    amount=AMOUNTS,
    reference=st.sampled_from(["", "shop-7"]),
    customer_id=st.sampled_from(["", "customer-9"]),
    metadata=st.sampled_from(["{}", '{"a":"b"}']),
)
mentions = st.builds(
    Mention,
    order_id=ORDERS,
    at=SECONDS,
    currency=CURRENCIES,
    merchant_id=st.sampled_from(["", "default", "other"]),
    reference=st.sampled_from(["", "shop-8"]),
    customer_id=st.sampled_from(["", "customer-8"]),
)
facts: st.SearchStrategy[Fact] = payments("pi_1", "pi_2") | sessions | placements | mentions


@st.composite
def tellings(draw: st.DrawFn) -> tuple[list[Fact], list[Fact]]:
    """The same facts twice: once as they are, once shuffled and with some repeated."""
    told = draw(st.lists(facts, min_size=1, max_size=10))
    repeated = draw(st.lists(st.sampled_from(told), max_size=5))
    return told, draw(st.permutations([*told, *repeated]))


def end_of(told: Sequence[Fact]) -> Summary | None:
    return fold("ord_1", told)


def books_of(told: Sequence[Fact]) -> Books:
    """What stands in the books after these, an event each."""
    books = Books("default")
    for number, fact in enumerate(told):
        books.take_in(Told(f"evt_{number}", "some.type", NOW, fact.order_id, facts=(fact,)), NOW)
    return books


@settings(max_examples=300, deadline=None)
@given(tellings())
def test_order_and_repetition_of_facts_never_matter(told: tuple[list[Fact], list[Fact]]) -> None:
    """All orders with their facts and summaries, and all payments, those without an order too."""
    once, shuffled = (books_of(way) for way in told)
    assert once.payments == shuffled.payments
    known = [{key: (one.order, one.summary) for key, one in books.orders.items()} for books in (once, shuffled)]
    assert known[0] == known[1]


@settings(max_examples=200, deadline=None)
@given(tellings())
def test_last_published_status_never_depends_on_the_way_there(told: tuple[list[Fact], list[Fact]]) -> None:
    """Versions are counted without gaps, and the last one says what the order is."""
    assert last_published(told[0]) == last_published(told[1])


def last_published(told: Sequence[Fact]) -> dict[str, object]:
    """Of each order, without what depends on the way."""
    last: dict[str, OrderStatusChanged] = {}
    for change in books_of(told).changes:
        assert change.version == (last[change.order_id].version + 1 if change.order_id in last else 1)
        last[change.order_id] = change
    return {
        key: change.model_dump(exclude={"event_id", "version", "previous_status", "cause"})
        for key, change in last.items()
    }


@settings(max_examples=300, deadline=None)
@given(payments("pi_1"), payments("pi_1"), payments("pi_1"))
def test_joining_payments_is_commutative_associative_and_idempotent(a: Payment, b: Payment, c: Payment) -> None:
    """The laws on which everything else stands."""
    assert a.join(b) == b.join(a)
    assert a.join(b).join(c) == a.join(b.join(c))
    assert a.join(a) == a


def one(status: PaymentStatus, *, pi: str = "pi_1", at: int = 0, attempt: str = "pm_1 ", captured: int = 0) -> Payment:
    """A payment of 19.99 usd as one event tells it."""
    paid = 1999 if status is PaymentStatus.SUCCEEDED else captured
    method, _, charge = attempt.partition(" ")
    told = {"amount": 1999, "currency": "usd", "order_id": "ord_1", "error": "card_declined"}
    told |= {"attempt": attempts.attempt(method, charge, status)}
    return payment_told(pi, status, at=at, captured=paid, **told)  # type: ignore[arg-type]  # mypy sees one type a dict


UNDERPAID = ("amount_mismatch", "underpaid")
PLACED = Placed(NOW, "ord_1", "default", "usd", 1999)


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
        ([("failed", "pm_1 ch_1"), ("requires_action", "pm_2 ch_1"), ("failed", "pm_2 ch_2")], "payment_failed"),
    ],
)
def test_attempts_of_one_second_end_as_they_happened(happened: list[tuple[str, str]], status: str) -> None:
    """Stripe's clock has whole seconds, yet a buyer who tries another card at once sees the right status."""
    told = [one(PaymentStatus(word), attempt=attempt) for word, attempt in happened]
    assert {status_of(*way) for way in itertools.permutations(told)} == {status}


def test_two_captured_payments_are_flagged_overpaid() -> None:
    """And both are counted."""
    end = end_of([PLACED, one(PaymentStatus.SUCCEEDED), one(PaymentStatus.SUCCEEDED, pi="pi_2")])
    assert end is not None
    assert (end.status, end.amounts.captured, end.flags) == ("paid", 3998, ("overpaid",))


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
    books = books_of([paid])
    assert whose(paid) == whose(PLACED, paid) == ("default", None, None)
    assert books.payments["pi_1"].telling.customer_id == "cus_1"


def lines_of(*told: tuple[Fact, ...]) -> list[tuple[str, str, int | None]]:
    """Outcome, reason and version of each event's line."""
    books = Books("default")
    lines = [
        books.take_in(Told(f"evt_{n}", "some.type", NOW, "ord_1", "pi_1", facts), NOW) for n, facts in enumerate(told)
    ]
    return [(line.outcome, line.reason, line.version) for line in lines]


def test_each_event_leaves_a_line_that_says_why() -> None:
    """In words, with the version it made."""
    assert lines_of(
        (PLACED,),
        (one(PaymentStatus.OPEN),),
        (one(PaymentStatus.SUCCEEDED, at=2),),
        (one(PaymentStatus.FAILED, at=1),),
        (),
    ) == [
        (Outcome.APPLIED, "The order is pending now.", 1),
        (Outcome.APPLIED, "The order stays pending.", None),
        (Outcome.APPLIED, "The order is paid now.", 2),
        (Outcome.OUT_OF_DATE, "Something later was known already: payment pi_1 is succeeded.", None),
        (Outcome.IGNORED, "Orders do not depend on this event.", None),
    ]


def test_payment_is_kept_until_its_order_is_known() -> None:
    """First nobody knows whose it is; when the order names it, the order is paid."""
    stray = replace(one(PaymentStatus.SUCCEEDED), named=NOBODY)
    books = Books("default")
    line = books.take_in(Told("evt_1", "some.type", NOW, payment_id="pi_1", facts=(stray,)), NOW)
    assert (line.order_id, line.reason) == (None, "It names no order of ours and is kept as an unmatched payment.")
    books.take_in(Told("evt_2", "some.type", NOW, facts=(PLACED, one(PaymentStatus.OPEN))), NOW)
    assert [(change.status, change.amounts.captured) for change in books.changes] == [("paid", 1999)]


def test_payment_that_is_given_to_another_order_leaves_the_first() -> None:
    """Its money is counted once."""
    books = Books("default")
    paid = one(PaymentStatus.SUCCEEDED)
    books.take_in(Told("evt_1", "some.type", NOW, facts=(paid,)), NOW)
    books.take_in(Told("evt_2", "some.type", NOW, facts=(replace(paid, named=Named(Namer.ITSELF, 5, "ord_2")),)), NOW)
    assert [(change.order_id, change.status, change.amounts.captured) for change in books.changes] == [
        ("ord_1", "paid", 1999),
        ("ord_1", "pending", 0),
        ("ord_2", "paid", 1999),
    ]


@pytest.mark.parametrize("way", [(0, 1), (1, 0)])
def test_order_that_was_named_exists_whichever_of_two_names_came_first(way: tuple[int, int]) -> None:
    """It is pending without its payment, and has nothing of what only that payment knew."""
    paid = replace(one(PaymentStatus.SUCCEEDED, at=2), named=Named(Namer.ITSELF, 2, "ord_2"))
    told = [one(PaymentStatus.OPEN, at=1), paid]
    orders = books_of([told[number] for number in way]).orders
    ends = {key: known.summary for key, known in orders.items() if known.summary}
    assert {
        key: (end.status, end.currency, end.amounts.ordered, end.amounts.captured) for key, end in ends.items()
    } == {
        "ord_1": ("pending", "usd", 0, 0),
        "ord_2": ("paid", "usd", 1999, 1999),
    }


def test_every_status_of_a_payment_stands_in_the_diagram() -> None:
    """It is drawn from the same tables."""
    drawn = diagram()
    assert all(f"{meaning}" in drawn for meaning in PAYMENT_MEANING.values())
    assert "canceled --> paid: payment_intent.succeeded" in drawn
    assert all(f"paid --> {meaning}" not in drawn for meaning in PAYMENT_MEANING.values())


def test_the_page_in_the_docs_shows_the_diagram_as_it_is_drawn_now() -> None:
    """After a change: `python -m order_service.diagram`, into docs/order-life.md."""
    page = Path(__file__).parents[3] / "docs" / "order-life.md"
    assert f"```mermaid\n{diagram()}```" in page.read_text()
