"""What no webhook told was found in Stripe's list, and what had come was not lost and healed behind our backs."""

from collections.abc import Iterable, Iterator

from chaos.judging.evidence import Evidence, Record
from chaos.judging.intake import INGEST
from chaos.judging.verdict import Check, promise
from chaos.stripe import Life
from tillstream_contracts import STRIPE_EVENTS

LISTED, HEALED = "listed", "healed"


def healing_checks(evidence: Evidence) -> Iterable[Check]:
    """All checks of what was healed."""
    yield _dropped_is_healed(evidence)
    yield _nothing_was_lost_on_the_way(evidence)


def never_posted(lives: Iterable[Life]) -> set[str]:
    """The ids of events that only Stripe's list knows, and that mean something here."""
    return {
        event.event_id
        for life in lives
        for event in life.events
        if event.dropped and event.event_id not in life.without_effect
    }


def _dropped_is_healed(evidence: Evidence) -> Check:
    records = evidence.topics[STRIPE_EVENTS.name]
    dropped = never_posted(evidence.lives)
    healed = {record.event_id for record in records if record.healed == LISTED}
    return promise("what was never posted is healed from Stripe's list", len(dropped), dropped - healed)


def _nothing_was_lost_on_the_way(evidence: Evidence) -> Check:
    """Records of a partition are read in their order: one that was posted before it was healed took effect first."""
    late = set(_healed_after_they_came(evidence.topics[STRIPE_EVENTS.name]))
    lost = {line.event_id for line in evidence.database.lines if line.outcome == HEALED} & late
    name = "what Kafka had already did not need healing"
    return promise(name, len(late), lost, may_be_of_nothing=True)


def _healed_after_they_came(records: Iterable[Record]) -> Iterator[str]:
    """The ids of events that were healed although their own record stands before that."""
    came: set[tuple[int, str]] = set()
    for record in records:
        if record.source == INGEST:
            came.add((record.partition, record.event_id))
        elif record.healed == LISTED and (record.partition, record.event_id) in came:
            yield record.event_id
