"""A person's words, a card's number and every secret go everywhere, and are found nowhere that others look.

In a house of its own, which logs all that it can.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from aiokafka import AIOKafkaProducer
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from canaries import (
    CARD,
    EMAIL,
    NAME,
    PERSONAL,
    SHOPS_WORDS,
    STREET,
    in_database,
    in_logs,
    in_metrics,
    in_topics,
    parked,
)
from order_stream import watching
from running_house import RunningHouse, running_house
from shop_server import ShopServer
from tillstream_contracts import ORDERS_PLACED, ORDERS_STATUS, PAYMENTS_ATTACHED, STRIPE_EVENTS

OF_THE_TEST = b"put-here-by-the-test"
UNREADABLE = 12
ODD = f"{EMAIL} {NAME} {CARD}"
METADATA = {"note": SHOPS_WORDS}
MUG = {"items": [{"sku": "mug", "quantity": 1}], "currency": "usd"}
SETTLE_SECONDS = 40


@pytest.fixture(scope="module")
def talkative_house() -> Iterator[RunningHouse]:
    """The house at LOG_LEVEL=DEBUG."""
    with running_house(LOG_LEVEL="DEBUG") as house:
        yield house


async def test_a_canary_that_goes_through_everything_is_found_nowhere(talkative_house: RunningHouse) -> None:
    """Not in logs, metrics, our own topics, headers, reasons, nor in what order-service tells of orders."""
    house = talkative_house
    async with ShopServer(house) as shop:
        given = {*house.keys.values(), *await _shops(shop), *await _pays(shop), *await _subscribes(shop)}
        given |= await _asks_oddly(house)
        await _frames(house)
        await _forged_and_broken_events(shop, house)
        await _unreadable_records(house)
        await _all_is_parked(house)
        words = {*PERSONAL, *given}
        found = in_logs(house, {*words, SHOPS_WORDS}) | await in_metrics(shop, {*words, SHOPS_WORDS})
        found |= await in_topics(house, words, unwritten=OF_THE_TEST) | await in_database(house, words)
        assert sorted((place, _cut(word)) for place, word in found) == []


async def test_what_is_searched_would_show_it(talkative_house: RunningHouse) -> None:
    """Each process logs all that it can, and a word that may be known is found in each kind of place."""
    async with ShopServer(talkative_house) as shop:
        order_id = (await shop.places_order(mug=1))["order_id"]
        await shop.sees(order_id, lambda order: order["status"] == "pending")
        assert ("intent-api.log", order_id) in in_logs(talkative_house, {order_id})
        assert talkative_house.process("intent-api").environ()["LOG_LEVEL"] == "DEBUG"
        assert await in_metrics(shop, {"process_"})
        assert await in_topics(talkative_house, {order_id}, unwritten=OF_THE_TEST)
        assert await in_database(talkative_house, {order_id})


async def _shops(shop: ShopServer) -> set[str]:
    """A customer with a name, and one for whom Stripe fails at first."""
    made = await shop.asks("POST", "/v1/customers", {"email": EMAIL, "name": NAME, "reference": "cust-7"})
    assert made.status == 201, made
    await shop.sim("POST", "/faults", {"kind": "error_500", "path": "/v1/customers"})
    await shop.asks("POST", "/v1/customers", {"email": EMAIL, "name": NAME}, key=f"{EMAIL} again")
    token = await shop.asks("POST", f"/v1/customers/{made.body['customer_id']}/tokens", {})
    return {token.body["token"]}


async def _pays(shop: ShopServer) -> set[str]:
    """With a card whose number and holder go to Stripe, and a wish for a receipt."""
    key = f"{EMAIL}:{CARD}"
    placed = await shop.asks_for_payment({**MUG, "metadata": METADATA}, key=key, secret=True)
    assert placed.status == 200, placed
    order, stream = placed.body, placed.body["stream"]
    card = {"number": CARD, "exp_month": "12", "exp_year": "2034", "cvc": "123"}
    holder = {"email": EMAIL, "name": NAME, "address[line1]": STREET}
    form = {f"payment_method_data[card][{name}]": value for name, value in card.items()}
    form |= {f"payment_method_data[billing_details]{_bracketed(name)}": value for name, value in holder.items()}
    await shop.stripe(
        "POST",
        f"/v1/payment_intents/{order['payment_intent_id']}/confirm",
        {
            **form,
            "payment_method_data[type]": "card",
            "receipt_email": EMAIL,
            "return_url": f"http://x.example/{EMAIL}",
        },
        browser=False,
    )
    await shop.confirms(order["payment_intent_id"])
    async with watching(stream) as watched:
        await watched.until("paid")
    refund = await shop.asks_of_order(order["order_id"], "refunds", {"amount": 100}, key=EMAIL)
    assert refund.status == 202, refund
    return {stream["token"], order["client_secret"]}


async def _subscribes(shop: ShopServer) -> set[str]:
    made = await shop.asks("POST", "/v1/customers", {"email": EMAIL, "name": NAME})
    body = {
        "customer": made.body["customer_id"],
        "items": [{"sku": "beans-monthly", "quantity": 1}],
        "currency": "eur",
    }
    answer = await shop.asks("POST", "/v1/subscriptions", body, key=f"{NAME} subscribes")
    assert answer.status == 201, answer
    return {answer.body["stream"]["token"]} | ({answer.body["client_secret"]} - {None})


async def _asks_oddly(house: RunningHouse) -> set[str]:
    """By every service's door, in queries, headers, keys and bodies where nobody expects it."""
    wrong_keys = {f"sk_{secrets.token_hex(16)}", f"whsec_{secrets.token_hex(16)}"}
    paths = {
        "intent-api": ("/v1/payment-intents", f"/v1/orders/{EMAIL}/refunds", "/v1/customers", "/create-payment-intent"),
        "order-service": (
            "/v1/orders",
            f"/v1/orders/{EMAIL}",
            f"/v1/customers/{EMAIL}",
            f"/v1/payments/{CARD}/attach",
            f"/v1/orders?metadata[a]={EMAIL}&cursor={EMAIL}&reference={NAME}",
        ),
        "webhook-ingest": ("/webhooks/stripe", f"/webhooks/stripe/{CARD}", "/webhook"),
        "notifier": ("/v1/stream", f"/{EMAIL}"),
        "order-service-resolver": (f"/livez?{EMAIL}",),
        "order-service-reconciler": (f"/{EMAIL}",),
    }
    bodies = (
        json.dumps({"email": EMAIL, "unknown": NAME, "amount": CARD, "currency": EMAIL, "items": ODD}).encode(),
        f'{{"email": "{EMAIL}", '.encode(),
        json.dumps([ODD]).encode(),
        ODD.encode("utf-16"),
    )
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as http:
        for service, asked in paths.items():
            for path in asked:
                for body in bodies:
                    await _ask(http, house, service, path, body, *wrong_keys)
    return wrong_keys


