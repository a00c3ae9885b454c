"""What one client is sent, whatever comes in whichever order."""

from hypothesis import given
from hypothesis import strategies as st

from notifier.following import HELD_LIMIT, Following
from notifier.frames import Change

VERSIONS = st.integers(min_value=1, max_value=12)


def change(version: int) -> Change:
    """A change whose frame says its version."""
    return Change(version, b"status %d" % version)


def snapshot(version: int) -> Change:
    """A snapshot whose frame says its version."""
    return Change(version, b"snapshot %d" % version)


def version(frame: bytes) -> int:
    """What a frame says."""
    return int(frame.split()[1])


@given(
    before=st.lists(VERSIONS, max_size=HELD_LIMIT),
    found=st.integers(min_value=0, max_value=12),
    after=st.lists(VERSIONS),
    seen=st.integers(min_value=0, max_value=12),
)
def test_any_order_of_things_is_told_in_rising_versions_and_to_the_newest(
    before: list[int], found: int, after: list[int], seen: int
) -> None:
    """The snapshot first and always; each status newer than all before; the newest is never left out."""
    following = Following(after_version=seen)
    held = [frame for number in before for frame in following.take_changes([change(number)])]
    sent = following.take_snapshot(snapshot(found))
    sent += [frame for number in after for frame in following.take_changes([change(number)])]
    first, *rest = sent
    told = [max(found, seen), *map(version, rest)]
    assert held == []
    assert first == b"snapshot %d" % found
    assert told == sorted(set(told))
    assert told[-1] == max([found, seen, *before, *after])


def test_changes_held_for_a_snapshot_are_bounded_and_the_newest_stay() -> None:
    """Each is whole, so the older may go."""
    following = Following()
    for number in range(1, 100):
        following.take_changes([change(number)])
    _, *rest = following.take_snapshot(snapshot(0))
    assert [version(frame) for frame in rest] == list(range(100 - HELD_LIMIT, 100))
