"""Between Stripe and Kafka: what was acknowledged is there, and nothing else is."""

from collections.abc import Iterable
from typing import Any

import orjson

from chaos.judging.evidence import Evidence, Record
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
    records = evidence.topics[STRIPE_EVENTS.name]
    kept = {(record.event_id, record.value) for record in records if record.source == INGEST}  # healed does not count
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
    sent = {event.event_id: event.body for life in evidence.lives for event in life.events}
    objects = {_object_id(orjson.loads(body)) for body in sent.values()}
    found = evidence.topics[STRIPE_EVENTS.name]
    foreign = {record.event_id for record in found if not _is_stripes(record, sent.get(record.event_id), objects)}
    return promise("nothing is in Kafka that Stripe did not send", len(found), foreign)


def _is_stripes(record: Record, body: bytes | None, objects: set[str]) -> bool:
    """Whether it says what Stripe said, to the byte where it was posted; what was listed is written anew."""
    match record.healed:
        case "":
            return record.source == INGEST and record.value == body
        case "listed":
            return body is not None and orjson.loads(record.value) == orjson.loads(body)
        case _:
            return _object_id(orjson.loads(record.value)) in objects


def _object_id(event: Any) -> str:
    return str(event["data"]["object"]["id"])
