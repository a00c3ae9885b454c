"""When tries are in vain."""

from tillstream_operations import Efforts


def test_tries_that_fail_for_long_are_in_vain() -> None:
    assert _efforts("failed", "failed", "failed").in_vain


def test_a_success_in_between_begins_anew() -> None:
    assert not _efforts("failed", "failed", "succeeded", "failed").in_vain


def test_failures_of_one_moment_are_not_enough() -> None:
    assert not _efforts("failed", "failed", "failed", each=0.1).in_vain


def test_one_failure_long_ago_says_nothing() -> None:
    assert not _efforts("failed", each=1000).in_vain
    assert not _efforts("failed", "failed", each=1000).in_vain


def _efforts(*ends: str, each: float = 10) -> Efforts:
    now = [0.0]
    efforts = Efforts(15, clock=lambda: now[0])
    for end in ends:
        getattr(efforts, end)()
        now[0] += each
    return efforts
