"""Stripe's hosted page in each of its modes: what Stripe is asked, and what the shop is answered."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_api.hosted_pages import EARLIEST_END, LATEST_END, ends
from intent_api.idempotency import subscription_id_for
from tillstream_contracts.stream_tokens import Grant, SubscriptionGrant, verify

if TYPE_CHECKING:
    from calling import Api
    from conftest import Serve
    from placed_topic import PlacedTopic
    from scripted_stripe import ScriptedStripe
    from stripe_sim_process import StripeSim

SESSIONS = "/v1/checkout-sessions"
PAGES = {"success_url": "http://localhost:8000/success", "cancel_url": "http://localhost:8000/cart"}
PAY = {"items": [{"sku": "mug", "quantity": 1}], "currency": "eur", **PAGES}
SUBSCRIBE = {**PAY, "mode": "subscription", "items": [{"sku": "tasting-club", "quantity": 2}]}
SAVE = {"mode": "setup", "currency": "eur", "customer": "cus_1", **PAGES}


@pytest.fixture
async def api(serve_api: Serve, stripe: ScriptedStripe) -> Api:
    stripe.has("POST /v1/products", {"id": "p", "object": "product"})
    return await serve_api()


@pytest.mark.integration
@pytest.mark.shows("POST /v1/checkout-sessions")
async def test_page_that_pays_an_order_is_for_the_signed_in_customer(
    serve_api: Serve, stripe: ScriptedStripe, placed_topic: PlacedTopic
) -> None:
    """Session and payment name the order and the customer."""
    api = await serve_api(**placed_topic.settings)
    answer = await api.post(SESSIONS, {**PAY, "customer": "cus_1"}, bearer=api.customer_token("cus_1"))
    assert (answer.status, set(answer.body)) == (200, {"order_id", "checkout_session_id", "url", "stream"})
    grant = verify(answer.body["stream"]["token"], api.token_secret, now=datetime.now(UTC))
    assert isinstance(grant, Grant)
    assert grant.order_id == answer.body["order_id"]
    _, params, _ = stripe.requests[0]
    assert (params["mode"], params["customer"]) == ("payment", "cus_1")
    assert params["payment_intent_data[metadata][order_id]"] == params["metadata[order_id]"] == grant.order_id
    assert params["metadata[customer_id]"] == "cus_1"
    assert "payment_method_types[0]" not in params
    assert len(await placed_topic.records(1)) == 1


async def test_page_that_subscribes_carries_our_id_of_the_subscription(api: Api, stripe: ScriptedStripe) -> None:
    """On the session and on what it makes; there is no order. Even somebody new may subscribe there."""
    answer = await api.post(SESSIONS, {**SUBSCRIBE, "email": "ada@example.com"})
    assert (answer.status, set(answer.body)) == (200, {"subscription_id", "checkout_session_id", "url", "stream"})
    grant = verify(answer.body["stream"]["token"], api.token_secret, now=datetime.now(UTC))
    assert isinstance(grant, SubscriptionGrant)
    assert grant.subscription_id == answer.body["subscription_id"]
    _, params, key = stripe.requests[-1]
    assert (params["mode"], key) == ("subscription", f"{grant.subscription_id}.create")
    assert params["subscription_data[metadata][subscription_id]"] == grant.subscription_id
    assert params["metadata[subscription_id]"] == grant.subscription_id
    assert params["subscription_data[metadata][merchant_id]"] == "default"
    assert (params["subscription_data[trial_period_days]"], params["customer_email"]) == ("14", "ada@example.com")
    assert params["line_items[0][price_data][product]"] == "tillstream.default.tasting-club"
    assert params["line_items[0][price_data][recurring][interval]"] == "month"
    assert (params["line_items[0][price_data][unit_amount]"], params["line_items[0][quantity]"]) == ("2600", "2")
    assert "payment_intent_data[metadata][merchant_id]" not in params


@pytest.mark.parametrize(("own", "asked"), [(True, "14"), (False, None)])
async def test_page_gives_a_trial_once_and_the_same_on_a_retry(
    api: Api, stripe: ScriptedStripe, own: bool, asked: str | None
) -> None:
    """What the page itself made in the meantime does not count against it."""
    ours = {"subscription_id": subscription_id_for("default", "a-key")} if own else {}
    item = {"id": "si_1", "object": "subscription_item", "price": {"product": "tillstream.default.tasting-club"}}
    made = {"id": "sub_1", "object": "subscription", "trial_start": 1, "metadata": ours}
    made["items"] = {"object": "list", "data": [item]}
    stripe.has("GET /v1/subscriptions", {"object": "list", "data": [made], "has_more": False})
    answer = await api.post(SESSIONS, {**SUBSCRIBE, "customer": "cus_1"}, bearer=api.customer_token("cus_1"))
    assert answer.status == 200
    assert stripe.requests[-1][1].get("subscription_data[trial_period_days]") == asked


async def test_page_that_saves_a_card_is_for_one_customer(api: Api, stripe: ScriptedStripe) -> None:
    """There is nothing to pay and nothing to watch."""
    answer = await api.post(SESSIONS, SAVE, bearer=api.customer_token("cus_1"))
    assert (answer.status, set(answer.body)) == (200, {"checkout_session_id", "url"})
    _, params, key = stripe.requests[-1]
    assert (params["mode"], params["customer"], params["currency"]) == ("setup", "cus_1", "eur")
    assert params["setup_intent_data[metadata][customer_id]"] == params["metadata[customer_id]"] == "cus_1"
    assert "line_items[0][quantity]" not in params
    assert "metadata[order_id]" not in params
    assert key.startswith("cus_1.setup.")


@pytest.mark.parametrize("body", [{**PAY, "customer": "cus_1"}, {**SUBSCRIBE, "customer": "cus_1"}, SAVE])
async def test_nobody_gets_a_page_with_somebody_elses_cards(api: Api, stripe: ScriptedStripe, body: Any) -> None:
    """Stripe would show them."""
    for bearer in ("pk_test_merchant_0123456789", api.customer_token("cus_2")):
        answer = await api.post(SESSIONS, body, bearer=bearer)
        assert (answer.status, answer.body["code"]) == (403, "customer_not_allowed")
    assert stripe.asked == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**PAY, "items": None}, "items"),
        ({**PAY, "items": SUBSCRIBE["items"]}, "items[0].sku"),
        ({**SUBSCRIBE, "items": PAY["items"]}, "items[0].sku"),
        ({**SUBSCRIBE, "items": None}, "items"),
        ({**SAVE, "items": PAY["items"]}, "items"),
        ({**SAVE, "customer": None}, "customer"),
        ({**SAVE, "customer": "cust-7"}, "customer"),
        ({**PAY, "customer": "cus_1", "email": "ada@example.com"}, "email"),
        ({**PAY, "mode": "donation"}, "mode"),
        ({**PAY, "expires_in": EARLIEST_END - 1}, "expires_in"),
        ({**PAY, "expires_in": LATEST_END + 1}, "expires_in"),
    ],
)
async def test_page_that_makes_no_sense_is_refused_by_its_field(
    api: Api, stripe: ScriptedStripe, body: Any, field: str
) -> None:
    """And Stripe is asked for nothing."""
    answer = await api.post(SESSIONS, body, bearer=api.secret_key)
    assert (answer.status, [error["field"] for error in answer.body["errors"]]) == (422, [field])
    assert stripe.asked == []


async def test_page_ends_when_the_shop_says_so(api: Api, stripe: ScriptedStripe) -> None:
    """Not before, and at most an eighth later."""
    await api.post(SESSIONS, {**SAVE, "expires_in": 60}, bearer=api.secret_key)
    left = int(stripe.requests[-1][1]["expires_at"]) - time.time()
    assert 3590 < left <= 3600 * 9 / 8


@given(st.integers(1_700_000_000, 2_000_000_000), st.integers(EARLIEST_END, LATEST_END), st.floats(0, 1))
def test_retry_finds_the_end_that_was_asked_for_first(first: int, minutes: int, share: float) -> None:
    """As long as the page lives; and Stripe's limits of half an hour and a day are kept."""
    asked = ends(first, minutes)[0]
    assert 30 * 60 <= minutes * 60 < asked - first + 1
    assert asked - first <= 24 * 3600
    assert asked in ends(first + int(minutes * 60 * share), minutes)


@pytest.mark.integration
async def test_retry_much_later_is_the_same_page_and_another_body_is_not(
    serve_api: Serve, stripe_sim: StripeSim, placed_topic: PlacedTopic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it is to end at a time that is counted from the first call."""
    api = await serve_api(stripe_api_base=stripe_sim.url, **placed_topic.settings)
    body = {**PAY, "expires_in": 60}
    first = await api.post(SESSIONS, body)
    later = time.time() + 50 * 60
    monkeypatch.setattr("intent_api.hosted_pages.time", SimpleNamespace(time=lambda: later))
    retry, other = await api.post(SESSIONS, body), await api.post(SESSIONS, {**body, "reference": "A-2"})
    assert first.status == 200
    assert retry.body["checkout_session_id"] == first.body["checkout_session_id"]
    assert (other.status, other.body["code"]) == (409, "idempotency_key_reused")