async def _ask(
    http: aiohttp.ClientSession, house: RunningHouse, service: str, path: str, body: bytes, *keys: str
) -> None:
    """As somebody with the right key, with a wrong one, and with a name for a key."""
    url = house.url(service, path) + ("&" if "?" in path else "?") + f"email={EMAIL}&card={CARD}"
    for key in (house.keys["TILLSTREAM_SECRET_KEY"], *keys, EMAIL):
        headers = {
            "Authorization": f"Bearer {key}",
            "Idempotency-Key": ODD,
            "X-Request-Id": EMAIL,
            "User-Agent": NAME,
            "Origin": f"https://{EMAIL}",
            "X-Forwarded-For": EMAIL,
            "traceparent": EMAIL,
            "Stripe-Signature": f"t={int(time.time())},v1={EMAIL}",
            "Content-Type": "application/json",
            "Cookie": f"session={key}",
        }
        for method in ("POST", "GET"):
            with suppress(aiohttp.ClientError):
                async with http.request(
                    method, url, headers=headers, data=body if method == "POST" else None
                ) as answer:
                    assert answer.status < 500, (service, method, path, answer.status)


async def _frames(house: RunningHouse) -> None:
    """To notifier: no JSON, a token that is none, and a frame that is no text."""
    url = f"ws://127.0.0.1:{house.ports['NOTIFIER_PORT']}/v1/stream?token={CARD}"
    subscribe = json.dumps({"type": "subscribe", "token": EMAIL, "after_version": 0, "name": NAME})
    for frame in (ODD, subscribe, ODD.encode(), json.dumps({"type": EMAIL})):
        with suppress(WebSocketException, OSError):
            async with connect(url, additional_headers={"Cookie": ODD}) as socket:
                await socket.send(frame)
                async with asyncio.timeout(20):
                    await socket.recv()


async def _forged_and_broken_events(shop: ShopServer, house: RunningHouse) -> None:
    """Some with a true signature, so that they are taken in: odd words stand where numbers belong."""
    thing: dict[str, Any] = {"id": "pi_odd", "object": "payment_intent", "metadata": {"order_id": EMAIL}, **METADATA}
    odd = {"amount": EMAIL, "currency": CARD, "created": NAME, "receipt_email": EMAIL, "customer": EMAIL}
    for number, changes in enumerate([{name: value} for name, value in odd.items()] + [odd]):
        event = {
            "id": f"evt_canary_{number}",
            "object": "event",
            "type": "payment_intent.succeeded",
            "created": int(time.time()),
            "data": {"object": {"amount": 100, "currency": "usd", **thing, **changes}},
        }
        assert (await shop.delivers(event)).status == 200
        assert (await shop.delivers({**event, "id": ODD}, secret=f"whsec_{EMAIL}")).status == 400
    for broken in ({"id": EMAIL}, {"id": "evt_x", "type": EMAIL, "created": EMAIL}, {"id": "evt_y", "data": ODD}):
        await shop.delivers(broken)


async def _unreadable_records(house: RunningHouse) -> None:
    """Written by somebody in Kafka's network, with what pydantic would quote in its errors."""
    values = [
        f'{{"id": "{EMAIL}", "'.encode(),
        json.dumps({"id": ODD, "type": "refund.created", "created": EMAIL, "data": {"object": NAME}}).encode(),
        json.dumps({"event_id": EMAIL, "amount": NAME, "merchant_id": ODD, "currency": CARD}).encode(),
        ODD.encode("utf-16"),
    ]
    async with AIOKafkaProducer(bootstrap_servers=house.kafka, acks="all") as producer:
        for topic in (STRIPE_EVENTS, ORDERS_PLACED, PAYMENTS_ATTACHED, ORDERS_STATUS):
            for value in values:
                marked = value + b" " + OF_THE_TEST
                await producer.send_and_wait(topic.name, marked, key=EMAIL.encode(), headers=[("id", b"\xff")])


async def _all_is_parked(house: RunningHouse) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while (so_far := await parked(house)) < UNREADABLE:
        assert time.monotonic() < deadline, so_far
        await asyncio.sleep(0.2)


def _bracketed(name: str) -> str:
    first, bracket, rest = name.partition("[")
    return f"[{first}]{bracket}{rest}"


def _cut(word: str) -> str:
    """A secret of the house is not repeated in a test's report."""
    return word if word in PERSONAL else f"{word[:8]}…"
