"""Webhooks: signed as Stripe signs them, tried again until they are taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import stripe

from stripe_sim.events.event_types import is_of_type
from stripe_sim.events.signatures import SigningSecrets, signature

if TYPE_CHECKING:
    from conftest import Shop, Sim


def test_a_payment_is_told_in_stripes_order_and_accepted_by_the_library(sim_with_shop: Sim, shop: Shop) -> None:
    paid = sim_with_shop.pay("pm_card_visa")
    events = shop.wait_for(3)
    told = {"payment_intent.created", "charge.succeeded", "payment_intent.succeeded"}
    assert {event.type for event in events} == told
    succeeded = next(event for event in events if event.type == "payment_intent.succeeded")
    assert succeeded.data.object["id"] == paid.id


def test_the_body_and_headers_are_as_stripe_sends_them(sim_with_shop: Sim, shop: Shop) -> None:
    sim_with_shop.intent()
    shop.wait_for(1)
    hook = shop.received[0]
    assert hook.headers["Content-Type"] == "application/json; charset=utf-8"
    assert hook.headers["User-Agent"] == "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
    assert hook.body.startswith(b'{\n  "id": "evt_')
    event = json.loads(hook.body)
    assert (event["object"], event["livemode"], event["pending_webhooks"]) == ("event", False, 1)


def test_a_refused_webhook_is_tried_again_with_a_fresh_signature(sim_with_shop: Sim, shop: Shop) -> None:
    shop.answers += [500, 301, 404]
    sim_with_shop.intent()
    events = shop.wait_for(4)
    assert len({event.id for event in events}) == 1
    assert len({hook.body for hook in shop.received}) == 1
    outcomes = [(line["outcome"], line["attempt"], line["status"]) for line in sim_with_shop.deliveries()]
    assert outcomes[:3] == [("failed", 1, 500), ("failed", 2, 301), ("failed", 3, 404)]


def test_a_taken_webhook_is_pending_no_more(sim_with_shop: Sim, shop: Shop, until: Callable[..., object]) -> None:
    sim_with_shop.intent()
    shop.wait_for(1)
    until(lambda: sim_with_shop.stripe.v1.events.list().data[0].pending_webhooks == 0)


def test_after_the_last_attempt_it_is_given_up(
    start_sim: Callable[..., Sim], shop: Shop, until: Callable[..., object]
) -> None:
    shop.answers += [500] * 9
    sim = start_sim(webhook_url=shop.url, webhook_attempts=3, webhook_retry_seconds=0.01)
    sim.intent()
    until(lambda: sim.deliveries() and sim.deliveries()[-1]["outcome"] == "given_up")
    assert [line["attempt"] for line in sim.deliveries()] == [1, 2, 3]


def test_a_shop_that_is_down_gets_it_later(start_sim: Callable[..., Sim], until: Callable[..., object]) -> None:
    sim = start_sim(webhook_url="http://127.0.0.1:9/", webhook_retry_seconds=0.01)
    sim.intent()
    until(lambda: len(sim.deliveries()) >= 2)
    assert sim.deliveries()[0]["error"] == "ClientConnectorError"


def test_more_than_the_queue_holds_is_lost_and_said_so(start_sim: Callable[..., Sim]) -> None:
    sim = start_sim(webhook_url="http://127.0.0.1:9/", webhook_retry_seconds=60, webhook_queue=2)
    for _ in range(3):
        sim.intent()
    assert "lost_queue_full" in [line["outcome"] for line in sim.deliveries()]


def test_an_endpoint_hears_only_what_it_asked_for_until_it_is_deleted(sim: Sim, shop: Shop) -> None:
    endpoints = sim.stripe.v1.webhook_endpoints
    endpoint = endpoints.create({"url": shop.url, "enabled_events": ["payment_intent.succeeded"]})
    assert str(endpoint.secret).startswith("whsec_")
    assert not hasattr(endpoints.retrieve(endpoint.id), "secret"), "the secret is told once"
    sim.pay("pm_card_visa")
    sim.pay("pm_card_visa")
    secret = str(endpoint.secret)
    shop.wait_for_hooks(2)
    types = {stripe.Webhook.construct_event(hook.body, hook.headers["Stripe-Signature"], secret).type
             for hook in shop.received}  # fmt: skip
    assert types == {"payment_intent.succeeded"}
    assert endpoints.delete(endpoint.id).deleted
    assert endpoints.list().data == []


def test_what_was_on_its_way_to_a_deleted_endpoint_is_forgotten(
    start_sim: Callable[..., Sim], until: Callable[..., object]
) -> None:
    sim = start_sim(webhook_url="http://127.0.0.1:9/", webhook_retry_seconds=0.01, webhook_retry_longest_seconds=0.01)
    sim.intent()
    until(lambda: _waiting(sim) == 1)
    sim.stripe.v1.webhook_endpoints.delete(sim.stripe.v1.webhook_endpoints.list().data[0].id)
    until(lambda: _waiting(sim) == 0)


def _waiting(sim: Sim) -> float:
    metrics = sim.http.get(f"{sim.base}/metrics", timeout=5).text
    return float(metrics.rpartition("stripe_sim_deliveries_waiting ")[2].split()[0])


@pytest.mark.parametrize("url", ["shop.test/hooks", "ftp://shop.test", "http://", "http://[::1"])
def test_an_endpoint_needs_a_web_address(sim: Sim, url: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sim.stripe.v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
    assert refused.value.code == "url_invalid"


def test_a_rolled_secret_signs_beside_the_old_one(sim_with_shop: Sim, shop: Shop) -> None:
    rolled = sim_with_shop.control("secret_roll")
    sim_with_shop.intent()
    shop.wait_for(1)
    hook = shop.received[0]
    header = hook.headers["Stripe-Signature"]
    assert header.count("v1=") == 2
    assert stripe.Webhook.construct_event(hook.body, header, rolled["secret"])


def test_an_old_secret_signs_until_its_time_is_over() -> None:
    secrets = SigningSecrets()
    secrets.set("we_1", "old")
    secrets.roll("we_1", "new", old_until=100)
    assert secrets.valid("we_1", 99) == ["new", "old"]
    assert secrets.valid("we_1", 100) == ["new"]


def test_the_signature_is_the_documented_hmac() -> None:
    header = signature(b'{"id": "evt_1"}', ["whsec_a"], 1_700_000_000)
    stripe.WebhookSignature.verify_header('{"id": "evt_1"}', header, "whsec_a")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header('{"id": "evt_2"}', header, "whsec_a")


def test_patterns_of_event_types() -> None:
    assert is_of_type("payment_intent.created", "*")
    assert is_of_type("payment_intent.created", "payment_intent.*")
    assert not is_of_type("payment_intent.created", "payment_intent")
    assert not is_of_type("payment_intents.created", "payment_intent.*")
