"""What happens at Stripe by the model."""

import json
from collections import Counter

import pytest

from chaos.stripe import Placed, lives
from chaos.stripe.lives.catalogue import KINDS

EVERY_KIND = len(KINDS)


def answered(orders: int) -> dict[int, Placed]:
    """What intent-api might have said."""
    return {number: Placed(f"ord_placed{number}", f"pi_placed{number}") for number in range(orders)}


def test_the_same_seed_tells_the_same_lives_byte_for_byte() -> None:
    assert list(lives(7, 200, begun_at=10)) == list(lives(7, 200, begun_at=10))


def test_another_seed_tells_other_lives() -> None:
    one, other = ([life.events for life in lives(seed, 80)] for seed in (7, 8))
    assert not {event.event_id for events in one for event in events} & {
        event.event_id for events in other for event in events
    }


def test_a_small_run_has_every_kind_of_life() -> None:
    assert {life.kind for life in lives(3, EVERY_KIND)} == set(KINDS)


def test_no_two_events_have_one_id() -> None:
    told = Counter(event.event_id for life in lives(3, 1_000, placed=answered(1_000)) for event in life.events)
    assert max(told.values()) == 1


def test_about_a_tenth_begins_at_intent_api_and_has_its_ids() -> None:
    told = list(lives(3, 2_000, placed=answered(2_000)))
    through = [life for life in told if life.through_intent_api]
    assert 100 < len(through) < 300
    for life in through:
        first = json.loads(life.events[0].body)["data"]["object"]
        assert (life.expected.id, first["id"]) == (f"ord_placed{life.number}", f"pi_placed{life.number}")
        assert (first["amount"], first["currency"]) == (life.amount, life.currency)


def test_what_intent_api_has_not_answered_has_no_events_yet() -> None:
    silent = [life for life in lives(3, 500) if life.through_intent_api]
    assert silent
    assert not any(life.events for life in silent)


def test_what_a_life_asks_for_is_known_before_intent_api_answers() -> None:
    before, after = list(lives(3, 500)), list(lives(3, 500, placed=answered(500)))
    assert [(one.key, one.amount, one.currency) for one in before] == [
        (one.key, one.amount, one.currency) for one in after
    ]


def test_some_happened_hours_before_others_of_the_same_time() -> None:
    told = [event for life in lives(3, 500, begun_at=1_000_000) for event in life.events]
    late = [event for event in told if event.created < 1_000_000 - 3600]
    assert len(told) / 50 < len(late) < len(told) / 5


def test_events_of_one_second_are_common() -> None:
    told = [life.events for life in lives(3, 300) if len(life.events) > 2]
    assert sum(len({event.created for event in events}) < len(events) for events in told) > len(told) / 3


def test_bodies_are_written_as_stripe_indents_them() -> None:
    for event in (event for life in lives(3, EVERY_KIND) for event in life.events):
        whole = json.loads(event.body)
        assert json.dumps(whole, indent=2).encode() == event.body
        assert (whole["id"], whole["type"], whole["created"]) == (event.event_id, event.type, event.created)


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_as_many_are_dropped_as_asked_for(share: float) -> None:
    told = [event for life in lives(3, 2_000, dropped_share=share) for event in life.events]
    assert share * 0.7 <= sum(event.dropped for event in told) / len(told) <= share
