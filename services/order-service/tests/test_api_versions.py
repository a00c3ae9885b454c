"""Payloads of older and newer versions of Stripe's API say the same, and so does an object that was fetched."""

import copy
import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_service.fold import Books
from order_service.payment import Payment
from order_service.stripe_events import READERS, WHY_NOT, read_stripe_event
from order_service.subscription_fold import SubscriptionBooks
from order_service.told import Told, Unreadable

NOW = datetime(2026, 1, 1, tzinfo=UTC)

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = ("2022-08-01", "2022-11-15", "2024-06-20", "2025-03-31.basil", "2026-10-28.endive")
"""Before and since PaymentIntents lost their list of charges and charges that of their refunds (2022-11-15), refunds
got events of their own (2024-10-28) and invoices left PaymentIntents (2025-03-31)."""
TYPES = sorted(path.stem for path in (GOLDEN / VERSIONS[-1]).glob("*.json"))


def golden(event_type: str, version: str = VERSIONS[-1]) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((GOLDEN / version / f"{event_type}.json").read_text())
    return event


def read(event: dict[str, Any]) -> Told:
    return read_stripe_event(json.dumps(event).encode(), order_id_key="order_id")


def versions_of(event_type: str) -> list[str]:
    return [version for version in VERSIONS if (GOLDEN / version / f"{event_type}.json").exists()]


def test_every_type_of_event_about_money_has_its_payloads() -> None:
    """A new one needs a file for each version that has it."""
    read_here = {one for one in (*READERS, *WHY_NOT) if not one.startswith(("customer.subscription.", "invoice"))}
    assert read_here <= {*TYPES, "charge.pending"}


@pytest.mark.parametrize("event_type", [one for one in TYPES if one != "charge.refunded"])
def test_payloads_of_all_versions_are_read_into_the_same_facts(event_type: str) -> None:
    """Field by field, and with the same words."""
    versions = versions_of(event_type)
    told = [read(golden(event_type, version)) for version in versions]
    assert len(versions) > 1
    assert all(one == told[0] for one in told)
    assert bool(told[0].facts) is (event_type not in WHY_NOT)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_went_back_is_known_in_every_version(version: str, books_of: Any) -> None:
    """From the refunds in the charge, from the charge's total, or from the refunds' own events."""
    refunding = [
        one for one in ("charge.refunded", "charge.refund.updated", "refund.updated") if version in versions_of(one)
    ]
    events = [json.dumps(golden(one, version)).encode() for one in ("payment_intent.succeeded", *refunding)]
    for way in itertools.permutations(events):
        payment: Payment = books_of(*way).payments["pi_3SgoldenKq2eZvKYlo2C0001"]
        assert (payment.refunded, [one.status for one in payment.refunds.values()]) == (500, ["succeeded"])


@pytest.mark.parametrize("version", versions_of("charge.dispute.created"))
def test_until_when_a_dispute_can_be_answered_is_known_in_every_version(version: str, books_of: Any) -> None:
    """Whatever told of it."""
    told = golden("charge.dispute.created", version)
    payment: Payment = books_of(json.dumps(told).encode()).payments["pi_3SgoldenKq2eZvKYlo2C0001"]
    assert [one.respond_by for one in payment.disputes.values()] == [1_790_700_000]


LIVES: tuple[tuple[str, ...], ...] = (
    ("payment_intent.created", "payment_intent.requires_action", "payment_intent.payment_failed"),
    ("payment_intent.requires_action", "payment_intent.payment_failed", "payment_intent.processing"),
    ("payment_intent.payment_failed", "payment_intent.amount_capturable_updated", "payment_intent.canceled"),
    ("payment_intent.payment_failed", "payment_intent.processing", "payment_intent.succeeded"),
    ("checkout.session.completed", "checkout.session.async_payment_succeeded"),
    ("checkout.session.completed", "checkout.session.async_payment_failed"),
    ("checkout.session.expired",),
    ("refund.created", "refund.updated", "refund.failed"),
    ("charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated", "charge.dispute.closed"),
)


def fetched(because_of: dict[str, Any], as_of: dict[str, Any]) -> dict[str, Any]:
    """What the resolver writes for an event whose object has gone on until it looked."""
    return {**because_of, "id": "evt_fetched", "data": as_of["data"], "tillstream": {"resolved": "evt_thin"}}


@pytest.mark.parametrize("in_one_second", [False, True])
@pytest.mark.parametrize("life", LIVES)
def test_fetched_object_never_contradicts_the_events_about_it(
    life: Sequence[str], in_one_second: bool, end_of: Any
) -> None:
    """However far it had gone on when it was fetched, and whichever event made us look."""
    events = [{**golden(one), "created": 1_790_000_000} if in_one_second else golden(one) for one in life]
    paid = golden("payment_intent.succeeded")
    beside = [] if life[0].startswith(("payment_intent.", "checkout.")) else [paid]
    told = [json.dumps(event).encode() for event in (*events, *beside)]
    end = end_of(*told, order_id="ord_golden")
    for first, later in itertools.combinations_with_replacement(events, 2):
        seen = fetched(first, later)
        assert end_of(*told, json.dumps(seen).encode(), order_id="ord_golden") == end


@pytest.mark.parametrize("life", LIVES)
def test_fetched_object_alone_tells_how_things_stand(life: Sequence[str], end_of: Any) -> None:
    """Of all that happened only the first event was heard of, and its object fetched when all was over."""
    first, last = golden(life[0]), golden(life[-1])
    if life[-1] == "checkout.session.async_payment_failed":
        first = last  # a session does not say so by itself
    alone = end_of(json.dumps(fetched(first, last)).encode(), order_id="ord_golden")
    sent = end_of(json.dumps(last).encode(), order_id="ord_golden")
    assert alone == sent


PAYLOADS = [json.loads(path.read_text()) for path in sorted(GOLDEN.glob("*/*.json"))]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "data", "a"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(thing: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to each value in it, at any depth."""
    inside = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
    for key, value in inside:
        yield (*way, key)
        yield from places(value, (*way, key))


@given(st.data())
@settings(max_examples=300)
def test_payload_with_anything_at_any_place_is_read_or_refused(data: st.DataObject) -> None:
    """Nothing else ever happens, and what is read can be folded."""
    event = copy.deepcopy(data.draw(st.sampled_from(PAYLOADS)))
    *way, last = data.draw(st.sampled_from(list(places(event))))
    holder = reduce(lambda inside, key: inside[key], way, event)
    holder[last] = data.draw(ANYTHING)
    with suppress(Unreadable):
        told = read(event)
        Books("default").take_in(told, NOW)
        SubscriptionBooks("default").take_in(told, NOW)


def test_fetched_object_of_a_status_or_kind_that_is_not_known_here_tells_nothing() -> None:
    """It is no error: Stripe may think of new ones."""
    event = golden("payment_intent.succeeded")
    for changes in ({"status": "something_new"}, {"object": "something_new"}):
        as_of = {"data": {"object": {**event["data"]["object"], **changes}}}
        assert read(fetched(event, as_of)).facts == ()
