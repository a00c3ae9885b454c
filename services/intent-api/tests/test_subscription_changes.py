"""Changing and ending a subscription: whose it is, what Stripe is told, and what a retry does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import stripe as stripe_library
from aiohttp import web

from intent_api.carts import Item
from intent_api.catalog import read_catalog
from intent_api.plans import price_plans
from intent_api.subscription_changes import changed_items

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from calling import Answer, Api
    from conftest import Serve
    from scripted_stripe import ScriptedStripe

OURS = "subs_1"
PATH = f"/v1/subscriptions/{OURS}"
BEANS, CLUB = "beans-monthly", "tasting-club"


def item(name: str, sku: str) -> dict[str, Any]:
    price = {"id": "price_1", "object": "price", "product": f"tillstream.default.{sku}", "unit_amount": 1}
    return {"id": name, "object": "subscription_item", "price": price, "quantity": 1}


def subscription(**facts: Any) -> dict[str, Any]:
    return {
        "id": "sub_1",
        "object": "subscription",
        "customer": "cus_1",
        "currency": "eur",
        "status": "active",
        "cancel_at_period_end": False,
        "metadata": {"subscription_id": OURS},
        "items": {"object": "list", "data": [item("si_1", BEANS)], "has_more": False},
        **facts,
    }


@pytest.fixture
async def order_service() -> AsyncIterator[str]:
    """An order-service that knows one subscription."""

    async def answer(request: web.Request) -> web.Response:
        if request.path != PATH:
            return web.json_response({}, status=404)
        return web.json_response({"subscription_id": OURS, "stripe_subscription_id": "sub_1", "status": "active"})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def api(serve_api: Serve, stripe: ScriptedStripe, order_service: str) -> Api:
    stripe.has("POST /v1/products", {"id": "p", "object": "product"})
    stripe.has("GET /v1/subscriptions/sub_1", subscription())
    stripe.has("POST /v1/subscriptions/sub_1", subscription(cancel_at_period_end=True))
    stripe.has("DELETE /v1/subscriptions/sub_1", subscription(status="canceled"))
    return await serve_api(order_service_url=order_service)


async def change(api: Api, body: Any, *, key: str = "a-key", bearer: str = "", path: str = PATH) -> Answer:
    headers = api.as_browser(key, bearer or api.secret_key)
    return await api.send("PATCH", path, json.dumps(body).encode(), **headers)


def asked_items(params: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in params.items() if name.startswith("items")}


@pytest.mark.shows("PATCH /v1/subscriptions/{subscription_id}")
async def test_quantity_is_changed_at_the_price_that_was_agreed(api: Api, stripe: ScriptedStripe) -> None:
    """The item stays; the truth arrives as an event."""
    body = {"items": [{"sku": BEANS, "quantity": 3}]}
    answer = await change(api, body, bearer=api.customer_token("cus_1"))
    assert (answer.status, answer.body["subscription_id"]) == (202, OURS)
    assert (answer.body["stripe_subscription_id"], answer.body["items"]) == ("sub_1", [{"sku": BEANS, "quantity": 1}])
    _, params, key = stripe.requests[-1]
    assert asked_items(params) == {"items[0][id]": "si_1", "items[0][quantity]": "3"}
    assert key.startswith("sub_1.change.")
    assert params["metadata[change_key]"] == key


@pytest.mark.parametrize(
    ("tried", "wanted", "days", "by_server", "status"),
    [
        (CLUB, BEANS, 14, False, 403),
        (CLUB, BEANS, 14, True, 202),
        (CLUB, CLUB, 30, False, 202),
        (BEANS, CLUB, 14, False, 202),
        (BEANS, CLUB, 15, False, 403),
    ],
)
async def test_customer_goes_on_trying_with_plans_alone_that_may_be_tried_for_so_long(
    api: Api, stripe: ScriptedStripe, tried: str, wanted: str, days: int, by_server: bool, status: int
) -> None:
    """A trial of one plan is none of another; the server may say otherwise."""
    times = {"trial_start": 1_780_000_000, "trial_end": 1_780_000_000 + days * 86_400}
    items = {"object": "list", "data": [item("si_1", tried)], "has_more": False}
    stripe.has("GET /v1/subscriptions/sub_1", subscription(status="trialing", items=items, **times))
    bearer = api.secret_key if by_server else api.customer_token("cus_1")
    answer = await change(api, {"items": [{"sku": wanted, "quantity": 1}]}, bearer=bearer)
    assert answer.status == status
    assert ("POST /v1/subscriptions/sub_1" in stripe.asked) is (status == 202)
    assert answer.body.get("code") == (None if status == 202 else "trial_not_allowed")


async def test_change_that_is_not_billed_yet_is_billed_when_the_subscription_ends(
    api: Api, stripe: ScriptedStripe
) -> None:
    """Else a thousand are had for the price of one: more of it, and canceled before the next invoice."""
    assert (await api.post(f"{PATH}/cancel", {}, bearer=api.customer_token("cus_1"))).status == 202
    assert stripe.requests[-1][1] == {"invoice_now": "true"}


async def test_items_that_stripe_does_not_tell_with_the_subscription_are_replaced_too(
    api: Api, stripe: ScriptedStripe
) -> None:
    """Else they would stay, and be paid beside what was wanted."""
    told, all_of_them = [item("si_1", "other")], [item("si_1", "other"), item("si_2", BEANS)]
    items = {"object": "list", "data": told, "has_more": True}
    stripe.has("GET /v1/subscriptions/sub_1", subscription(items=items))
    stripe.has("GET /v1/subscription_items", {"object": "list", "data": all_of_them, "has_more": False})
    assert (await change(api, {"items": [{"sku": BEANS, "quantity": 3}]})).status == 202
    asked = asked_items(stripe.requests[-1][1])
    assert (asked["items[0][id]"], asked["items[1][id]"], asked["items[1][deleted]"]) == ("si_2", "si_1", "true")


async def test_change_that_was_made_is_not_made_again(api: Api, stripe: ScriptedStripe) -> None:
    """Though Stripe's items are others by now; the same key for another wish is refused."""
    body = {"items": [{"sku": CLUB, "quantity": 1}]}
    await change(api, body)
    noted = {name: stripe.requests[-1][1][f"metadata[{name}]"] for name in ("change_key", "change_hash")}
    changed = subscription(metadata=noted, items={"object": "list", "data": [item("si_2", CLUB)], "has_more": False})
    stripe.has("GET /v1/subscriptions/sub_1", changed)
    retry = await change(api, body)
    other = await change(api, {"items": [{"sku": CLUB, "quantity": 2}]})
    also_other = await api.post(f"{PATH}/cancel", {}, bearer=api.secret_key)
    assert (retry.status, retry.body["items"]) == (202, [{"sku": CLUB, "quantity": 1}])
    for refused in (other, also_other):
        assert (refused.status, refused.body["code"]) == (409, "idempotency_key_reused")
    assert stripe.asked.count("POST /v1/subscriptions/sub_1") == 1
    assert "DELETE /v1/subscriptions/sub_1" not in stripe.asked


