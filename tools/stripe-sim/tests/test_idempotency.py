"""Idempotency keys by Stripe's rules."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from stripe_sim.http.errors import StripeError
from stripe_sim.http.idempotency import Answer, IdempotencyKeys

if TYPE_CHECKING:
    from conftest import Sim

ORDER: Any = {"amount": 1999, "currency": "usd"}
OTHER_ORDER: Any = {"amount": 2000, "currency": "usd"}
WRONG_ORDER: Any = {"amount": 1999, "currency": "usd", "colour": "blue"}
ANSWER = Answer(200, b"{}", "req_1")


def test_the_same_key_gives_the_first_answer_again(sim: Sim) -> None:
    first, second = (sim.call("POST", "/v1/payment_intents", ORDER, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.content == second.content
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["original-request"] == first.headers["request-id"] != second.headers["request-id"]
    assert sim.event_types() == ["payment_intent.created"]


def test_an_event_names_the_request_and_its_key(sim: Sim) -> None:
    made = sim.call("POST", "/v1/payment_intents", ORDER, **{"Idempotency-Key": "k"})
    event = sim.stripe.v1.events.list().data[0]
    assert event.request is not None
    assert (event.request.id, event.request.idempotency_key) == (made.headers["request-id"], "k")


def test_other_parameters_under_the_same_key_are_an_idempotency_error(sim: Sim) -> None:
    sim.stripe.v1.payment_intents.create(ORDER, {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError) as refused:
        sim.stripe.v1.payment_intents.create(OTHER_ORDER, {"idempotency_key": "k"})
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        sim.stripe.v1.checkout.sessions.create(ORDER, {"idempotency_key": "k"})


def test_a_declined_card_is_replayed(sim: Sim) -> None:
    intent = sim.intent()
    form = {"payment_method": "pm_card_chargeDeclined", "return_url": "https://a.test"}
    path = f"/v1/payment_intents/{intent.id}/confirm"
    first, second = (sim.call("POST", path, form, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, second.status_code, first.content) == (402, 402, second.content)
    assert sim.event_types().count("charge.failed") == 1


def test_refused_parameters_leave_the_key_free(sim: Sim) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        sim.stripe.v1.payment_intents.create(WRONG_ORDER, {"idempotency_key": "k"})
    assert sim.stripe.v1.payment_intents.create(ORDER, {"idempotency_key": "k"}).amount == 1999


def test_fifty_at_once_make_one_intent(sim: Sim) -> None:
    sim.control("faults", kind="slow", path="/v1/payment_intents", seconds=0.3)
    statuses: list[int] = []

    def create() -> None:
        statuses.append(sim.call("POST", "/v1/payment_intents", ORDER, **{"Idempotency-Key": "k"}).status_code)

    threads = [threading.Thread(target=create) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, 409}
    assert statuses.count(200) >= 1
    assert sim.event_types() == ["payment_intent.created"]


def keys(now: list[float], limit: int = 10) -> IdempotencyKeys:
    return IdempotencyKeys(lambda: now[0], 86_400, limit)


def test_a_key_in_use_is_a_conflict() -> None:
    store = keys([0.0])
    assert store.begin("k", "/v1/x", "f") is None
    with pytest.raises(StripeError) as refused:
        store.begin("k", "/v1/x", "f")
    assert (refused.value.status, refused.value.code) == (409, "idempotency_key_in_use")
    store.release("k")
    assert store.begin("k", "/v1/x", "f") is None


def test_a_kept_answer_is_not_released() -> None:
    store = keys([0.0])
    store.begin("k", "/v1/x", "f")
    store.keep("k", ANSWER)
    store.release("k")
    assert store.begin("k", "/v1/x", "f") is ANSWER


def test_keys_are_forgotten_after_a_day_or_when_there_are_too_many() -> None:
    now = [0.0]
    store = keys(now, limit=2)
    for key in ("a", "b", "c"):
        store.begin(key, "/v1/x", "f")
        store.keep(key, ANSWER)
    assert store.begin("b", "/v1/x", "f") is None, "the oldest of too many is forgotten"
    now[0] = 86_401.0
    assert store.begin("c", "/v1/x", "f") is None, "a day is over"


def test_a_key_that_is_too_long_is_refused() -> None:
    with pytest.raises(StripeError):
        keys([0.0]).begin("k" * 256, "/v1/x", "f")
