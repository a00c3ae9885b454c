"""What is a thin event to be resolved, what is not, and the snapshot event that it becomes."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_service.resolver.batch import read_batch
from order_service.resolver.events import Answer, Object, Thin, Unresolvable, read_thin, snapshot, snapshot_key

EXAMPLES = sorted((Path(__file__).parents[3] / "libs/contracts/examples/stripe.events.v1").glob("*.json"))
RESOLVED = {"v1.payment_intent.succeeded", "v1.refund.updated"}
NO_CONCERN = [
    "https://evil.example/v1/payment_intents/pi_1",
    "//evil.example/v1/payment_intents/pi_1",
    "/v1/payment_intents/../accounts",
    "/v1/payment_intents/pi_1/capture",
    "/v1/payment_intents/pi_1?expand[]=customer",
    "/v1/payment_intents/pi_1\n",
    "/v1/payment_intents/",
    "/v1/customers/cus_1",
    "/v2/core/accounts/acct_1",
    "",
    None,
    5,
]


@dataclass
class Heard:
    """A record in the test's hand."""

    value: bytes | None
    headers: list[tuple[str, bytes]] = field(default_factory=list)
    topic: str = "stripe.events.v1"
    partition: int = 0
    offset: int = 0
    timestamp: int = 0
    key: bytes | None = None


def thin_of(value: bytes) -> Thin:
    """The thin event that it must be."""
    thin = read_thin(Heard(value))
    assert thin is not None
    return thin


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_only_golden_thin_events_of_known_objects_are_resolved(path: Path) -> None:
    payload = json.loads(path.read_text())["payload"]
    thin = read_thin(Heard(json.dumps(payload).encode()))
    assert (thin is not None) == (payload["type"] in RESOLVED)


def test_a_thin_event_is_read_with_its_object_context_and_snapshot(stripe: Any) -> None:
    value = stripe.thin("refund.updated", "/v1/refunds/re_1", snapshot_event="evt_9", context="acct_1", livemode=True)
    thin = thin_of(value)
    assert (thin.id, thin.snapshot_id, thin.type) == ("evt_test_1", "evt_9", "refund.updated")
    assert (thin.about, thin.about.id, thin.livemode) == (Object("/v1/refunds/re_1", "acct_1"), "re_1", True)


def test_without_a_snapshot_event_the_id_follows_from_the_thin_events(stripe: Any) -> None:
    assert thin_of(stripe.thin("refund.updated", "/v1/refunds/re_1")).snapshot_id == "evt_test_1.resolved"


@pytest.mark.parametrize("url", NO_CONCERN)
def test_nothing_but_a_known_objects_path_is_ever_asked_for(stripe: Any, url: object) -> None:
    value = stripe.thin("payment_intent.succeeded", related_object={"id": "pi_1", "type": "x", "url": url})
    assert read_thin(Heard(value)) is None


@pytest.mark.parametrize("value", [None, b"", b"{", b"[]", b'"v1.x"', b"{}", b"x" * (2**20 + 1)])
def test_what_is_no_thin_event_is_passed_over(value: bytes | None) -> None:
    assert read_thin(Heard(value)) is None


