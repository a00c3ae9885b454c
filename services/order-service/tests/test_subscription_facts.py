"""Stripe's payloads of subscriptions and invoices, of before and after Basil: the same facts."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from order_service.invoice import InvoicePayment
from order_service.stripe_events import read_stripe_event
from order_service.subscription import Item, Subscription, Telling
from order_service.subscription_fold import SubscriptionBooks
from order_service.subscription_summary import summarize_subscription
from order_service.told import Told, Unreadable

GOLDEN = Path(__file__).parent / "golden"
LONG_AGO, BEFORE, SINCE = "2018-07-27", "2024-12-18.acacia", "2026-08-26.dahlia"
BOTH = sorted(path.stem for path in (GOLDEN / BEFORE).glob("*.json"))
OF_SUBSCRIPTIONS = [name for name in BOTH if name.startswith("customer.subscription.")]
OF_INVOICES = [name for name in BOTH if name.startswith("invoice.")]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
START = 1_767_225_600
OUR_PAYMENT = InvoicePayment("pi_3Golden", "in_1Golden")


def event(version: str, name: str) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((GOLDEN / version / f"{name}.json").read_text())
    return whole


def read(whole: dict[str, Any]) -> Told:
    return read_stripe_event(json.dumps(whole).encode(), order_id_key="order_id")


def told(version: str, name: str) -> Subscription:
    """The subscription as a golden event tells it."""
    return next(fact for fact in read(event(version, name)).billing if isinstance(fact, Subscription))


def stateless(fact: Subscription) -> frozenset[Telling]:
    """Its tellings without the names of states, which are of whole objects and so of one version."""
    return frozenset(one._replace(state="", came_from="") for one in fact.tellings)


def changed(name: str, **fields: Any) -> dict[str, Any]:
    """A golden event of today with other fields in its object; `...` leaves one out."""
    whole = event(SINCE, name)
    thing = {key: value for key, value in (whole["data"]["object"] | fields).items() if value is not ...}
    return {**whole, "data": {**whole["data"], "object": thing}}


@pytest.mark.parametrize("name", [*OF_SUBSCRIPTIONS, *OF_INVOICES])
def test_versions_before_and_since_basil_tell_the_same(name: str) -> None:
    """Wherever they have the period, the subscription and what became of the invoice."""
    before, since = told(BEFORE, name), told(SINCE, name)
    assert replace(before, tellings=stateless(before)) == replace(since, tellings=stateless(since))


@pytest.mark.parametrize(
    ("name", "status"),
    [
        pytest.param("created", "incomplete", marks=pytest.mark.shows("customer.subscription.created")),
        pytest.param("updated", "active", marks=pytest.mark.shows("customer.subscription.updated")),
        pytest.param("deleted", "canceled", marks=pytest.mark.shows("customer.subscription.deleted")),
        pytest.param("paused", "paused", marks=pytest.mark.shows("customer.subscription.paused")),
        pytest.param("resumed", "active", marks=pytest.mark.shows("customer.subscription.resumed")),
        ("trial_will_end", "trialing"),
    ],
)
def test_subscription_is_told_with_all_that_a_shop_shows(name: str, status: str) -> None:
    fact = told(SINCE, f"customer.subscription.{name}")
    assert fact.telling is not None
    assert (fact.telling.status, fact.telling.currency, fact.telling.customer) == (status, "eur", "cus_Golden")
    assert fact.telling.items == (Item("price_1Golden", "beans-monthly", 2, 1800, "month", 1),)
    assert fact.telling.period_end > START
    assert fact.naming is not None
    assert fact.naming[2:] == ("subs_5f3a9c", "default", "customer-9")


def test_what_stripe_says_was_before_leads_from_one_event_to_the_next() -> None:
    """At any depth of the object; the creation came from nothing."""
    before = {"status": "incomplete", "items": {"data": []}, "billing_mode": {"type": "classic"}}
    whole = event(SINCE, "customer.subscription.updated")
    was = {**whole["data"]["object"], "status": "incomplete", "billing_mode": {"type": "classic"}}
    was["items"] = {**was["items"], "data": []}
    whole["data"]["previous_attributes"] = before
    created = {**event(SINCE, "customer.subscription.created"), "data": {"object": was}}
    first, then = (next(iter(read(one).billing)) for one in (created, whole))
    assert isinstance(first, Subscription)
    assert isinstance(then, Subscription)
    assert first.telling
    assert then.telling
    assert (first.telling.came_from, then.telling.came_from) == ("", first.telling.state)


def test_note_that_is_new_in_the_metadata_was_not_there_before() -> None:
    """Stripe says so with a null."""
    noted = changed("customer.subscription.updated")
    noted["data"]["object"]["metadata"]["change_key"] = "a"
    noted["data"]["previous_attributes"] = {"metadata": {"change_key": None}}
    before = changed("customer.subscription.updated")
    before["data"]["previous_attributes"] = {}
    after, known = (next(iter(read(one).billing)) for one in (noted, before))
    assert isinstance(after, Subscription)
    assert isinstance(known, Subscription)
    assert after.telling
    assert known.telling
    assert after.telling.came_from == known.telling.state != after.telling.state


@pytest.mark.parametrize(
    ("name", "status", "needs_action"),
    [
        pytest.param("created", "draft", False, marks=pytest.mark.shows("invoice.created")),
        pytest.param("finalized", "open", False, marks=pytest.mark.shows("invoice.finalized")),
        pytest.param("payment_failed", "open", False, marks=pytest.mark.shows("invoice.payment_failed")),
        pytest.param(
            "payment_action_required", "open", True, marks=pytest.mark.shows("invoice.payment_action_required")
        ),
        pytest.param(
            "marked_uncollectible", "uncollectible", False, marks=pytest.mark.shows("invoice.marked_uncollectible")
        ),
        pytest.param("voided", "void", False, marks=pytest.mark.shows("invoice.voided")),
        pytest.param("paid", "paid", False, marks=pytest.mark.shows("invoice.paid")),
        pytest.param("payment_succeeded", "nothing_due", False, marks=pytest.mark.shows("invoice.payment_succeeded")),
    ],
)
def test_invoice_is_told_as_it_stands(name: str, status: str, needs_action: bool) -> None:
    """The golden `payment_succeeded` is a trial's: settled without money, it is not paid."""
    fact = told(SINCE, f"invoice.{name}")
    [invoice] = fact.invoices.values()
    assert (invoice.status, invoice.needs_action) == (status, needs_action)
    assert (fact.stripe_id, fact.naming is not None) == ("sub_1Golden", True)


