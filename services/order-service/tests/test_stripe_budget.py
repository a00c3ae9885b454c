"""The budget of calls: never more than so many in any second, and none of it lost."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from order_service.stripe_calls.budget import Budget


class Clock:
    """Stands still until told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_calls_are_spread_evenly() -> None:
    budget = Budget(0.5, Clock())
    assert [budget.reserve() for _ in range(3)] == [0, 2, 4]


def test_a_seconds_worth_may_be_made_at_once_after_a_rest() -> None:
    clock = Clock()
    budget = Budget(10, clock)
    clock.now += 60
    waits = [budget.reserve() for _ in range(12)]
    assert waits[:10] == [0] * 10
    assert [round(wait, 6) for wait in waits[10:]] == [0.1, 0.2]


@given(rate=st.sampled_from([0.1, 0.5, 1, 3, 20, 100]), rests=st.lists(st.floats(0, 3), min_size=1, max_size=120))
def test_no_second_has_more_calls_than_the_rate_and_a_seconds_worth(rate: float, rests: list[float]) -> None:
    clock, calls = Clock(), []
    budget = Budget(rate, clock)
    for rest in rests:
        clock.now += rest
        calls.append(clock.now + budget.reserve())
    assert calls == sorted(calls)
    for first, last in itertools.combinations(range(len(calls)), 2):
        assert last - first + 1 <= (calls[last] - calls[first]) * rate + max(rate, 1) + 1e-6
