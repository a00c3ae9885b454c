"""Event destinations of API v2, and both forms of an event."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import stripe
from stripe.v2.core import EventDestination

if TYPE_CHECKING:
    from conftest import Shop, Sim

EVERYTHING = ["webhook_endpoint.signing_secret", "webhook_endpoint.url"]


@pytest.fixture
def connect(sim: Sim, shop: Shop) -> Callable[..., EventDestination]:
    """Make a destination that leads to the shop."""

    def made(*types: str, payload: str = "thin", **params: Any) -> EventDestination:
        asked: Any = {
            "name": "Shop",
            "type": "webhook_endpoint",
            "event_payload": payload,
            "enabled_events": list(types),
            "webhook_endpoint": {"url": shop.url},
            "include": EVERYTHING,
            **params,
        }
        return sim.stripe.v2.core.event_destinations.create(asked)

    return made


def secret_of(destination: EventDestination) -> str:
    """Its signing secret."""
    assert destination.webhook_endpoint
    assert destination.webhook_endpoint.signing_secret
    return destination.webhook_endpoint.signing_secret


def test_a_thin_event_is_as_the_library_reads_it(
    sim: Sim, shop: Shop, connect: Callable[..., EventDestination]
) -> None:
    destination = connect("v1.payment_intent.succeeded")
    paid = sim.pay("pm_card_visa")
    shop.wait_for_hooks(1)
    hook = shop.received[0]
    told: Any = sim.stripe.parse_event_notification(hook.body, hook.headers["Stripe-Signature"], secret_of(destination))
    assert (told.type, told.related_object.id) == ("v1.payment_intent.succeeded", paid.id)
    assert told.fetch_related_object().status == "succeeded"
    assert told.fetch_event().snapshot_event == sim.stripe.v1.events.list().data[0].id


def test_a_thin_event_says_what_stripe_documents_and_no_more(
    sim: Sim, shop: Shop, connect: Callable[..., EventDestination]
) -> None:
    connect("v1.payment_intent.created")
    answer = sim.call("POST", "/v1/payment_intents", "amount=500&currency=eur", **{"Idempotency-Key": "k1"})
    shop.wait_for_hooks(1)
    event, intent = json.loads(shop.received[0].body), answer.json()
    snapshot = sim.stripe.v1.events.list().data[0]
    assert event == {
        "id": event["id"],
        "object": "v2.core.event",
        "context": None,
        "created": event["created"],
        "livemode": False,
        "reason": {"type": "request", "request": {"id": answer.headers["Request-Id"], "idempotency_key": "k1"}},
        "related_object": {
            "id": intent["id"], "type": "payment_intent", "url": f"/v1/payment_intents/{intent['id']}"
        },
        "snapshot_event": snapshot.id,
        "type": "v1.payment_intent.created",
    }  # fmt: skip
    assert event["id"].startswith("evt_test_")
    assert event["created"].endswith(".000Z")


def test_destinations_and_events_have_all_that_the_library_knows_of(
    sim: Sim, connect: Callable[..., EventDestination]
) -> None:
    sim.intent()
    event = sim.stripe.v2.core.events.list().data[0]
    for thing, kind in ((connect("*"), EventDestination), (event, stripe.v2.core.Event)):
        assert set(kind.__annotations__) - {"OBJECT_NAME", "_inner_class_types"} <= set(thing.to_dict())


def test_one_occurrence_is_told_in_both_forms(sim: Sim, shop: Shop, connect: Callable[..., EventDestination]) -> None:
    connect("v1.payment_intent.created")
    connect("payment_intent.created", payload="snapshot")
    sim.intent()
    shop.wait_for_hooks(2)
    one, other = sorted((json.loads(hook.body) for hook in shop.received), key=lambda event: event["object"])
    assert (one["object"], other["object"]) == ("event", "v2.core.event")
    assert other["snapshot_event"] == one["id"]
    assert one["pending_webhooks"] == 2


def test_a_destination_of_the_settings_hears_all_in_thin_form(start_sim: Callable[..., Sim], shop: Shop) -> None:
    sim = start_sim(thin_webhook_url=shop.url, thin_webhook_secret="whsec_thin")
    for count in (1, 2):
        sim.intent()
        shop.wait_for_hooks(count)
        hook = shop.received[-1]
        told = sim.stripe.parse_event_notification(hook.body, hook.headers["Stripe-Signature"], "whsec_thin")
        assert told.type == "v1.payment_intent.created"
        sim.control("reset")


def test_address_and_secret_are_told_only_where_asked_for(
    sim: Sim, shop: Shop, connect: Callable[..., EventDestination]
) -> None:
    plain = connect("*", include=[])
    assert plain.to_dict()["webhook_endpoint"] == {"signing_secret": None, "url": None}
    found = sim.stripe.v2.core.event_destinations.retrieve(plain.id, {"include": ["webhook_endpoint.url"]})
    assert found.to_dict()["webhook_endpoint"] == {"signing_secret": None, "url": shop.url}


def test_a_disabled_destination_hears_nothing_until_it_is_enabled(
    sim: Sim, shop: Shop, connect: Callable[..., EventDestination]
) -> None:
    destinations = sim.stripe.v2.core.event_destinations
    name = connect("v1.payment_intent.created").id
    assert destinations.disable(name).to_dict()["status_details"] == {"disabled": {"reason": "user"}}
    sim.intent()
    assert destinations.enable(name).status == "enabled"
    heard = sim.intent()
    shop.wait_for_hooks(1)
    assert [json.loads(hook.body)["related_object"]["id"] for hook in shop.received] == [heard.id]


def test_a_destination_can_be_changed_and_deleted(sim: Sim, connect: Callable[..., EventDestination]) -> None:
    destinations = sim.stripe.v2.core.event_destinations
    name = connect("v1.charge.*", metadata={"a": "b", "c": "d"}).id
    changed = destinations.update(name, {"name": "New", "description": "Both", "metadata": {"a": None, "e": "f"}})
    assert (changed.name, changed.description, changed.to_dict()["metadata"]) == ("New", "Both", {"c": "d", "e": "f"})
    assert destinations.delete(name).id == name
    with pytest.raises(stripe.InvalidRequestError, match="was not found"):
        destinations.retrieve(name)


@pytest.mark.parametrize("params", [
    {"event_payload": "fat"},
    {"enabled_events": []},
    {"webhook_endpoint": {"url": "shop.test"}},
    {"type": "amazon_eventbridge"},
    {"snapshot_api_version": "2026-08-26.dahlia"},
    {"colour": "blue"},
])  # fmt: skip
def test_what_makes_no_sense_is_refused(connect: Callable[..., EventDestination], params: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        connect("*", **params)


@pytest.mark.parametrize("body", ["[1]", "{", "null", '{"name": {"a": 1}}'])
def test_a_body_that_is_no_object_of_json_is_refused(sim: Sim, body: str) -> None:
    assert sim.call("POST", "/v2/core/event_destinations", body).status_code == 400


def test_thin_events_are_listed_by_object_and_type_page_by_page(sim: Sim) -> None:
    paid = sim.pay("pm_card_visa")
    sim.intent()
    events = sim.stripe.v2.core.events
    of_paid = list(events.list({"object_id": paid.id, "limit": 1}).auto_paging_iter())
    assert [event.type for event in of_paid] == ["v1.payment_intent.succeeded", "v1.payment_intent.created"]
    assert len(events.list({"types": ["v1.charge.succeeded"]}).data) == 1
    assert events.list({"created": {"gt": "2199-01-01T00:00:00Z"}}).data == []
    with pytest.raises(stripe.InvalidRequestError):
        events.retrieve("evt_test_none")