@pytest.mark.parametrize(
    ("billing_reason", "number", "sequence"),
    [
        ("subscription_create", "GOLDEN-0001", 0),
        ("subscription_cycle", "GOLDEN-0012", 13),
        ("subscription_update", None, 1),
        ("subscription_update", "A-FREE-TEXT", 1),
        (None, "9" * 30, 10**9),
    ],
)
def test_invoices_of_one_second_have_a_sequence(billing_reason: str | None, number: str | None, sequence: int) -> None:
    """The subscription's first, then as Stripe counts them."""
    told_so = read(changed("invoice.paid", billing_reason=billing_reason, number=number)).billing[0]
    assert isinstance(told_so, Subscription)
    assert [one.telling.sequence for one in told_so.invoices.values()] == [sequence]


@pytest.mark.shows("invoice.finalization_failed")
def test_invoice_that_stripe_could_not_finalize_is_stuck() -> None:
    [invoice] = told(SINCE, "invoice.finalization_failed").invoices.values()
    assert invoice.stuck


@pytest.mark.parametrize("name", BOTH)
def test_payment_of_an_invoice_is_known_as_such(name: str) -> None:
    """Named by the invoice before Basil; since then the payment itself is, or the invoice names it if asked to."""
    before = read(event(BEFORE, name)).billing
    since = read(
        changed(name, payments={"data": [{"payment": {"type": "payment_intent", "payment_intent": "pi_3Golden"}}]})
    )
    of_subscription = name.startswith("customer.subscription.")
    without_money = name == "invoice.payment_succeeded"
    assert (OUR_PAYMENT in before) != (of_subscription or without_money)
    assert (OUR_PAYMENT in since.billing) != of_subscription


@pytest.mark.shows("invoice_payment.paid")
def test_payment_of_an_invoice_has_an_event_of_its_own() -> None:
    assert read(event(SINCE, "invoice_payment.paid")).billing == (OUR_PAYMENT,)


def test_invoice_of_long_ago_said_that_it_was_paid_without_any_status() -> None:
    fact = told(LONG_AGO, "invoice.payment_succeeded")
    [invoice] = fact.invoices.values()
    assert (invoice.status, fact.naming) == ("paid", None)


def test_invoice_without_a_subscription_is_none_of_ours_but_explains_its_payment() -> None:
    alone = read(changed("invoice.paid", parent=None, payment_intent="pi_3Golden"))
    assert (alone.billing, alone.words) == ((OUR_PAYMENT,), "The invoice belongs to no subscription.")


def test_object_that_was_fetched_says_itself_what_it_is() -> None:
    """Whatever event made somebody look."""
    fetched = {**changed("customer.subscription.updated", status="past_due"), "tillstream": {"resolved": "evt_thin"}}
    [fact] = read(fetched).billing
    assert isinstance(fact, Subscription)
    assert fact.telling is not None
    assert fact.telling.status == "past_due"


