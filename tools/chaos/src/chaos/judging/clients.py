"""At the clients: versions rise, none is left out within a connection, and all end on the final state."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from chaos.judging.evidence import Evidence, Frame
from chaos.judging.verdict import Check, promise

Told = Mapping[str, Sequence[Frame]]


def client_checks(evidence: Evidence) -> Iterable[Check]:
    """All checks of what clients saw."""
    told: dict[str, list[Frame]] = defaultdict(list)
    for frame in evidence.frames:
        told[frame.client].append(frame)
    yield _never_back(told)
    yield _without_gaps(told)
    yield _at_the_end(evidence, told)


def _never_back(told: Told) -> Check:
    wrong = (words for client, frames in told.items() for words in _steps_back(client, frames))
    return promise("at no client a version goes back or comes twice", sum(map(len, told.values())), wrong)


def _steps_back(client: str, frames: Sequence[Frame]) -> Iterator[str]:
    """A snapshot may repeat what another connection told last; a status may repeat nothing."""
    seen = -1
    for frame in frames:
        if frame.version < seen or (frame.kind == "status" and frame.version == seen):
            yield f"{client} was told {frame.watched} v{frame.version} after v{seen}"
        seen = max(seen, frame.version)


def _without_gaps(told: Told) -> Check:
    connections: dict[tuple[str, int], list[Frame]] = defaultdict(list)
    for client, frames in told.items():
        for frame in frames:
            connections[client, frame.connection].append(frame)
    wrong = (words for (client, _), frames in connections.items() for words in _gaps(client, frames))
    return promise("within a connection no version is left out", len(connections), wrong)


def _gaps(client: str, frames: Sequence[Frame]) -> Iterator[str]:
    if frames[0].kind != "snapshot":
        yield f"{client} was told of {frames[0].watched} without a snapshot first"
    for before, after in pairwise(frames):
        if after.version > before.version + 1:
            yield f"{client} was told {after.watched} v{after.version} after v{before.version}"


def _at_the_end(evidence: Evidence, told: Told) -> Check:
    wanted = {life.expected.id: life.expected.status for life in evidence.lives}
    wrong = (
        words
        for client, watched in evidence.watched.items()
        if watched in wanted
        and (words := _unfinished(client, watched, told.get(client, ()), wanted[watched], evidence.database.versions))
    )
    return promise("every client ends on the final state", len(evidence.watched), wrong)


def _unfinished(
    client: str, watched: str, frames: Sequence[Frame], status: str, versions: Mapping[str, int]
) -> str | None:
    if not frames:
        return f"{client} was told nothing of {watched}"
    last = frames[-1]
    if (last.status, last.version) == (status, versions.get(watched, 0)):
        return None
    return f"{client} ends on {watched} v{last.version} {last.status}, not v{versions.get(watched, 0)} {status}"
