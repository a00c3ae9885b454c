"""The Kafka key of every golden example, and of anything else."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillstream_contracts.stripe_keys import is_id, key_of

EXAMPLES = sorted((Path(__file__).parents[1] / "examples/stripe.events.v1").glob("*.json"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=4,
)
OBJECTS = st.fixed_dictionaries(
    {},
    optional={
        "id": JSON,
        "object": JSON,
        "payment_intent": JSON,
        "payment": st.fixed_dictionaries({"payment_intent": JSON}),
    },
)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_golden_event_goes_under_its_key(path: Path) -> None:
    example = json.loads(path.read_text())
    assert key_of(example["payload"], example["payload"]["id"]) == example["key"]


def test_there_are_golden_events() -> None:
    assert len(EXAMPLES) >= 18


@given(
    st.fixed_dictionaries(
        {},
        optional={"data": JSON | st.fixed_dictionaries({"object": OBJECTS | JSON}), "related_object": OBJECTS | JSON},
    )
)
def test_whatever_the_object_is_there_is_a_key_that_kafka_can_take(event: dict[str, Any]) -> None:
    assert is_id(key_of(event, "evt_1"))


@pytest.mark.parametrize("odd", ["", "a b", "ä", "x" * 256, "a\n", 5, None, {"id": {"id": "pi_1"}}])
def test_an_odd_payment_intent_falls_back_to_the_object(odd: object) -> None:
    event = {"data": {"object": {"id": "ch_1", "object": "charge", "payment_intent": odd}}}
    assert key_of(event, "evt_1") == "ch_1"


@pytest.mark.parametrize("odd", ["", "x" * 256, 7, [], None])
def test_an_object_without_a_sane_id_falls_back_to_the_event(odd: object) -> None:
    assert key_of({"data": {"object": {"id": odd}}}, "evt_1") == "evt_1"
