"""What cannot be bought is refused in words that name the field, and leaves no trace at Stripe or in Kafka."""

from dataclasses import dataclass
from typing import Any

import pytest

from kafka_topics import how_many
from order_stream import watching
from running_house import RunningHouse
from shop_server import Json, ShopServer
from tillstream_contracts import ORDERS_PLACED

MUG = {"sku": "mug", "quantity": 1}


@dataclass(frozen=True)
class Refused:
    """A body, and what the answer to it must say."""

    body: Json | bytes
    status: int
    code: str
    field: str | None = None


def cart(**changes: Any) -> Json:
    """A good body, but for this."""
    return {"items": [MUG], "currency": "usd", **changes}


TABLE = {
    "an unknown SKU": Refused(cart(items=[{"sku": "gold", "quantity": 1}]), 422, "invalid_request", "items[0].sku"),
    "a quantity of 0": Refused(cart(items=[{**MUG, "quantity": 0}]), 422, "invalid_request", "items[0].quantity"),
    "a quantity of a billion": Refused(
        cart(items=[{**MUG, "quantity": 10**9}]), 422, "invalid_request", "items[0].quantity"
    ),
    "half a mug": Refused(cart(items=[{**MUG, "quantity": 0.5}]), 422, "invalid_request", "items[0].quantity"),
    "a quantity in words": Refused(cart(items=[{**MUG, "quantity": "1"}]), 422, "invalid_request", "items[0].quantity"),
    "an amount from a browser": Refused({"amount": 1, "currency": "usd"}, 403, "amount_not_allowed", "amount"),
    "an unsupported currency": Refused(cart(currency="xxx"), 422, "invalid_request", "currency"),
    "no items": Refused(cart(items=[]), 422, "invalid_request", "items"),
    "101 lines": Refused(cart(items=[MUG] * 101), 422, "invalid_request", "items"),
    "items that are no list": Refused(cart(items="mug"), 422, "invalid_request", "items"),
    "a field that we do not know": Refused(cart(price=1), 422, "invalid_request", "price"),
    "no JSON": Refused(b"two mugs, please", 422, "invalid_request", "body"),
    "bytes that are no text": Refused(b"\xff\xfe\x00", 400, "bad_request"),
    "too much": Refused(b'{"items": "' + b"x" * 900_000 + b'"}', 413, "body_too_large"),
}


@pytest.mark.parametrize("refused", TABLE.values(), ids=TABLE.keys())
async def test_is_refused_and_leaves_no_trace(refused: Refused, shop: ShopServer, house: RunningHouse) -> None:
    before = await _traces(shop, house)
    answer = await shop.asks_for_payment(refused.body)
    assert (answer.status, answer.body["code"]) == (refused.status, refused.code)
    assert answer.media_type == "application/problem+json"
    assert answer.body["request_id"]
    if refused.field:
        assert refused.field in [error["field"] for error in answer.body["errors"]]
    assert await _traces(shop, house) == before


async def test_the_same_key_with_another_cart_is_a_conflict(shop: ShopServer, house: RunningHouse) -> None:
    key = "one-purchase"
    assert (await shop.asks_for_payment(cart(), key=key)).status == 200
    before = await _traces(shop, house)
    answer = await shop.asks_for_payment(cart(items=[{**MUG, "quantity": 2}]), key=key)
    assert (answer.status, answer.body["code"]) == (409, "idempotency_key_reused")
    assert await _traces(shop, house) == before


async def test_a_foreign_or_tampered_stream_token_is_sent_away(shop: ShopServer) -> None:
    stream = (await shop.places_order(mug=1))["stream"]
    head, claims, signature = stream["token"].split(".")
    for token in (f"{head}.{claims}.{signature[::-1]}", "not a token"):
        async with watching({**stream, "token": token}) as watched:
            assert await watched.refusal() == "token_invalid"


async def test_a_webhook_with_a_false_signature_is_not_stored(shop: ShopServer) -> None:
    answer = await shop.delivers({"id": "evt_1"}, secret="whsec_guessed")
    assert answer.status == 400


async def test_a_good_cart_leaves_its_traces(shop: ShopServer, house: RunningHouse) -> None:
    """Or the tests above would see nothing, whatever happened."""
    (_, placed) = before = await _traces(shop, house)
    assert (await shop.asks_for_payment(cart())).status == 200
    (_, placed_then) = after = await _traces(shop, house)
    assert after != before
    assert placed_then == placed + 1


async def _traces(shop: ShopServer, house: RunningHouse) -> tuple[list[str], int]:
    """The newest payment intent at Stripe, and how many orders Kafka knows."""
    newest = await shop.stripe("GET", "/v1/payment_intents?limit=1")
    return [intent["id"] for intent in newest["data"]], await how_many(house, ORDERS_PLACED)
