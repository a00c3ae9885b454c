"""Faults: how a call can fail, and what was done all the same."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
import stripe

from stripe_sim.controls.faults import Fault, Faults

if TYPE_CHECKING:
    from conftest import Sim

ORDER: Any = {"amount": 1999, "currency": "usd"}
CREATE = "/v1/payment_intents"


@pytest.mark.parametrize(("kind", "error", "status"), [
    ("error_500", stripe.APIError, 500),
    ("rate_limit", stripe.RateLimitError, 429),
    ("lock_409", stripe.APIError, 409),
    ("api_connection_before", stripe.APIConnectionError, None),
])  # fmt: skip
def test_a_fault_before_the_work_does_nothing_and_the_same_key_works_then(
    sim: Sim, kind: str, error: type[stripe.StripeError], status: int | None
) -> None:
    sim.control("faults", kind=kind, path=CREATE)
    with pytest.raises(error) as failed:
        sim.stripe.v1.payment_intents.create(ORDER, {"idempotency_key": "k"})
    assert failed.value.http_status == status
    assert sim.event_types() == []
    assert sim.stripe.v1.payment_intents.create(ORDER, {"idempotency_key": "k"}).amount == 1999


def test_a_connection_closed_after_the_work_leaves_the_answer_under_the_key(sim: Sim) -> None:
    sim.control("faults", kind="api_connection_after", path=CREATE)
    with pytest.raises(stripe.APIConnectionError):
        sim.stripe.v1.payment_intents.create(ORDER, {"idempotency_key": "k"})
    assert sim.event_types() == ["payment_intent.created"]
    again = sim.stripe.v1.payment_intents.create(ORDER, {"idempotency_key": "k"})
    assert again.id == sim.stripe.v1.events.list().data[0].data.object["id"]
    assert sim.event_types() == ["payment_intent.created"]


def test_a_500_after_the_work_is_what_the_key_answers_from_then_on(sim: Sim) -> None:
    sim.control("faults", kind="error_500_after", path=CREATE)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            sim.stripe.v1.payment_intents.create(ORDER, {"idempotency_key": "k"})
    assert sim.event_types() == ["payment_intent.created"]


def test_the_librarys_own_retries_get_over_a_closed_connection(sim: Sim) -> None:
    sim.control("faults", kind="api_connection_after", path=CREATE, count=1)
    made = sim.stripe.v1.payment_intents.create(ORDER, {"max_network_retries": 2})
    assert made.amount == 1999
    assert sim.event_types() == ["payment_intent.created"]


def test_a_slow_answer_comes_late(sim: Sim) -> None:
    sim.control("faults", kind="slow", path=CREATE, seconds=0.2)
    begun = time.monotonic()
    sim.intent()
    assert time.monotonic() - begun >= 0.2


def test_a_fault_counts_down_and_is_only_for_its_path() -> None:
    faults = Faults()
    faults.add(Fault(kind="error_500", path="/v1/payment_intents/*/confirm", count=2))
    assert faults.take("POST", "/v1/payment_intents") is None
    assert faults.take("GET", "/v1/payment_intents/pi_1/confirm") is None
    assert faults.take("POST", "/v1/payment_intents/pi_1/confirm")
    assert faults.take("POST", "/v1/payment_intents/pi_2/confirm")
    assert faults.take("POST", "/v1/payment_intents/pi_1/confirm") is None
    assert faults.waiting() == []


def test_an_unknown_fault_is_refused(sim: Sim) -> None:
    with pytest.raises(requests.HTTPError, match="422"):
        sim.control("faults", kind="earthquake")


def test_no_call_fails_any_more_once_faults_are_ended(sim: Sim) -> None:
    sim.control("faults", kind="error_500", path=CREATE, count=1000)
    assert sim.http.delete(f"{sim.base}/sim/faults", timeout=5).json() == []
    assert sim.intent()