def test_id_of_another_subscription_of_stripes_names_nothing() -> None:
    """Or it could be taken for that one."""
    [fact] = read(changed("customer.subscription.updated", metadata={"subscription_id": "sub_other"})).billing
    assert isinstance(fact, Subscription)
    assert fact.naming is not None
    assert (fact.naming.nameless, fact.naming.subscription_id) == (True, "")


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("customer.subscription.updated", {"id": "no id/at all"}),
        ("customer.subscription.updated", {"id": "subs_5f3a9c"}),
        ("customer.subscription.updated", {"currency": "EURO"}),
        ("invoice.paid", {"id": ...}),
        ("invoice.paid", {"amount_due": 19.99}),
        ("invoice.paid", {"amount_paid": -1}),
        ("invoice.paid", {"currency": None}),
        ("invoice.paid", {"parent": {"subscription_details": {"subscription": "x" * 65}}}),
        ("invoice_payment.paid", {"invoice": None}),
    ],
    ids=str,
)
def test_what_can_never_be_read_says_so(name: str, fields: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read(changed(name, **fields))


def test_what_is_nested_too_deeply_can_never_be_read() -> None:
    """It is parked for what it says, and not as a failure of ours."""
    deep: dict[str, Any] = {}
    for _ in range(300):
        deep = {"a": deep}
    with pytest.raises(Unreadable):
        read(changed("customer.subscription.updated", metadata=deep))


@pytest.mark.parametrize(
    ("product", "sku"),
    [
        ("tillstream.default.beans.monthly", "beans.monthly"),
        ({"id": "tillstream.default.club", "metadata": {}}, "club"),
        ({"id": "tillstream.default.club", "metadata": {"sku": "tasting-club"}}, "tasting-club"),
        ("prod_QmZ4y", ""),
    ],
)
def test_product_that_intent_api_made_says_by_its_id_which_sku_it_is(product: Any, sku: str) -> None:
    """Stripe's hosted page makes items that carry no metadata."""
    items = {"data": [{"id": "si_1", "price": {"id": "price_1", "product": product}, "quantity": 1}]}
    [fact] = read(changed("customer.subscription.updated", items=items)).billing
    assert isinstance(fact, Subscription)
    assert fact.telling is not None
    assert [item.sku for item in fact.telling.items] == [sku]


@pytest.mark.parametrize(
    "fields",
    [
        {"items": None},
        {"items": {"data": [None, {"price": None, "quantity": -1}, {"price": {"recurring": {"interval_count": 0}}}]}},
        {"metadata": None, "customer": 5, "trial_end": "soon", "pending_update": {"expires_at": 1}},
        {"metadata": {"subscription_id": "no id/at all", "merchant_id": "", "customer_id": "\x00"}},
    ],
    ids=str,
)
def test_odd_particulars_are_left_out_and_never_an_error(fields: dict[str, Any]) -> None:
    [fact] = read(changed("customer.subscription.updated", **fields)).billing
    assert isinstance(fact, Subscription)
    assert fact.telling is not None
    assert fact.telling.status == "active"


def flags_after(*events: dict[str, Any]) -> tuple[str, ...]:
    facts = [fact for one in events for fact in read(one).billing if isinstance(fact, Subscription)]
    return summarize_subscription(reduce(Subscription.join, facts), merchant_id="default").flags


@pytest.mark.shows("customer.subscription.trial_will_end")
def test_trial_that_is_announced_to_end_is_flagged() -> None:
    assert flags_after(event(SINCE, "customer.subscription.trial_will_end")) == ("trial_ending",)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("applied", marks=pytest.mark.shows("customer.subscription.pending_update_applied")),
        pytest.param("expired", marks=pytest.mark.shows("customer.subscription.pending_update_expired")),
    ],
)
def test_change_that_waits_for_its_payment_is_flagged_until_it_is_decided(name: str) -> None:
    """In whatever order the two are told."""
    waits = changed("customer.subscription.updated", pending_update={"expires_at": START})
    decided = event(SINCE, f"customer.subscription.pending_update_{name}")
    assert flags_after(waits) == ("update_pending",)
    assert flags_after(waits, decided) == flags_after(decided, waits) == ()


@pytest.mark.shows("invoice.updated")
def test_invoice_that_was_changed_has_its_latest_amount() -> None:
    """In whatever order the two are told."""
    was, now = told(SINCE, "invoice.finalized"), read(changed("invoice.updated", amount_due=900)).billing[0]
    assert isinstance(now, Subscription)
    for joined in (was.join(now), now.join(was)):
        assert joined.invoices["in_1Golden"].telling.amount_due == 900


@pytest.mark.parametrize("status", ["sleeping", None, 5])
def test_status_that_is_not_known_here_leaves_the_last_known_one(status: object) -> None:
    """Stripe may think of new ones; the event is kept in the timeline, in whatever order it comes."""
    known = {**event(SINCE, "customer.subscription.updated"), "id": "evt_known"}
    events = [read(known), read(changed("customer.subscription.trial_will_end", status=status))]
    for way in (events, events[::-1]):
        books = SubscriptionBooks("default")
        reasons = {one.event_id: line.reason for one in way if (line := books.take_in(one, NOW))}
        [subscription] = books.known.values()
        assert subscription.summary is not None
        assert subscription.summary.status == "active"
        assert reasons[events[1].event_id].startswith("Its status is none that is known here")


def test_deleted_subscription_has_ended_whatever_its_status_says() -> None:
    [deleted] = read(changed("customer.subscription.deleted", status="sleeping")).billing
    assert isinstance(deleted, Subscription)
    assert deleted.telling is not None
    assert deleted.telling.status == "canceled"
