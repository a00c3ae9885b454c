"""Where reading goes on."""

from notifier.positions import Bounds, Standstill, Start, lag, start


def test_first_time_begins_at_the_ends() -> None:
    """What was before is in the snapshots."""
    assert start({}, {0: Bounds(0, 7), 1: Bounds(3, 3)}) == Start({0: 7, 1: 3}, gap=False)


def test_known_partitions_go_on_and_new_ones_begin_at_their_beginning() -> None:
    """All of a new partition happened while we were there."""
    assert start({0: 5}, {0: Bounds(0, 9), 1: Bounds(0, 4)}) == Start({0: 5, 1: 0}, gap=False)


def test_position_that_retention_has_passed_is_a_gap() -> None:
    """Reading goes on at the end: the snapshots hold the rest."""
    assert start({0: 5, 1: 2}, {0: Bounds(6, 9), 1: Bounds(0, 9)}) == Start({0: 9, 1: 2}, gap=True)


def test_position_beyond_the_end_is_a_gap() -> None:
    """The topic was made anew."""
    assert start({0: 5}, {0: Bounds(0, 2)}) == Start({0: 2}, gap=True)


def test_lag_counts_records_not_read() -> None:
    """A position ahead of a stale end is no lag."""
    assert lag({0: 5, 1: 9}, {0: 7, 1: 8}) == 2


def test_partition_stands_still_when_it_is_behind_and_does_not_move_for_a_while() -> None:
    """Any progress, and being at the end, begin the time anew."""
    standstill = Standstill[int](longest=10)
    assert standstill.note({0: 5, 1: 5}, {0: 7, 1: 5}, now=0) == set()
    assert standstill.note({0: 6, 1: 5}, {0: 7, 1: 7}, now=9) == set()
    assert standstill.note({0: 6, 1: 5}, {0: 7, 1: 7}, now=18) == set()
    assert standstill.note({0: 6, 1: 7}, {0: 7, 1: 7}, now=19) == {0}
