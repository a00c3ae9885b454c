"""What an event refuses to be."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tillstream_contracts import OrderPlaced, OrderStatusChanged, SubscriptionStatusChanged

EXAMPLES = Path(__file__).parents[1] / "examples"


def placed(**changes: Any) -> str:
    """An OrderPlaced with some fields changed; `...` leaves one out."""
    whole = json.loads((EXAMPLES / "orders.placed.v1/card-payment.json").read_text()) | changes
    return json.dumps({name: value for name, value in whole.items() if value is not ...})


@pytest.mark.parametrize("field", ["event_id", "occurred_at", "merchant_id", "order_id", "amount", "currency", "lines"])
def test_no_field_that_matters_has_a_default(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        OrderPlaced.model_validate_json(placed(**{field: ...}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("amount", amount) for amount in (-1, 19.99, 5.0, "1999", True, 10**15 + 1, None)),
        *(("currency", currency) for currency in ("USD", "us", "usdt", "us1", "")),
        *(("order_id", order_id) for order_id in ("", "a b", "ü", "x" * 65, "a\n", "a/b")),
        *(("occurred_at", moment) for moment in ("2026-01-01T00:00:00", "yesterday")),
        ("lines", [{"sku": "a", "name": "a", "quantity": 0, "unit_amount": 1}]),
        ("lines", [{"sku": "a", "name": "a", "quantity": 1, "unit_amount": 1}] * 101),
        ("metadata", {str(number): "" for number in range(21)}),
        ("metadata", {"a": "x" * 501}),
    ],
)
def test_a_senseless_value_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        OrderPlaced.model_validate_json(placed(**{field: value}))


def test_an_event_does_not_change() -> None:
    event = OrderPlaced.model_validate_json(placed())
    with pytest.raises(ValidationError, match="frozen"):
        event.amount = 1  # type: ignore[misc]  # what must not be done


def test_ids_are_derived_from_what_the_event_tells() -> None:
    assert OrderPlaced.id_for("ord_1") == "ord_1.placed"
    assert OrderStatusChanged.id_for("ord_1", 7) == "ord_1.v7"
    assert SubscriptionStatusChanged.id_for("subs_1", 7) == "subs_1.v7"
    assert len(OrderStatusChanged.id_for("x" * 64, 2**53)) <= 128
