"""The Events list: what a reconciler reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Sim


def test_all_events_are_paged_through_newest_first(sim: Sim) -> None:
    for _ in range(9):
        sim.pay("pm_card_visa")
    events = list(sim.stripe.v1.events.list({"limit": 4}).auto_paging_iter())
    assert len({event.id for event in events}) == 27
    assert events[-1].type == "payment_intent.created"
    assert all(isinstance(event.created, int) for event in events)


def test_events_are_chosen_by_type_and_time(sim: Sim) -> None:
    sim.pay("pm_card_visa")
    listed = sim.stripe.v1.events.list
    assert [event.type for event in listed({"type": "payment_intent.*"})] == [
        "payment_intent.succeeded",
        "payment_intent.created",
    ]
    assert [event.type for event in listed({"types": ["charge.succeeded", "payment_intent.created"]})] == [
        "charge.succeeded",
        "payment_intent.created",
    ]
    created = listed().data[0].created
    assert len(listed({"created": {"gte": created - 60, "lt": created + 1}}).data) == 3
    assert listed({"created": {"gt": created}}).data == []
    assert listed({"created": {"lt": created - 60}}).data == []


def test_an_event_keeps_the_object_as_it_was(sim: Sim) -> None:
    sim.pay("pm_card_visa")
    statuses = [event.data.object["status"] for event in sim.stripe.v1.events.list({"type": "payment_intent.*"})]
    assert statuses == ["succeeded", "requires_confirmation"]


def test_one_event_is_retrieved(sim: Sim) -> None:
    sim.intent()
    event = sim.stripe.v1.events.list().data[0]
    assert sim.stripe.v1.events.retrieve(event.id).to_dict() == event.to_dict()


def test_an_unknown_event_or_cursor_is_missing(sim: Sim) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sim.stripe.v1.events.retrieve("evt_none")
    assert refused.value.http_status == 404
    with pytest.raises(stripe.InvalidRequestError) as cursor:
        sim.stripe.v1.events.list({"starting_after": "evt_none"})
    assert (cursor.value.http_status, cursor.value.param) == (400, "starting_after")
    with pytest.raises(stripe.InvalidRequestError):
        sim.stripe.v1.events.list({"limit": 101})
