"""Stripe's thin events bring an order and a subscription as far as snapshot events do, alone and beside them."""

import pytest

from event_forms import Form, events_about, somebody_asked_in_vain, stripe_gives_nothing, told_only
from order_stream import watching
from shop_server import Json, ShopServer
from test_subscribing_over_the_api import is_active_and_paid, subscribes
from told_truth import applied_twice, versions_made


def is_paid(order: Json) -> bool:
    return bool(order["status"] == "paid")


def heard(order: Json, events: list[str]) -> bool:
    """Whether it tells of each of these events."""
    return set(events) <= {line["event_id"] for line in order["timeline"]}


def heard_again(order: Json, events: list[str]) -> bool:
    """Whether it tells of each of these events that a copy came, too."""
    copies = {line["event_id"] for line in order["timeline"] if line["outcome"] == "duplicate"}
    return set(events) <= copies


async def test_thin_events_alone_show_a_payment_its_refund_and_its_dispute(shop: ShopServer) -> None:
    async with told_only(shop, "thin"):
        intent = await shop.places_order(mug=1)
        async with watching(intent["stream"]) as stream:
            await shop.confirms(intent["payment_intent_id"])
            paid = await stream.until("paid")
            await shop.asks_of_order(intent["order_id"], "refunds", {"amount": 400})
            back = await stream.until("partially_refunded")
            await shop.sim("POST", f"/objects/{intent['payment_intent_id']}/dispute")
            disputed = await stream.until("disputed")
    assert paid["amounts"]["captured"] == 2400
    assert back["amounts"]["refunded"] == 400
    assert disputed["amounts"]["disputed"] > 0
    assert stream.versions == sorted(set(stream.versions))
    order = await shop.order(intent["order_id"])
    assert order is not None
    changes = {line["outcome"] for line in order["timeline"] if line["version"]}
    assert "healed" in changes


async def test_thin_events_alone_make_a_subscription_active(shop: ShopServer) -> None:
    async with told_only(shop, "thin"):
        made = await subscribes(shop, "beans-monthly")
        async with watching(made["stream"]) as stream:
            await stream.until("incomplete")
            await shop.confirms(made["client_secret"].partition("_secret")[0])
            active = await stream.until_it(is_active_and_paid)
    assert active["latest_invoice"]["amount_paid"] == 1450


@pytest.mark.parametrize(("first", "then"), [("snapshot", "thin"), ("thin", "snapshot")])
async def test_two_forms_of_an_occurrence_count_once_whichever_comes_first(
    shop: ShopServer, first: Form, then: Form
) -> None:
    async with told_only(shop, first):
        intent = await shop.places_order(mug=2)
        await shop.confirms(intent["payment_intent_id"])
        await shop.sees(intent["order_id"], is_paid)
        await shop.asks_of_order(intent["order_id"], "refunds", {"amount": 400})
        await shop.sees(intent["order_id"], lambda order: bool(order["refunded"] == 400))
        events = await events_about(shop, intent["payment_intent_id"])
        before = await shop.sees(intent["order_id"], lambda order: heard(order, events))
    async with told_only(shop, then):
        for event in events:
            await shop.sim("POST", f"/objects/{event}/resend")
        after = await shop.sees(intent["order_id"], lambda order: heard_again(order, events))
    assert len(events) >= 4
    assert applied_twice(after["timeline"]) == []
    assert versions_made(after["timeline"]) == list(range(1, before["version"] + 1))
    assert {**after, "timeline": []} == {**before, "timeline": []}


async def test_while_stripe_gives_nothing_only_what_is_thin_waits(shop: ShopServer) -> None:
    async with stripe_gives_nothing(shop):
        async with told_only(shop, "thin"):
            waiting = await shop.places_order(mug=1)
            await shop.confirms(waiting["payment_intent_id"])
        await somebody_asked_in_vain(shop)
        async with told_only(shop, "snapshot"):
            other = await shop.places_order(mug=1)
            await shop.confirms(other["payment_intent_id"])
        await shop.sees(other["order_id"], is_paid)
        meanwhile = await shop.order(waiting["order_id"])
        assert meanwhile is not None
        assert (meanwhile["status"], meanwhile["captured"]) == ("pending", 0)
    await shop.sees(waiting["order_id"], is_paid)
