"""Any order, any repetition, any grouping of an order's events ends in the same state."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st

from order_service import attempts
from order_service.dispute import Dispute
from order_service.fold import Books, fold
from order_service.mention import Mention
from order_service.payment import NOBODY, Named, Namer, Payment, payment_behind, payment_told
from order_service.placed import Placed
from order_service.refund import Refund
from order_service.session import Session
from order_service.statuses import DisputeStatus, PaymentStatus, RefundStatus, SessionStatus
from order_service.summary import Summary
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
refunds = st.builds(
    Refund,
    status=st.sampled_from(RefundStatus),
    at=SECONDS,
    amount=AMOUNTS,
    currency=CURRENCIES,
    reason=st.sampled_from(["", "duplicate"]),
    failure_reason=st.sampled_from(["", "unknown"]),
    created_at=SECONDS,
)
disputes = st.builds(
    Dispute,
    status=st.sampled_from(DisputeStatus),
    at=SECONDS,
    amount=AMOUNTS,
    currency=CURRENCIES,
    reason=st.sampled_from(["", "fraudulent"]),
    created_at=SECONDS,
    withdrawn=st.booleans(),
    reinstated=st.booleans(),
)


MERCHANTS = st.sampled_from(["", "default", "m_2"])


@st.composite
def behind(draw: st.DrawFn, *ids: str) -> Payment:
    """What a refund, a dispute, a charge or an operator may tell of one of these payments."""
    order_id, namer = draw(st.none() | ORDERS), draw(st.sampled_from([Namer.OTHER, Namer.OPERATOR]))
    return payment_behind(
        draw(st.sampled_from(ids)),
        draw(CURRENCIES),
        Named(namer, draw(SECONDS), order_id, draw(MERCHANTS)) if order_id else NOBODY,
        refunds=draw(st.dictionaries(st.sampled_from(["re_1", "re_2"]), refunds, max_size=2)),
        disputes=draw(st.dictionaries(st.sampled_from(["dp_1", "dp_2"]), disputes, max_size=2)),
        charge_refunded=draw(AMOUNTS),
    )


facts: st.SearchStrategy[Fact] = payments("pi_1", "pi_2") | behind("pi_1", "pi_2") | sessions | placements | mentions


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
@given(*3 * [payments("pi_1") | behind("pi_1")])
def test_joining_payments_is_commutative_associative_and_idempotent(a: Payment, b: Payment, c: Payment) -> None:
    """The laws on which everything else stands."""
    assert a.join(b) == b.join(a)
    assert a.join(b).join(c) == a.join(b.join(c))
    assert a.join(a) == a


@settings(max_examples=300, deadline=None)
@given(st.lists(payments("pi_1") | behind("pi_1"), min_size=1, max_size=6))
def test_no_more_goes_back_than_was_captured(told: list[Payment]) -> None:
    """Whatever was told."""
    payment = reduce(Payment.join, told)
    assert 0 <= payment.refunded <= payment.captured
