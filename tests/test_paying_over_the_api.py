"""A payment's way from the click to the WebSocket, through the public interfaces alone."""

import asyncio
import secrets
import time

from kafka_topics import records
from order_stream import watching
from running_house import RunningHouse
from shop_server import Json, ShopServer
from tillstream_contracts import STRIPE_EVENTS
from told_truth import versions_made


def stripe_event(event_type: str, thing: Json) -> Json:
    """An event as Stripe would send it about `thing`."""
    return {
        "id": f"evt_{secrets.token_hex(12)}",
        "object": "event",
        "api_version": "2026-08-26.dahlia",
        "created": int(time.time()),
        "data": {"object": thing},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": event_type,
    }


def is_paid(order: Json) -> bool:
    return bool(order["status"] == "paid")


async def test_a_confirmed_card_is_paid_on_the_websocket(shop: ShopServer) -> None:
    intent = await shop.places_order(mug=2, beans=1)
    async with watching(intent["stream"]) as stream:
        await shop.confirms(intent["payment_intent_id"])
        paid = await stream.until("paid")
    assert paid["order_id"] == intent["order_id"]
    assert paid["amounts"] == {"ordered": 6450, "captured": 6450, "refunded": 0, "disputed": 0}
    assert stream.frames[0]["type"] == "snapshot"
    assert stream.versions == sorted(set(stream.versions))

    order = await shop.sees(intent["order_id"], is_paid)
    assert order["payments"][0]["payment_intent_id"] == intent["payment_intent_id"]
    assert order["version"] == paid["version"]


async def test_who_comes_back_is_told_where_the_order_stands(shop: ShopServer) -> None:
    intent = await shop.places_order(mug=1)
    await shop.confirms(intent["payment_intent_id"])
    order = await shop.sees(intent["order_id"], is_paid)
    async with watching(intent["stream"], after_version=1) as stream:
        paid = await stream.until("paid")
    assert (paid["type"], paid["version"]) == ("snapshot", order["version"])


async def test_fifty_clicks_at_once_are_one_order(shop: ShopServer) -> None:
    key, body = secrets.token_hex(16), {"items": [{"sku": "mug", "quantity": 1}], "currency": "usd"}
    answers = await asyncio.gather(*(shop.asks_for_payment(body, key=key) for _ in range(50)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["order_id"] for answer in answers}) == 1
    assert len({answer.body["payment_intent_id"] for answer in answers}) == 1

    await shop.confirms(answers[0].body["payment_intent_id"])
    order = await shop.sees(answers[0].body["order_id"], is_paid)
    assert (order["amount"], order["captured"], len(order["payments"])) == (2400, 2400, 1)


async def test_a_decline_and_then_a_good_card_end_in_paid(shop: ShopServer) -> None:
    intent = await shop.places_order(kettle=1)
    async with watching(intent["stream"]) as stream:
        await shop.confirms(intent["payment_intent_id"], "pm_card_visa_chargeDeclined")
        await stream.until("payment_failed")
        await shop.confirms(intent["payment_intent_id"])
        paid = await stream.until("paid")
    assert paid["amounts"]["captured"] == 8900


async def test_a_payment_for_an_order_that_nobody_placed_here_is_kept(shop: ShopServer) -> None:
    order_id = f"elsewhere-{secrets.token_hex(6)}"
    form = {
        "amount": "4711",
        "currency": "eur",
        "confirm": "true",
        "payment_method": "pm_card_visa",
        "automatic_payment_methods[enabled]": "true",
        "automatic_payment_methods[allow_redirects]": "never",
        "metadata[order_id]": order_id,
    }
    await shop.stripe("POST", "/v1/payment_intents", form)
    order = await shop.sees(order_id, is_paid)
    assert (order["captured"], order["currency"]) == (4711, "eur")


async def test_an_event_that_we_do_not_handle_is_kept_and_told(shop: ShopServer, house: RunningHouse) -> None:
    intent = await shop.places_order(mug=1)
    thing = await shop.stripe("GET", f"/v1/payment_intents/{intent['payment_intent_id']}")
    event = stripe_event("payment_intent.partially_funded", thing)
    answer = await shop.delivers(event)
    assert (answer.status, answer.body) == (200, {"received": True})

    order = await shop.sees(intent["order_id"], lambda order: event["id"] in str(order["timeline"]))
    line = next(line for line in order["timeline"] if line["event_id"] == event["id"])
    assert (line["event_type"], line["outcome"]) == (event["type"], "ignored")
    assert order["status"] == "pending"
    kept = [record for record in await records(house, STRIPE_EVENTS) if event["id"].encode() in (record.value or b"")]
    assert [record.key for record in kept] == [intent["payment_intent_id"].encode()]


async def test_a_redelivered_webhook_changes_nothing(shop: ShopServer) -> None:
    intent = await shop.places_order(mug=1)
    await shop.confirms(intent["payment_intent_id"])
    before = await shop.sees(intent["order_id"], is_paid)
    thing = await shop.stripe("GET", f"/v1/payment_intents/{intent['payment_intent_id']}")
    event = stripe_event("payment_intent.succeeded", thing)
    for _ in range(3):
        assert (await shop.delivers(event)).status == 200
    marker = stripe_event("payment_intent.partially_funded", thing)
    await shop.delivers(marker)
    after = await shop.sees(intent["order_id"], lambda order: marker["id"] in str(order["timeline"]))
    assert (after["version"], after["captured"]) == (before["version"], 2400)


async def test_duplicated_reordered_and_delayed_webhooks_end_in_paid_once(shop: ShopServer) -> None:
    trouble = {
        "duplicate": 1,
        "reorder": 1,
        "reorder_seconds": 0.4,
        "delay": 0.5,
        "delay_seconds": 0.6,
        "late_failure": 1,
        "late_failure_seconds": 0.8,
        "same_second": True,
    }
    async with shop.chaos(**trouble):
        orders = [await shop.places_order(mug=1 + number) for number in range(5)]
        await asyncio.gather(*(_decline_then_pay(shop, intent) for intent in orders))
    for intent in orders:
        order = await shop.sees(intent["order_id"], _told_everything)
        assert (order["status"], order["captured"], order["flags"]) == ("paid", intent["amount"], [])
        assert versions_made(order["timeline"]) == list(range(1, order["version"] + 1))


async def _decline_then_pay(shop: ShopServer, intent: Json) -> None:
    async with watching(intent["stream"]) as stream:
        await shop.confirms(intent["payment_intent_id"], "pm_card_visa_chargeDeclined")
        await shop.confirms(intent["payment_intent_id"])
        await stream.until("paid")
    assert stream.versions == sorted(set(stream.versions))


def _told_everything(order: Json) -> bool:
    types = [line["event_type"] for line in order["timeline"]]
    return all(kind in types for kind in ("payment_intent.payment_failed", "payment_intent.succeeded"))
