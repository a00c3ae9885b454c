"""Subscriptions made of the catalogue's plans, against a Stripe whose answers the test writes."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from tillstream_contracts.stream_tokens import SubscriptionGrant, verify

if TYPE_CHECKING:
    from calling import Api
    from conftest import Serve
    from scripted_stripe import ScriptedStripe

SUBSCRIPTIONS = "/v1/subscriptions"
BEANS = {"customer": "cus_1", "items": [{"sku": "beans-monthly", "quantity": 2}], "currency": "eur"}
CLUB = {**BEANS, "items": [{"sku": "tasting-club", "quantity": 1}]}
TO_PAY = {
    "id": "in_1",
    "object": "invoice",
    "confirmation_secret": {"client_secret": "pi_1_secret", "type": "payment_intent"},
}
NOTHING_TO_PAY = {"id": "in_1", "object": "invoice", "confirmation_secret": None}
TO_SET_UP = {"id": "seti_1", "object": "setup_intent", "client_secret": "seti_1_secret"}


def subscription(**facts: Any) -> dict[str, Any]:
    return {
        "id": "sub_1",
        "object": "subscription",
        "created": 1_780_000_000,
        "customer": "cus_1",
        "currency": "eur",
        "status": "incomplete",
        "cancel_at_period_end": False,
        "metadata": {},
        "items": {"object": "list", "data": []},
        "latest_invoice": TO_PAY,
        "pending_setup_intent": None,
        **facts,
    }


@pytest.fixture
async def api(serve_api: Serve, stripe: ScriptedStripe) -> Api:
    stripe.has("POST /v1/products", {"id": "tillstream.default.beans-monthly", "object": "product"})
    stripe.has("POST /v1/subscriptions", subscription())
    stripe.has("GET /v1/subscriptions", {"object": "list", "data": [], "has_more": False})
    return await serve_api()


@pytest.mark.shows("POST /v1/subscriptions")
async def test_customer_subscribes_at_the_catalogues_price_and_pays_the_first_invoice_in_the_browser(
    api: Api, stripe: ScriptedStripe
) -> None:
    """The answer has the secret to pay with, and a token to watch with."""
    answer = await api.post(SUBSCRIPTIONS, BEANS, bearer=api.customer_token("cus_1"))
    assert answer.status == 201
    named = answer.body["subscription_id"]
    assert named.startswith("subs_")
    grant = verify(answer.body["stream"].pop("token"), api.token_secret, now=datetime.now(UTC))
    assert isinstance(grant, SubscriptionGrant)
    assert (grant.subscription_id, grant.merchant_id) == (named, "default")
    assert answer.body == {
        "subscription_id": named,
        "stripe_subscription_id": "sub_1",
        "status": "incomplete",
        "client_secret": "pi_1_secret",
        "client_secret_for": "payment",
        "publishable_key": "pk_test_stripe",
        "stream": {"url": "ws://localhost:8004/v1/stream"},
    }
    path, params, key = stripe.requests[-1]
    assert (path, key) == ("/v1/subscriptions", f"{named}.create")
    item = {name.removeprefix("items[0]"): value for name, value in params.items() if name.startswith("items[0]")}
    assert item == {
        "[price_data][currency]": "eur",
        "[price_data][product]": "tillstream.default.beans-monthly",
        "[price_data][recurring][interval]": "month",
        "[price_data][recurring][interval_count]": "1",
        "[price_data][unit_amount]": "1300",
        "[quantity]": "2",
        "[metadata][sku]": "beans-monthly",
    }
    assert (params["customer"], params["payment_behavior"]) == ("cus_1", "default_incomplete")
    assert params["payment_settings[save_default_payment_method]"] == "on_subscription"
    assert (params["metadata[subscription_id]"], params["metadata[merchant_id]"]) == (named, "default")
    assert params["metadata[customer_id]"] == "cus_1"
    assert "trial_period_days" not in params


async def test_trial_saves_a_card_and_takes_no_payment(api: Api, stripe: ScriptedStripe) -> None:
    """The secret is for Stripe.js's other function."""
    trialing = subscription(status="trialing", latest_invoice=NOTHING_TO_PAY, pending_setup_intent=TO_SET_UP)
    stripe.has("POST /v1/subscriptions", trialing)
    answer = await api.post(SUBSCRIPTIONS, CLUB, bearer=api.customer_token("cus_1"))
    assert (answer.body["client_secret"], answer.body["client_secret_for"]) == ("seti_1_secret", "setup")
    assert stripe.requests[-1][1]["trial_period_days"] == "14"


