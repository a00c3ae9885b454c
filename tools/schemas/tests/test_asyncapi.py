"""Both AsyncAPI documents are valid, complete, and bite."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from notifier.asyncapi import document as stream
from schemas.asyncapi import PAGE, document, is_written_down, written
from schemas.witness import Witness
from tillstream_contracts import ORDERS_STATUS, STRIPE_EVENTS, TOPICS, EventHeaders
from tillstream_contracts.topics import parked

ROOT = Path(__file__).parents[3]
SPECIFICATION = ROOT / "web/node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"
EXAMPLES = ROOT / "libs/contracts/examples"
HEADERS = [(name, b"x") for name in ("ce_id", "ce_source", "ce_type", "ce_time", "ce_partitionkey")]
WHOLE = [*HEADERS, ("ce_specversion", b"1.0"), ("content-type", b"application/json")]


@pytest.fixture
def seeing() -> Witness:
    return Witness()


@pytest.mark.parametrize("described", [document(), stream()], ids=["topics", "stream"])
def test_document_is_valid_by_the_specification(described: dict[str, Any]) -> None:
    assert SPECIFICATION.is_file(), "run `.venv/bin/python -m devstack npm test` once, which installs it"
    specification = json.loads(SPECIFICATION.read_text())
    assert [error.message for error in Draft7Validator(specification).iter_errors(described)] == []


@pytest.mark.parametrize("described", [document(), stream()], ids=["topics", "stream"])
def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    references = [part.split('"')[0] for part in json.dumps(described).split('"$ref": "#/')[1:]]
    assert references
    for reference in references:
        found = described
        for step in reference.split("/"):
            found = found[step]


def test_every_topic_is_described() -> None:
    assert set(document()["channels"]) == {topic.name for topic in TOPICS}


def test_committed_document_is_todays() -> None:
    assert is_written_down(), "run `python -m schemas generate`"


def test_document_that_says_less_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / PAGE.name
    page.write_text(written(document(TOPICS[:1])))
    assert not is_written_down(page)


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if (EXAMPLES / topic.name).is_dir()], ids=lambda t: t.name)
def test_golden_events_are_as_described(seeing: Witness, topic: Any) -> None:
    for path in sorted((EXAMPLES / topic.name).glob("*.json")):
        event = json.loads(path.read_text())
        seeing.see_record(f"test-1-{topic.name}", json.dumps(event.get("payload", event)).encode(), WHOLE)
    assert (seeing.seen > 0, seeing.found) == (True, [])


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (b"{}", WHOLE),
        (b"null", WHOLE),
        (bytes(3), WHOLE),
        ((EXAMPLES / "orders.status.v1/paid.json").read_bytes(), HEADERS),
        ((EXAMPLES / "orders.status.v1/paid.json").read_bytes().replace(b'"paid"', b'"payed"'), WHOLE),
    ],
    ids=["empty", "null", "no JSON", "headers missing", "unknown status"],
)
def test_record_that_is_not_as_described_is_noticed(seeing: Witness, value: bytes, headers: Any) -> None:
    seeing.see_record(ORDERS_STATUS.name, value, headers)
    assert seeing.found


@pytest.mark.parametrize(
    "frame", [b"{}", b"[]", b"\xff", b'{"type": "status", "order_id": "ord_1"}', b'{"type": "error"}']
)
def test_frame_that_is_not_as_described_is_noticed(seeing: Witness, frame: bytes) -> None:
    seeing.see_frame(frame)
    assert seeing.found


def test_parked_record_may_hold_anything_but_has_to_say_why(seeing: Witness) -> None:
    why = [(name, b"x") for name in ("parked_reason", "parked_from", "parked_by", "parked_at")]
    seeing.see_record(parked(STRIPE_EVENTS).name, b"\xff", why)
    assert seeing.found == []
    seeing.see_record(parked(STRIPE_EVENTS).name, b"\xff", why[1:])
    assert seeing.found


def test_headers_of_the_contracts_are_as_described(seeing: Witness) -> None:
    headers = EventHeaders("evt_1", "test", "a.b", datetime(2026, 1, 1, tzinfo=UTC), "pi_1").to_kafka()
    seeing.see_record(STRIPE_EVENTS.name, b'{"id": "evt_1", "type": "a.b", "created": 5}', headers)
    assert seeing.found == []
