"""What is known of a subscription: the same, in whatever order and however often its facts are told."""

import itertools
from functools import reduce
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from order_service.invoice import invoice_told
from order_service.subscription import Naming, Subscription, Telling, subscription_told
from order_service.subscription_statuses import SUBSCRIPTION, Attempt
from order_service.subscription_summary import summarize_subscription
from tillstream_contracts import InvoiceStatus, SubscriptionStatus
from tillstream_contracts.types import LatestInvoice

SECONDS = st.integers(1, 4)
STATUSES = st.sampled_from(SubscriptionStatus)
SAID = st.sampled_from([status for status in InvoiceStatus if status is not InvoiceStatus.NOTHING_DUE])


def telling(status: SubscriptionStatus, *, later: bool = True, ends: bool = False, **said: object) -> Telling:
    """A telling of a subscription with a status."""
    rank = SUBSCRIPTION[status].in_second
    plain = Telling(
        later, rank, status, 0, ends, trial_end=7, currency="eur", customer="", items=(), update_pending=False
    )
    return plain._replace(**said)  # type: ignore[arg-type]  # the tests name the right types


def told(status: SubscriptionStatus, at: int = 1, **said: object) -> Subscription:
    """A subscription as an event of its own tells it."""
    return subscription_told("sub_1", telling(status, **said), at=at, naming=Naming(False, 1, "subs_1"))  # type: ignore[arg-type]


def billed(
    invoice_id: str, status: InvoiceStatus, at: int, due: int, paid: int, attempt: Attempt, sequence: int = 0
) -> Subscription:
    """A subscription of which only an invoice tells."""
    invoice = invoice_told(
        invoice_id,
        status,
        at=at,
        amount_due=due,
        amount_paid=paid,
        currency="eur",
        created=1,
        sequence=sequence,
        attempt=attempt,
    )
    return Subscription("sub_1", invoices={invoice_id: invoice})


FACTS = st.one_of(
    st.builds(
        lambda status, at, later, ends, state, came_from: told(
            status, at, later=later, ends=ends, state=state, came_from=came_from
        ),
        STATUSES,
        SECONDS,
        st.booleans(),
        st.booleans(),
        st.sampled_from("abc"),
        st.sampled_from("abc"),
    ),
    st.builds(
        billed,
        st.sampled_from(["in_1", "in_2"]),
        SAID,
        SECONDS,
        st.sampled_from([0, 500]),
        st.sampled_from([0, 500]),
        st.sampled_from(Attempt),
        st.integers(0, 2),
    ),
    st.builds(
        lambda nameless, at, ours: Subscription("sub_1", naming=Naming(nameless, at, ours)),
        st.booleans(),
        SECONDS,
        st.sampled_from(["", "subs_1", "subs_2"]),
    ),
    st.builds(lambda at: Subscription("sub_1", trial_ending=at), st.sampled_from([0, 7, 9])),
)


def joined(facts: list[Subscription]) -> Subscription:
    """All that the facts know together."""
    return reduce(Subscription.join, facts)


@given(st.lists(FACTS, min_size=1, max_size=7), st.randoms(use_true_random=False), st.integers(1, 6))
def test_any_order_duplication_and_grouping_of_facts_gives_the_same(
    facts: list[Subscription], random: Random, cut: int
) -> None:
    """Commutative, associative and idempotent, and so is what others see of it."""
    shuffled = facts + random.choices(facts, k=3)
    random.shuffle(shuffled)
    batches = [joined(shuffled[start : start + cut]) for start in range(0, len(shuffled), cut)]
    assert joined(batches) == joined(facts)
    assert summarize_subscription(joined(batches), merchant_id="m") == summarize_subscription(
        joined(facts), merchant_id="m"
    )


def status_of(*facts: Subscription) -> set[SubscriptionStatus]:
    """What all orders of the facts come to."""
    return {
        summarize_subscription(joined(list(order)), merchant_id="m").status for order in itertools.permutations(facts)
    }


def test_canceled_is_the_last_word_whatever_the_clock_says() -> None:
    """An update that was sent before and comes with a later second changes nothing."""
    facts = told(SubscriptionStatus.CANCELED, at=1), told(SubscriptionStatus.ACTIVE, at=2)
    assert status_of(*facts) == {SubscriptionStatus.CANCELED}


def test_the_later_second_wins_among_the_others() -> None:
    """Past due and active again, as often as it may be."""
    facts = [
        told(SubscriptionStatus.PAST_DUE, 2),
        told(SubscriptionStatus.ACTIVE, 3),
        told(SubscriptionStatus.ACTIVE, 1),
    ]
    assert status_of(*facts) == {SubscriptionStatus.ACTIVE}


def test_creation_comes_before_all_else_of_its_second() -> None:
    """Its first payment may succeed within it."""
    created = told(SubscriptionStatus.PAST_DUE, later=False)
    assert status_of(created, told(SubscriptionStatus.ACTIVE)) == {SubscriptionStatus.ACTIVE}


ACTIVE, PAST_DUE = SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE


def test_what_was_fetched_later_in_a_second_wins_over_the_creation_though_it_does_not_say_what_was_before() -> None:
    """Both were thin events: the first was fetched before the payment, the second after it."""
    made = told(SubscriptionStatus.INCOMPLETE, later=False, state="a", came_from="")
    paid = told(SubscriptionStatus.ACTIVE, state="b", came_from="b")
    assert made.join(paid).telling == told(SubscriptionStatus.ACTIVE, state="b", came_from="b").telling
    moved_on = told(SubscriptionStatus.PAST_DUE, state="c", came_from="b")
    assert made.join(paid).join(moved_on).telling == moved_on.telling