async def test_cancellation_at_the_end_can_be_taken_back(api: Api, stripe: ScriptedStripe) -> None:
    """As long as the period lasts."""
    assert (await change(api, {"cancel_at_period_end": False})).status == 202
    assert stripe.requests[-1][1]["cancel_at_period_end"] == "false"


@pytest.mark.shows("POST /v1/subscriptions/{subscription_id}/cancel")
@pytest.mark.parametrize(
    ("body", "asked", "status"),
    [
        ({}, "DELETE /v1/subscriptions/sub_1", "canceled"),
        ({"at_period_end": True}, "POST /v1/subscriptions/sub_1", "active"),
    ],
)
async def test_subscription_ends_now_or_with_its_period(
    api: Api, stripe: ScriptedStripe, body: Any, asked: str, status: str
) -> None:
    """As its own customer likes."""
    answer = await api.post(f"{PATH}/cancel", body, bearer=api.customer_token("cus_1"))
    assert (answer.status, answer.body["status"], stripe.asked[-1]) == (202, status, asked)
    assert answer.body["cancel_at_period_end"] is (status == "active")


async def test_subscription_that_ended_stays_so(api: Api, stripe: ScriptedStripe) -> None:
    """Whoever asks again gets the same, also where two ask at once; but it cannot be changed."""
    stripe.lacks("DELETE /v1/subscriptions/sub_1")
    raced = await api.post(f"{PATH}/cancel", {}, bearer=api.secret_key)
    assert (raced.status, stripe.asked[-2:]) == (
        202,
        ["DELETE /v1/subscriptions/sub_1", "GET /v1/subscriptions/sub_1"],
    )
    stripe.has("GET /v1/subscriptions/sub_1", subscription(status="canceled"))
    again = await api.post(f"{PATH}/cancel", {}, key="another", bearer=api.secret_key)
    too_late = await change(api, {"cancel_at_period_end": False})
    assert (again.status, again.body["status"]) == (202, "canceled")
    assert (too_late.status, too_late.body["code"]) == (409, "subscription_ended")
    assert stripe.asked.count("DELETE /v1/subscriptions/sub_1") == 1


