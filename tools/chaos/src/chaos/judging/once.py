"""Each event took effect, and took it once: counted in tables and topics where no unique key can hide a second time."""

from collections import Counter, defaultdict
from collections.abc import Iterable

import orjson

from chaos.judging.evidence import Evidence
from chaos.judging.verdict import Check, promise
from tillstream_contracts import ORDERS_STATUS, SUBSCRIPTIONS_STATUS


def once_checks(evidence: Evidence) -> Iterable[Check]:
    """All checks of effects."""
    yield _at_least_once(evidence)
    yield _one_line_each(evidence)
    yield _one_version_each(evidence)
    yield _one_published_version_each(evidence)


def _at_least_once(evidence: Evidence) -> Check:
    meant = {
        event.event_id for life in evidence.lives for event in life.events if event.event_id not in life.without_effect
    }
    return promise("every event was taken in", len(meant), meant - evidence.database.taken_in)


def _one_line_each(evidence: Evidence) -> Check:
    lines = Counter((line.event_id, line.of) for line in evidence.database.lines)
    doubled = (f"{event_id} stands {count} times in {of}" for (event_id, of), count in lines.items() if count > 1)
    return promise("each event has one line in a timeline", len(lines), doubled)


def _one_version_each(evidence: Evidence) -> Check:
    causes = Counter((change.cause, change.id) for change in evidence.database.changes)
    doubled = (f"{cause} made {count} versions of {key}" for (cause, key), count in causes.items() if count > 1)
    return promise("each event made at most one version", len(causes), doubled)


def _one_published_version_each(evidence: Evidence) -> Check:
    versions: dict[tuple[str, str], set[int]] = defaultdict(set)
    for topic in (ORDERS_STATUS, SUBSCRIPTIONS_STATUS):
        for record in evidence.topics[topic.name]:
            said = orjson.loads(record.value)
            versions[said["cause"]["event_id"], record.key].add(said["version"])
    doubled = (
        f"{cause} is told to have made versions {sorted(made)} of {key}"
        for (cause, key), made in versions.items()
        if len(made) > 1
    )
    return promise("each event was told of as at most one version", len(versions), doubled)
