"""What is read of an event, and what is not taken for one."""

import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from webhook_ingest.stripe_event import NotAnEvent, read


def body(**changes: Any) -> bytes:
    return json.dumps({"id": "evt_1", "type": "charge.succeeded", "created": 1_767_225_600, **changes}).encode()


def test_a_snapshot_event_has_unix_seconds() -> None:
    assert read(body()).created == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-01-01T00:00:00.000Z", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00"])
def test_a_thin_event_has_iso_8601(text: str) -> None:
    assert read(body(created=text)).created == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *itertools.product(["id"], [None, 5, "", "a b", "ü", "x" * 256, "evt\n", ["evt_1"]]),
        *itertools.product(["type"], [None, True, "", "a\tb", "x" * 256]),
        *itertools.product(["created"], [None, True, 1.5, -1, 10**12, "yesterday", "9999-12-31T23:59:59-23:59", {}]),
    ],
)
def test_a_senseless_field_is_named(field: str, value: object) -> None:
    with pytest.raises(NotAnEvent, match=f"`{field}`"):
        read(body(**{field: value}))


@pytest.mark.parametrize("odd", [b"", b"{", b"[]", b"null", b'"evt_1"', b"\xff\xfe", b"{}", b"[" * 5000 + b"]" * 5000])
def test_anything_else_is_not_an_event(odd: bytes) -> None:
    with pytest.raises(NotAnEvent):
        read(odd)