@pytest.mark.parametrize(("earlier", "asked"), [("tasting-club", None), ("beans-monthly", "14")])
async def test_plan_is_tried_once_by_each_customer(
    api: Api, stripe: ScriptedStripe, earlier: str, asked: str | None
) -> None:
    """Whoever cancels in time and begins anew pays; another plan is another matter."""
    price = {"product": f"tillstream.default.{earlier}"}
    before = subscription(status="canceled", created=int(time.time()), trial_start=1)
    before["items"] = {"object": "list", "data": [{"id": "si_1", "object": "subscription_item", "price": price}]}
    stripe.has("GET /v1/subscriptions", {"object": "list", "data": [before], "has_more": False})
    assert (await api.post(SUBSCRIPTIONS, CLUB, bearer=api.customer_token("cus_1"))).status == 201
    assert stripe.requests[-1][1].get("trial_period_days") == asked


@pytest.mark.parametrize("pages", [2, 10])
async def test_trial_is_not_hidden_behind_a_hundred_other_subscriptions(
    api: Api, stripe: ScriptedStripe, pages: int
) -> None:
    """Nor behind so many that nobody looks at them all."""
    del stripe.objects["GET /v1/subscriptions"]
    others = [subscription(id=f"sub_{number}", trial_start=None) for number in range(100)]
    tried = subscription(status="canceled", trial_start=1)
    price = {"product": "tillstream.default.tasting-club"}
    tried["items"] = {"object": "list", "data": [{"id": "si_1", "object": "subscription_item", "price": price}]}
    for page in [*[others] * (pages - 1), [tried] if pages == 2 else others]:
        listed = {"object": "list", "data": page, "has_more": page is others}
        stripe.script.append(lambda listed=listed: web.json_response(listed))  # type: ignore[misc]  # bound now
    stripe.script.append(lambda: web.json_response(subscription()))
    assert (await api.post(SUBSCRIPTIONS, CLUB, bearer=api.customer_token("cus_1"))).status == 201
    assert stripe.asked.count("GET /v1/subscriptions") == pages
    assert stripe.requests[1][1]["starting_after"] == "sub_99"
    assert "trial_period_days" not in stripe.requests[-1][1]


async def test_plan_that_a_subscription_began_with_has_been_tried(api: Api, stripe: ScriptedStripe) -> None:
    """Whoever changes to another plan and cancels does not begin anew for nothing."""
    await api.post(SUBSCRIPTIONS, CLUB, bearer=api.customer_token("cus_1"))
    began_with = stripe.requests[-1][1]["metadata[began_with]"]
    price = {"product": "tillstream.default.beans-monthly"}
    before = subscription(status="canceled", trial_start=1, metadata={"began_with": began_with})
    before["items"] = {"object": "list", "data": [{"id": "si_1", "object": "subscription_item", "price": price}]}
    stripe.has("GET /v1/subscriptions", {"object": "list", "data": [before], "has_more": False})
    await api.post(SUBSCRIPTIONS, CLUB, key="another", bearer=api.customer_token("cus_1"))
    assert "trial_period_days" not in stripe.requests[-1][1]