async def test_subscription_whose_first_invoice_is_open_is_not_changed(api: Api, stripe: ScriptedStripe) -> None:
    """Stripe would refuse it."""
    stripe.has("GET /v1/subscriptions/sub_1", subscription(status="incomplete"))
    answer = await change(api, {"items": [{"sku": BEANS, "quantity": 3}]})
    assert (answer.status, answer.body["code"]) == (409, "subscription_incomplete")


@pytest.mark.parametrize("method", ["PATCH", "POST"])
async def test_subscription_of_somebody_else_does_not_exist(api: Api, stripe: ScriptedStripe, method: str) -> None:
    """For another customer's token; the publishable key may not even ask."""
    path, body = (PATH, b'{"cancel_at_period_end": true}') if method == "PATCH" else (f"{PATH}/cancel", b"{}")
    others = await api.send(method, path, body, **api.as_browser("k", api.customer_token("cus_2")))
    anybody = await api.send(method, path, body, **api.as_browser("k"))
    assert (others.status, others.body["code"]) == (404, "subscription_not_found")
    assert (anybody.status, anybody.body["code"]) == (403, "customer_not_allowed")
    assert {asked.split()[0] for asked in stripe.asked} == {"GET"}


async def test_subscription_is_found_by_our_id_and_by_stripes(api: Api, stripe: ScriptedStripe) -> None:
    """One made in Stripe's dashboard has no other."""
    stripe.lacks("GET /v1/subscriptions/sub_9")
    for path, status in (("sub_1", 202), ("sub_9", 404), ("subs_9", 404)):
        answer = await change(api, {"cancel_at_period_end": True}, path=f"/v1/subscriptions/{path}")
        assert answer.status == status


async def test_change_of_nothing_is_refused(api: Api) -> None:
    """It says what could be sent."""
    answer = await change(api, {})
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "items")


@pytest.mark.parametrize(
    ("current", "wanted", "told"),
    [
        ([BEANS], [BEANS], [("si_0", BEANS, None)]),
        ([BEANS], [CLUB], [("si_0", CLUB, "new price")]),
        ([BEANS], [BEANS, CLUB], [("si_0", BEANS, None), (None, CLUB, "new price")]),
        ([BEANS, CLUB], [CLUB], [("si_1", CLUB, None), ("si_0", None, "deleted")]),
        (["other", BEANS], [CLUB, BEANS], [("si_0", CLUB, "new price"), ("si_1", BEANS, None)]),
    ],
)
def test_exactly_what_is_wanted_is_left(current: list[str], wanted: list[str], told: list[Any]) -> None:
    """What stays keeps its item and price, a change of plan takes over the item, the rest is deleted."""
    items = [
        stripe_library.SubscriptionItem.construct_from(item(f"si_{place}", sku), "key")
        for place, sku in enumerate(current)
    ]
    lines = price_plans(read_catalog(None), [Item(sku=sku, quantity=1) for sku in wanted], "eur", "default")
    asked = changed_items(items, lines)
    assert [each.get("id") for each in asked] == [name for name, _, _ in told]
    assert [bool(each.get("deleted")) for each in asked] == [kind == "deleted" for _, _, kind in told]
    assert ["price_data" in each for each in asked] == [kind == "new price" for _, _, kind in told]