def test_the_header_alone_tells_that_a_record_is_no_thin_event(stripe: Any) -> None:
    value = stripe.thin("payment_intent.succeeded")
    assert read_thin(Heard(value, [("ce_type", b"payment_intent.succeeded")])) is None
    assert read_thin(Heard(value, [("ce_type", b"v1.payment_intent.succeeded")])) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"created": None},
        {"created": "yesterday"},
        {"created": 5},
        {"created": "1969-01-01T00:00:00Z"},
        {"id": ""},
        {"id": 5},
        {"snapshot_event": 5},
        {"snapshot_event": "a b"},
        {"context": "acct_1\nX: y"},
        {"context": ["acct_1"]},
        {"type": "v1.ä"},
        {"type": "v1."},
        {"id": "e" * 250},
    ],
)
def test_a_broken_thin_event_is_parked_and_its_reason_quotes_nothing(stripe: Any, changes: dict[str, Any]) -> None:
    record = Heard(json.dumps({**json.loads(stripe.thin("payment_intent.succeeded")), **changes}).encode())
    with pytest.raises(Unresolvable) as raised:
        read_thin(record)
    assert not any(str(value) in str(raised.value) for value in changes.values() if value)
    batch = read_batch([record], most_objects=5)
    assert ([one.record for one in batch.parked], batch.thin) == ([record], [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=4,
)


@given(
    st.fixed_dictionaries(
        {"type": st.just("v1.payment_intent.succeeded") | JSON},
        optional=dict.fromkeys(("id", "created", "context", "snapshot_event", "livemode"), JSON)
        | {"related_object": JSON | st.fixed_dictionaries({"url": st.just("/v1/payment_intents/pi_1") | JSON})},
    )
)
def test_whatever_a_record_says_it_is_read_passed_over_or_parked(event: dict[str, Any]) -> None:
    batch = read_batch([Heard(json.dumps(event).encode())], most_objects=1)
    assert len(batch.records) == 1
    assert len(batch.thin) + len(batch.parked) <= 1


def test_the_snapshot_holds_what_stripe_returned_byte_for_byte(stripe: Any) -> None:
    body = b'{"id": "pi_1", "object": "payment_intent",\n  "amount": 1.50, "metadata": {"order_id": "ord_1"}}'
    thin = thin_of(stripe.thin("payment_intent.succeeded", snapshot_event="evt_9"))
    value = snapshot(thin, Answer(body, json.loads(body), "2026-10-28.endive"))
    assert body in value
    event = json.loads(value)
    assert event.pop("data") == {"object": json.loads(body)}
    assert event == {
        "id": "evt_9",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_790_000_000,
        "livemode": False,
        "pending_webhooks": 0,
        "request": None,
        "type": "payment_intent.succeeded",
        "tillstream": {"resolved": "evt_test_1"},
    }


def test_the_snapshot_of_a_connected_account_names_it_as_stripes_own_do(stripe: Any) -> None:
    thin = thin_of(stripe.thin("payment_intent.succeeded", context="org_1/acct_1"))
    event = json.loads(snapshot(thin, Answer(b"{}", {}, "")))
    assert (event["account"], event["context"]) == ("acct_1", "org_1/acct_1")


def test_the_snapshot_of_a_refund_stands_with_its_payment(stripe: Any) -> None:
    thin = thin_of(stripe.thin("refund.updated", "/v1/refunds/re_1"))
    answer = Answer(b"", {"id": "re_1", "object": "refund", "payment_intent": "pi_1"}, "")
    assert snapshot_key(thin, answer) == "pi_1"


def test_events_about_one_object_ask_once_and_accounts_are_kept_apart(stripe: Any) -> None:
    accounts = [None, None, "acct_1", "acct_1", "acct_2"]
    events = [stripe.thin("payment_intent.succeeded", id=f"evt_{n}", context=one) for n, one in enumerate(accounts)]
    batch = read_batch([Heard(value) for value in events], most_objects=10)
    assert len(batch.thin) == 5
    assert batch.objects() == {
        Object("/v1/payment_intents/pi_1", None): "evt_0",
        Object("/v1/payment_intents/pi_1", "acct_1"): "evt_2",
        Object("/v1/payment_intents/pi_1", "acct_2"): "evt_4",
    }


def test_a_batch_ends_where_the_budget_does(stripe: Any) -> None:
    urls = ["pi_1", "pi_2", "pi_1", "pi_3", "pi_1"]
    values = [stripe.thin("payment_intent.succeeded", f"/v1/payment_intents/{one}") for one in urls]
    batch = read_batch([Heard(value, offset=n) for n, value in enumerate(values)], most_objects=2)
    assert [record.offset for record in batch.records] == [0, 1, 2]
