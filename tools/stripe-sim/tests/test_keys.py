"""Who may call what: secret and publishable keys, Basic and Bearer, and what a browser sees."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import stripe

if TYPE_CHECKING:
    from conftest import Sim


def test_no_key_and_a_wrong_key_are_refused(sim: Sim) -> None:
    assert sim.call("GET", "/v1/events", key=None).status_code == 401
    wrong = sim.call("GET", "/v1/events", key="sk_live_0123456789abcdef")
    assert wrong.status_code == 401
    assert "456789" not in wrong.json()["error"]["message"]


def test_the_library_raises_authentication_error(sim: Sim) -> None:
    client = stripe.StripeClient("sk_live_x", base_addresses={"api": sim.base}, max_network_retries=0)
    with pytest.raises(stripe.AuthenticationError):
        client.v1.events.list()


def test_basic_authentication_is_taken(sim: Sim) -> None:
    user = base64.b64encode(b"sk_test_x:").decode()
    assert sim.call("GET", "/v1/events", key=None, Authorization=f"Basic {user}").status_code == 200
    assert sim.call("GET", "/v1/events", key=None, Authorization="Basic ?").status_code == 401


def test_a_set_key_is_the_only_one(start_sim: Callable[..., Sim]) -> None:
    sim = start_sim(secret_key="sk_test_mine")
    assert sim.call("GET", "/v1/events", key="sk_test_mine").status_code == 200
    assert sim.call("GET", "/v1/events", key="sk_test_other").status_code == 401


def test_a_publishable_key_does_only_what_browsers_do(sim: Sim) -> None:
    refused = sim.call("POST", "/v1/payment_intents", {"amount": 1999, "currency": "usd"}, key="pk_test_x")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "secret_key_required")


def test_a_browser_needs_the_client_secret_and_sees_nothing_of_the_merchants(sim: Sim) -> None:
    intent = sim.intent(metadata={"order_id": "ord_1"})
    path = f"/v1/payment_intents/{intent.id}"
    assert sim.call("GET", path, key="pk_test_x").json()["error"]["code"] == "parameter_missing"
    assert sim.call("GET", f"{path}?client_secret={intent.id}_secret_no", key="pk_test_x").status_code == 400
    seen = sim.call("GET", f"{path}?client_secret={intent.client_secret}", key="pk_test_x").json()
    assert seen["status"] == "requires_payment_method"
    assert not {"metadata", "latest_charge", "customer"} & seen.keys()


def test_a_browser_sees_nothing_of_the_merchants_in_an_error_either(sim: Sim) -> None:
    intent = sim.intent(metadata={"order_id": "ord_1"})
    form = {"client_secret": intent.client_secret, "payment_method": "pm_card_chargeDeclined"}
    answer = sim.call("POST", f"/v1/payment_intents/{intent.id}/confirm", form, key="pk_test_x")
    assert answer.status_code == 402
    assert "metadata" not in answer.json()["error"]["payment_intent"]


def test_a_page_of_any_origin_may_call(sim: Sim) -> None:
    headers = {"Origin": "http://shop.test", "Access-Control-Request-Method": "POST"}
    headers["Access-Control-Request-Headers"] = "authorization"
    preflight = sim.http.options(f"{sim.base}/v1/payment_methods", headers=headers, timeout=5)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"


def test_every_answer_names_its_request_and_version(sim: Sim) -> None:
    answer = sim.call("GET", "/v1/events", **{"Stripe-Version": "2025-01-27.acacia"})
    assert answer.headers["request-id"].startswith("req_")
    assert answer.headers["stripe-version"] == "2025-01-27.acacia"


def test_an_unknown_url_is_told_in_stripes_words(sim: Sim) -> None:
    answer = sim.call("GET", "/v1/nothing")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith("Unrecognized request URL (GET: /v1/nothing)")


def test_an_oversized_body_is_refused(sim: Sim) -> None:
    assert sim.call("POST", "/v1/payment_intents", "description=" + "x" * 300_000).status_code == 413


def test_a_body_that_is_not_text_is_refused(sim: Sim) -> None:
    assert sim.call("POST", "/v1/payment_intents", b"\xff\xfe").status_code == 400