async def test_retry_is_told_what_was_made_though_a_trial_was_given_since(api: Api, stripe: ScriptedStripe) -> None:
    """Stripe is asked for nothing else under the same key, so it refuses nothing."""
    await api.post(SUBSCRIPTIONS, CLUB, bearer=api.customer_token("cus_1"))
    noted = {name: stripe.requests[-1][1][f"metadata[{name}]"] for name in ("subscription_id", "request_hash")}
    price = {"product": "tillstream.default.tasting-club"}
    other = subscription(id="sub_2", created=int(time.time()), trial_start=1)
    other["items"] = {"object": "list", "data": [{"id": "si_1", "object": "subscription_item", "price": price}]}
    made = subscription(id="sub_7", created=int(time.time()), metadata=noted)
    stripe.has("GET /v1/subscriptions", {"object": "list", "data": [other, made], "has_more": False})
    retry = await api.post(SUBSCRIPTIONS, CLUB, bearer=api.customer_token("cus_1"))
    assert (retry.status, retry.body["stripe_subscription_id"]) == (201, "sub_7")
    assert stripe.asked.count("POST /v1/subscriptions") == 1


async def test_nothing_to_confirm_is_said(api: Api, stripe: ScriptedStripe) -> None:
    """A trial whose card is known already."""
    stripe.has("POST /v1/subscriptions", subscription(status="trialing", latest_invoice=NOTHING_TO_PAY))
    body = {**CLUB, "payment_method": "pm_1"}
    answer = await api.post(SUBSCRIPTIONS, body, bearer=api.secret_key)
    assert (answer.body["client_secret"], answer.body["client_secret_for"]) == (None, None)
    assert stripe.requests[-1][1]["default_payment_method"] == "pm_1"


@pytest.mark.parametrize(("days", "asked"), [(30, "30"), (0, None)])
async def test_server_may_give_another_trial(api: Api, stripe: ScriptedStripe, days: int, asked: str | None) -> None:
    """Or none."""
    await api.post(SUBSCRIPTIONS, {**CLUB, "trial_days": days}, bearer=api.secret_key)
    assert stripe.requests[-1][1].get("trial_period_days") == asked


async def test_customer_gives_itself_no_trial(api: Api, stripe: ScriptedStripe) -> None:
    """Two years for nothing."""
    answer = await api.post(SUBSCRIPTIONS, {**BEANS, "trial_days": 730}, bearer=api.customer_token("cus_1"))
    assert (answer.status, answer.body["code"]) == (403, "trial_not_allowed")
    assert stripe.asked == []


@pytest.mark.parametrize("holder", ["cus_2", None])
async def test_nobody_subscribes_somebody_else(api: Api, stripe: ScriptedStripe, holder: str | None) -> None:
    """Neither another customer nor everybody."""
    bearer = api.customer_token(holder) if holder else "pk_test_merchant_0123456789"
    answer = await api.post(SUBSCRIPTIONS, BEANS, bearer=bearer)
    assert (answer.status, answer.body["code"]) == (403, "customer_not_allowed")
    assert stripe.asked == []


@pytest.mark.parametrize(
    ("path", "items", "said"),
    [
        (SUBSCRIPTIONS, [{"sku": "mug", "quantity": 1}], "mug is sold once, not by subscription."),
        ("/v1/payment-intents", [{"sku": "tasting-club", "quantity": 1}], "by subscription: POST /v1/subscriptions."),
    ],
)
async def test_plan_is_sold_by_subscription_alone_and_nothing_else_is(
    api: Api, stripe: ScriptedStripe, path: str, items: Any, said: str
) -> None:
    """And the refusal says which way it is sold."""
    body = {**(BEANS if path == SUBSCRIPTIONS else {"currency": "eur"}), "items": items}
    answer = await api.post(path, body, bearer=api.secret_key)
    [fault] = answer.body["errors"]
    assert (answer.status, fault["field"]) == (422, "items[0].sku")
    assert said in fault["message"]
    assert stripe.asked == []