def test_events_of_one_second_are_put_in_a_row_by_what_each_says_was_before() -> None:
    """Renewed, not paid, and then paid with another card, while a test clock stands still."""
    renewed = told(ACTIVE, state="b", came_from="a")
    failed = told(PAST_DUE, state="c", came_from="b")
    recovered = told(ACTIVE, state="b", came_from="c", event_id="evt_3")
    assert status_of(renewed, failed, recovered) == {ACTIVE}
    failed_again = told(PAST_DUE, state="c", came_from="b", event_id="evt_4")
    assert status_of(renewed, failed, recovered, failed_again) == {PAST_DUE}


def test_first_of_a_row_may_be_the_creation() -> None:
    """It came from nothing; to end with the period and not to is where it began."""
    created = told(ACTIVE, later=False, state="a")
    ends = told(ACTIVE, ends=True, state="b", came_from="a")
    stays = told(ACTIVE, state="a", came_from="b")
    for way in itertools.permutations((created, ends, stays)):
        telling = joined(list(way)).telling
        assert telling is not None
        assert not telling.ends_with_period


def test_event_that_says_nothing_of_before_moves_nothing() -> None:
    """Such as the one that announces a trial's end."""
    ends = told(ACTIVE, ends=True, state="b", came_from="a")
    announced = told(ACTIVE, ends=True, state="b", came_from="b")
    assert ends.join(announced).telling in (*ends.tellings, *announced.tellings)


def latest(*facts: Subscription) -> LatestInvoice:
    """The latest invoice, by all facts."""
    invoice = summarize_subscription(joined(list(facts)), merchant_id="m").latest_invoice
    assert invoice is not None
    return invoice


def test_invoice_settled_without_money_is_no_payment() -> None:
    """A trial's first one, which Stripe calls paid."""
    invoice = latest(billed("in_1", InvoiceStatus.PAID, 1, due=0, paid=0, attempt=Attempt.NONE))
    assert (invoice.status, invoice.amount_paid) == (InvoiceStatus.NOTHING_DUE, 0)


def test_invoice_that_was_written_off_can_be_paid_after_all() -> None:
    """And what was paid stays so."""
    written_off = billed("in_1", InvoiceStatus.UNCOLLECTIBLE, 5, due=500, paid=0, attempt=Attempt.NONE)
    paid = billed("in_1", InvoiceStatus.PAID, 4, due=500, paid=500, attempt=Attempt.NONE)
    assert latest(written_off, paid).status is latest(paid, written_off).status is InvoiceStatus.PAID


def test_action_is_needed_until_a_later_try_or_the_payment() -> None:
    """Stripe tells of failure and action in one second, in either order."""
    needed = billed("in_1", InvoiceStatus.OPEN, 2, due=500, paid=0, attempt=Attempt.NEEDS_ACTION)
    same_second = billed("in_1", InvoiceStatus.OPEN, 2, due=500, paid=0, attempt=Attempt.FAILED)
    later = billed("in_1", InvoiceStatus.OPEN, 3, due=500, paid=0, attempt=Attempt.FAILED)
    paid = billed("in_1", InvoiceStatus.PAID, 3, due=500, paid=500, attempt=Attempt.NONE)
    assert latest(same_second, needed).needs_action
    assert latest(needed, same_second).needs_action
    assert not latest(needed, later).needs_action
    assert not latest(needed, paid).needs_action


def test_latest_invoice_of_one_second_is_the_one_that_stripe_counted_last() -> None:
    """Its id says nothing of that."""
    first, second, third = (
        billed(name, InvoiceStatus.OPEN, 1, due=500, paid=0, attempt=Attempt.NONE, sequence=sequence)
        for name, sequence in (("in_9", 0), ("in_1", 3), ("in_5", 2))
    )
    assert all(latest(*way).invoice_id == "in_1" for way in itertools.permutations([first, second, third]))


def test_draft_is_nobodys_business_until_it_cannot_be_finalized() -> None:
    """Then somebody should look."""
    draft = billed("in_1", InvoiceStatus.DRAFT, 1, due=500, paid=0, attempt=Attempt.NONE)
    assert summarize_subscription(draft, merchant_id="m").latest_invoice is None
    failed = invoice_told(
        "in_1", InvoiceStatus.DRAFT, at=2, amount_due=500, currency="eur", created=1, finalization_failed=True
    )
    summary = summarize_subscription(draft.join(Subscription("sub_1", invoices={"in_1": failed})), merchant_id="m")
    assert summary.latest_invoice is not None
    assert summary.flags == ("invoice_not_finalized",)


def test_announced_end_of_the_trial_is_flagged_while_it_is_that_one() -> None:
    """Not any more once the trial is longer, or over."""
    announced = Subscription("sub_1", trial_ending=7)
    trial = told(SubscriptionStatus.TRIALING)
    assert summarize_subscription(trial.join(announced), merchant_id="m").flags == ("trial_ending",)
    longer = told(SubscriptionStatus.TRIALING, at=2, trial_end=9)
    over = told(SubscriptionStatus.ACTIVE, at=2)
    for later in (longer, over):
        assert summarize_subscription(joined([announced, trial, later]), merchant_id="m").flags == ()
