"""What a shop's server does with an order's money later on, told by the house itself: nobody reloads anything."""

import secrets

from order_stream import watching
from shop_server import Json, ShopServer


def is_paid(order: Json) -> bool:
    return bool(order["status"] == "paid")


async def test_a_refund_shows_on_the_websocket_in_parts_and_then_in_full(shop: ShopServer) -> None:
    intent = await shop.places_order(mug=1)
    order_id, key = intent["order_id"], secrets.token_hex(16)
    await shop.confirms(intent["payment_intent_id"])
    await shop.sees(order_id, is_paid)
    async with watching(intent["stream"]) as stream:
        answers = [await shop.asks_of_order(order_id, "refunds", {"amount": 400}, key=key) for _ in range(2)]
        partly = await stream.until("partially_refunded")
        too_much = await shop.asks_of_order(order_id, "refunds", {"amount": 2001})
        rest = await shop.asks_of_order(order_id, "refunds", {"reason": "requested_by_customer"})
        wholly = await stream.until("refunded")
    assert [answer.status for answer in [*answers, too_much, rest]] == [202, 202, 409, 202]
    assert answers[0].body["refund_id"] == answers[1].body["refund_id"]
    assert (too_much.body["captured"], too_much.body["refunded"], too_much.body["refundable"]) == (2400, 400, 2000)
    assert partly["amounts"] == {"ordered": 2400, "captured": 2400, "refunded": 400, "disputed": 0}
    assert wholly["amounts"]["refunded"] == 2400


async def test_held_money_is_captured_when_the_parcel_leaves(shop: ShopServer) -> None:
    body = {"items": [{"sku": "kettle", "quantity": 1}], "currency": "usd", "capture_method": "manual"}
    intent = (await shop.asks_for_payment(body)).body
    async with watching(intent["stream"]) as stream:
        await shop.confirms(intent["payment_intent_id"])
        await stream.until("authorized")
        captured = await shop.asks_of_order(intent["order_id"], "capture", {})
        paid = await stream.until("paid")
    assert (captured.status, captured.body["amount"], paid["amounts"]["captured"]) == (202, 8900, 8900)


async def test_an_order_that_is_canceled_cannot_be_paid_any_more(shop: ShopServer) -> None:
    intent = await shop.places_order(mug=1)
    await shop.sees(intent["order_id"], lambda order: bool(order["payments"]))
    async with watching(intent["stream"]) as stream:
        canceled = await shop.asks_of_order(intent["order_id"], "cancel", {"reason": "abandoned"})
        await stream.until("canceled")
    assert (canceled.status, canceled.body["payment_intent_ids"]) == (202, [intent["payment_intent_id"]])
    await shop.confirms(intent["payment_intent_id"])
    assert (await shop.sees(intent["order_id"], lambda _: True))["status"] == "canceled"
