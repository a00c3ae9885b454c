"""The golden events: each that was ever committed is read by today's models and valid by every schema."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tillstream_contracts import (
    ORDERS_PLACED,
    ORDERS_STATUS,
    PAYMENTS_ATTACHED,
    SUBSCRIPTIONS_STATUS,
    Event,
    InvoiceStatus,
    OrderPlaced,
    OrderStatus,
    OrderStatusChanged,
    PaymentAttached,
    SubscriptionStatus,
    SubscriptionStatusChanged,
)

HERE = Path(__file__).parents[1]
EVENTS: dict[str, type[Event]] = {
    ORDERS_PLACED.name: OrderPlaced,
    ORDERS_STATUS.name: OrderStatusChanged,
    SUBSCRIPTIONS_STATUS.name: SubscriptionStatusChanged,
    PAYMENTS_ATTACHED.name: PaymentAttached,
}


def examples() -> Iterator[tuple[type[Event], Path]]:
    for topic, event in EVENTS.items():
        for path in sorted((HERE / "examples" / topic).glob("*.json")):
            yield event, path


EXAMPLES = list(examples())
NAMES = [f"{path.parent.name}/{path.stem}" for _, path in EXAMPLES]


@pytest.mark.parametrize(("event", "path"), EXAMPLES, ids=NAMES)
def test_example_is_read_and_written_again_as_it_was(event: type[Event], path: Path) -> None:
    read = event.model_validate_json(path.read_bytes())
    assert json.loads(read.model_dump_json(exclude_unset=True)) == json.loads(path.read_text())


@pytest.mark.parametrize(("event", "path"), EXAMPLES, ids=NAMES)
def test_example_is_valid_by_every_schema_of_its_event(event: type[Event], path: Path) -> None:
    versions = sorted((HERE / "schemas" / event.TYPE).glob("*.json"))
    assert versions
    for version in versions:
        Draft202012Validator(json.loads(version.read_text())).validate(json.loads(path.read_text()))


@pytest.mark.parametrize(("event", "path"), EXAMPLES, ids=NAMES)
def test_a_reader_passes_over_fields_that_it_does_not_know(event: type[Event], path: Path) -> None:
    newer = json.loads(path.read_text()) | {"added_later": {"a": 1}}
    assert event.model_validate(newer) == event.model_validate_json(path.read_bytes())


@pytest.mark.parametrize(
    ("event", "statuses"), [(OrderStatusChanged, OrderStatus), (SubscriptionStatusChanged, SubscriptionStatus)]
)
def test_every_status_has_an_example(event: type[Event], statuses: type[OrderStatus | SubscriptionStatus]) -> None:
    shown = {json.loads(path.read_text())["status"] for of, path in EXAMPLES if of is event}
    assert shown == {status.value for status in statuses}


def test_every_status_of_an_invoice_has_an_example() -> None:
    told = [json.loads(path.read_text()) for event, path in EXAMPLES if event is SubscriptionStatusChanged]
    shown = {event["latest_invoice"]["status"] for event in told if event["latest_invoice"]}
    assert shown == {status.value for status in InvoiceStatus}


def test_every_topic_of_events_has_examples() -> None:
    assert {path.parent.name for _, path in EXAMPLES} == set(EVENTS)
