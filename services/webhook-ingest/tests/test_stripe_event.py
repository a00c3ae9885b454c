"""What is read of an event, and what is not taken for one."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from webhook_ingest.stripe_event import NotAnEvent, read

EXAMPLES = sorted((Path(__file__).parents[3] / "libs/contracts/examples/stripe.events.v1").glob("*.json"))


def body(**changes: Any) -> bytes:
    return json.dumps({"id": "evt_1", "type": "charge.succeeded", "created": 1_767_225_600, **changes}).encode()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_golden_event_is_read_with_its_key(path: Path) -> None:
    example = json.loads(path.read_text())
    payload = example["payload"]
    event = read(json.dumps(payload).encode())
    assert (event.id, event.type, event.key) == (payload["id"], payload["type"], example["key"])
    assert event.account == (payload.get("account") or payload.get("context"))


@pytest.mark.parametrize("odd", [None, 5, "", "ü", "x" * 256, {"id": "acct_1"}])
def test_an_odd_account_or_mode_is_none(odd: object) -> None:
    event = read(body(account=odd, context=odd, livemode=odd))
    assert (event.account, event.livemode) == (None, None)


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
