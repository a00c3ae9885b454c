import pytest

from bench.figures import failure_lines, latency_table, percentile
from bench.latency import Measured


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.9, 90), (0.99, 99), (1.0, 100)])
def test_percentile_is_the_nearest_rank(share: float, value: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], share) == value


def test_a_run_in_which_nothing_was_paid_still_makes_a_table() -> None:
    assert latency_table(Measured(1, [], ["refused"]), 100).row_count == 1


def test_failures_are_counted_by_kind() -> None:
    assert failure_lines(Measured(3, [], ["a", "b", "b"])) == ["2 × b", "1 × a"]
