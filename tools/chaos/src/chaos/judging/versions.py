"""Versions: stored without gaps, published as stored, all of them and in their order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import orjson

from chaos.judging.evidence import Evidence
from chaos.judging.verdict import Check, promise
from tillstream_contracts import ORDERS_STATUS, SUBSCRIPTIONS_STATUS

Published = Mapping[tuple[str, int], set[bytes]]


def version_checks(evidence: Evidence) -> Iterable[Check]:
    """All checks of versions."""
    published, sequences = _published(evidence)
    yield _stored_without_gaps(evidence)
    yield _one_body_each(published)
    yield _published_as_stored(evidence, published)
    yield _in_their_order(sequences)


def _published(evidence: Evidence) -> tuple[Published, Mapping[str, list[int]]]:
    """The bodies of each version, and each id's versions in the order in which they first appeared."""
    bodies: dict[tuple[str, int], set[bytes]] = defaultdict(set)
    sequences: dict[str, list[int]] = defaultdict(list)
    for topic in (ORDERS_STATUS, SUBSCRIPTIONS_STATUS):
        for record in evidence.topics[topic.name]:
            version = orjson.loads(record.value)["version"]
            if (record.key, version) not in bodies:
                sequences[record.key].append(version)
            bodies[record.key, version].add(record.value)
    return bodies, sequences


def _stored_without_gaps(evidence: Evidence) -> Check:
    stored: dict[str, list[int]] = defaultdict(list)
    for change in evidence.database.changes:
        stored[change.id].append(change.version)
    wrong = (
        f"{key} is at version {version} and has {sorted(stored[key])}"
        for key, version in evidence.database.versions.items()
        if sorted(stored[key]) != list(range(1, version + 1))
    )
    return promise("stored versions have no gaps", len(evidence.database.changes), wrong)


def _one_body_each(published: Published) -> Check:
    wrong = (f"{key} v{version} says {len(said)} things" for (key, version), said in published.items() if len(said) > 1)
    return promise("a version was never published with another content", len(published), wrong)


def _published_as_stored(evidence: Evidence, published: Published) -> Check:
    stored = {(change.id, change.version): change.body for change in evidence.database.changes}
    return promise("all that is stored was published, and nothing else", len(stored), _unlike(stored, published))


def _unlike(stored: Mapping[tuple[str, int], bytes], published: Published) -> Iterator[str]:
    for key, version in stored.keys() - published.keys():
        yield f"{key} v{version} was never published"
    for key, version in published.keys() - stored.keys():
        yield f"{key} v{version} was published and is not stored"
    for at in stored.keys() & published.keys():
        if stored[at] not in published[at]:
            yield f"{at[0]} v{at[1]} was published otherwise than it is stored"


def _in_their_order(sequences: Mapping[str, list[int]]) -> Check:
    wrong = (f"{key} was published as {seen}" for key, seen in sequences.items() if seen != sorted(seen))
    return promise("versions were first published in their order", len(sequences), wrong)
