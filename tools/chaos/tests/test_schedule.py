"""When what is posted, and how often."""

from itertools import pairwise

from chaos.stripe import Life, lives
from chaos.stripe.lives import life as told
from chaos.stripe.schedule import HOUR, LATEST, LONGEST_DELAY, MOST_COPIES, Posting, forgeries, postings

SEED = 5
BEGINS = 1_000_000
LIVES = [life for life in lives(SEED, 1_500, begun_at=BEGINS, seconds=0) if life.events]


def posted(life: Life) -> list[Posting]:
    """As a receiver would see them."""
    return sorted(postings(SEED, life, BEGINS), key=lambda posting: posting.after)


def test_every_event_is_posted_and_about_a_third_again_up_to_five_times() -> None:
    copies = {event.event_id: 0 for life in LIVES for event in life.events}
    for life in LIVES:
        for posting in posted(life):
            copies[posting.event.event_id] += posting.copy
    again = [count for count in copies.values() if count]
    assert 0.27 < len(again) / len(copies) < 0.33
    assert (min(again), max(again)) == (1, MOST_COPIES)


def test_about_a_fifth_comes_out_of_order() -> None:
    passed = total = 0
    for life in LIVES:
        sequence = {event.event_id: number for number, event in enumerate(life.events)}
        came = [sequence[posting.event.event_id] for posting in posted(life) if not posting.copy]
        passed += sum(earlier > later for earlier, later in pairwise(came))
        total += len(came)
    assert 0.15 < passed / total < 0.3


def test_what_is_hours_old_comes_after_what_is_new() -> None:
    old = [posting for life in LIVES for posting in posted(life) if posting.event.created < BEGINS - HOUR]
    assert old
    assert max(posting.after for posting in old) > 5


def test_a_life_that_began_hours_ago_does_not_reach_far_into_the_time_after_the_run() -> None:
    long = told(3, 1627, BEGINS)
    assert long.events[-1].created > BEGINS + 2 * LATEST
    latest = max(posting.after for posting in posted(long) if not posting.copy)
    assert latest < LATEST + LONGEST_DELAY + 2


def test_a_twentieth_is_forged() -> None:
    events = sum(len(life.events) for life in LIVES)
    assert 0.04 < sum(forgeries(SEED, life) for life in LIVES) / events < 0.06


def test_the_same_seed_posts_the_same() -> None:
    assert posted(LIVES[0]) == posted(LIVES[0])
