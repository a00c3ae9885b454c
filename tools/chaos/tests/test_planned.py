"""The plan of faults; nothing is run."""

from itertools import pairwise
from pathlib import Path

import pytest

from chaos.faults import KINDS, planned
from chaos.timeline import Timeline, read

SEEDS = range(200)


def test_same_seed_is_the_same_plan() -> None:
    """Also with kinds to draw from in any order, as a set has none."""
    some = frozenset({"kill", "latency", "freeze", "cut", "terminate"})
    assert planned(7, 60, None) == planned(7, 60, None)
    assert planned(7, 60, some) == planned(7, 60, frozenset(sorted(some, reverse=True)))
    assert planned(7, 60, None) != planned(8, 60, None)


def test_every_fault_is_over_in_time() -> None:
    """What follows is about healing, so nothing may be hurt then."""
    assert all(fault.at + fault.lasts <= 60 for seed in SEEDS for fault in planned(seed, 60, None))


def test_three_minutes_have_thirty_kills_and_nearly_all_kinds() -> None:
    """Whatever the seed is."""
    for seed in SEEDS:
        plan = planned(seed, 180, None)
        assert sum(KINDS[fault.kind].kills for fault in plan) >= 30
        assert len({fault.kind for fault in plan}) >= len(KINDS) - 1


def test_nothing_else_begins_while_a_majority_of_brokers_is_down() -> None:
    """It would hit what is down anyway."""
    for seed in SEEDS:
        plan = planned(seed, 180, None)
        for fault, following in pairwise(plan):
            assert following.at > fault.at + (fault.lasts if KINDS[fault.kind].alone else 0)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_one_kind_alone_makes_a_plan(kind: str) -> None:
    """Of that kind, on targets that it has."""
    plan = planned(1, 60, frozenset({kind}))
    assert {fault.kind for fault in plan} == {kind}
    assert {fault.target for fault in plan} <= set(KINDS[kind].targets)


def test_timeline_counts_kills(tmp_path: Path) -> None:
    """Those that took place."""
    timeline = Timeline(tmp_path / "timeline.jsonl")
    timeline.write("kill", "notifier-1", "begun")
    timeline.write("kill", "notifier-1", "ended", "process 7", kills=1)
    timeline.write("disk-full", "database", "failed", "left out: no root")
    assert timeline.kills == 1
    assert [entry.what for entry in read(tmp_path / "timeline.jsonl")] == ["begun", "ended", "failed"]