async def test_product_is_made_once_and_found_where_it_is(api: Api, stripe: ScriptedStripe) -> None:
    """By this process, by another, or a year ago."""
    stripe.has("POST /v1/products", {"error": {"code": "resource_already_exists"}}, status=400)
    for key in ("one", "other"):
        assert (await api.post(SUBSCRIPTIONS, BEANS, key=key, bearer=api.secret_key)).status == 201
    assert stripe.asked.count("POST /v1/products") == 1
    [params] = [params for path, params, _ in stripe.requests if path == "/v1/products"]
    assert (params["id"], params["metadata[sku]"]) == ("tillstream.default.beans-monthly", "beans-monthly")


async def test_retry_asks_for_exactly_the_same(api: Api, stripe: ScriptedStripe) -> None:
    """So Stripe answers as it did, and another key is another subscription."""
    answers = [await api.post(SUBSCRIPTIONS, BEANS, key=key, bearer=api.secret_key) for key in ("one", "one", "two")]
    asked = [request for request in stripe.requests if request[2].endswith(".create")]
    assert asked[0] == asked[1] != asked[2]
    assert answers[0].body == answers[1].body
    assert answers[1].body["subscription_id"] != answers[2].body["subscription_id"]


async def test_failure_that_stripe_keeps_makes_no_second_subscription(api: Api, stripe: ScriptedStripe) -> None:
    """A second trial would begin to cost: what the lost call made is looked for."""
    stripe.has("GET /v1/subscriptions", {"object": "list", "data": [], "has_more": False})
    del stripe.objects["POST /v1/subscriptions"]

    def lost() -> web.Response:
        ours = {"subscription_id": stripe.requests[-1][1]["metadata[subscription_id]"]}
        made = [subscription(id="sub_0"), subscription(id="sub_7", metadata=ours)]
        stripe.has("GET /v1/subscriptions", {"object": "list", "data": made, "has_more": False})
        return web.json_response({"error": {}}, status=500, headers={"Idempotent-Replayed": "true"})

    stripe.script.append(lost)
    answer = await api.post(SUBSCRIPTIONS, BEANS, bearer=api.secret_key)
    assert (answer.status, answer.body["stripe_subscription_id"]) == (201, "sub_7")
    assert stripe.asked.count("POST /v1/subscriptions") == 1


async def test_key_that_stripe_has_forgotten_makes_no_second_subscription(api: Api, stripe: ScriptedStripe) -> None:
    """However late; and for another body it is refused, as Stripe would have."""
    await api.post(SUBSCRIPTIONS, BEANS, bearer=api.secret_key)
    noted = {name: stripe.requests[-1][1][f"metadata[{name}]"] for name in ("subscription_id", "request_hash")}
    old = subscription(id="sub_7", created=int(time.time()) - 90_000, metadata=noted)
    stripe.has("GET /v1/subscriptions", {"object": "list", "data": [old], "has_more": False})
    late = await api.post(SUBSCRIPTIONS, BEANS, bearer=api.secret_key)
    other = await api.post(SUBSCRIPTIONS, CLUB, bearer=api.secret_key)
    assert (late.status, late.body["stripe_subscription_id"]) == (201, "sub_7")
    assert (other.status, other.body["code"]) == (409, "idempotency_key_reused")
    assert stripe.asked.count("POST /v1/subscriptions") == 1


async def test_plans_of_two_intervals_are_two_subscriptions(serve_api: Serve, tmp_path: Any) -> None:
    """Stripe bills one in one rhythm."""
    plans = {"one": {"interval": "month"}, "two": {"interval": "year"}}
    products = [{"sku": sku, "name": sku, "prices": {"eur": 500}, "plan": plan} for sku, plan in plans.items()]
    (tmp_path / "plans.json").write_text(json.dumps({"products": products}))
    api = await serve_api(catalog=tmp_path / "plans.json")
    body = {**BEANS, "items": [{"sku": sku, "quantity": 1} for sku in plans]}
    answer = await api.post(SUBSCRIPTIONS, body, bearer=api.secret_key)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "items")
