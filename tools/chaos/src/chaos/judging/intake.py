"""Between Stripe and Kafka: what was acknowledged is there, and nothing else is."""

from collections.abc import Iterable

from chaos.judging.evidence import Evidence
from chaos.judging.verdict import Check, promise
from tillstream_contracts import STRIPE_EVENTS

INGEST = "tillstream/webhook-ingest"


def intake_checks(evidence: Evidence) -> Iterable[Check]:
    """All checks of this side."""
    yield _acknowledged_is_kept(evidence)
    yield _all_is_acknowledged(evidence)
    yield _no_forgery_was_accepted(evidence)
    yield _nothing_else_is_there(evidence)


def _acknowledged_is_kept(evidence: Evidence) -> Check:
    sent = {event.event_id: event.body for life in evidence.lives for event in life.events}
    kept = {(record.event_id, record.value) for record in evidence.topics[STRIPE_EVENTS.name]}
    acknowledged = {attempt.event_id for attempt in evidence.attempts if attempt.outcome == "ok" and not attempt.forged}
    lost = (event_id for event_id in acknowledged if (event_id, sent.get(event_id)) not in kept)
    return promise("every acknowledged event is in Kafka, byte for byte", len(acknowledged), lost)


def _all_is_acknowledged(evidence: Evidence) -> Check:
    posted = {event.event_id for life in evidence.lives for event in life.events if not event.dropped}
    acknowledged = {attempt.event_id for attempt in evidence.attempts if attempt.outcome == "ok"}
    return promise("every event was acknowledged in the end", len(posted), posted - acknowledged)


def _no_forgery_was_accepted(evidence: Evidence) -> Check:
    forged = [attempt for attempt in evidence.attempts if attempt.forged]
    ids = {attempt.event_id for attempt in forged}
    answered = {f"{attempt.event_id} was answered 200" for attempt in forged if attempt.outcome == "ok"}
    found = {record.event_id for record in evidence.topics[STRIPE_EVENTS.name]}
    kept = {f"{event_id} is in Kafka" for event_id in ids & found}
    return promise("no forged event was accepted", len(ids), answered | kept)


def _nothing_else_is_there(evidence: Evidence) -> Check:
    sent = {(event.event_id, event.body) for life in evidence.lives for event in life.events}
    found = [record for record in evidence.topics[STRIPE_EVENTS.name] if record.source == INGEST]
    foreign = {record.event_id for record in found if (record.event_id, record.value) not in sent}
    return promise("nothing is in Kafka that Stripe did not send", len(found), foreign)
