"""Tokens for the streams of what exists: who gets one, what it opens, and what Stripe is asked for it (nothing)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tillstream_contracts.stream_tokens import Grant, SubscriptionGrant, verify

if TYPE_CHECKING:
    from calling import Api
    from conftest import Serve
    from scripted_orders import ScriptedOrders
    from scripted_stripe import ScriptedStripe

ORDER, SUBSCRIPTION = "/v1/orders/ord_1/stream-tokens", "/v1/subscriptions/subs_1/stream-tokens"
BOTH = pytest.mark.parametrize(("path", "code"), [(ORDER, "order_not_found"), (SUBSCRIPTION, "subscription_not_found")])


@pytest.fixture
async def api(serve_api: Serve, orders: ScriptedOrders) -> Api:
    orders.has("ord_1", "pi_1", customer_id="cus_1")
    orders.known["/v1/subscriptions/subs_1"] = {
        "subscription_id": "subs_1",
        "stripe_subscription_id": "sub_1",
        "stripe_customer_id": "cus_1",
        "status": "active",
    }
    return await serve_api(order_service_url=orders.url)


@pytest.mark.shows("POST /v1/orders/{order_id}/stream-tokens")
@pytest.mark.parametrize("by_server", [True, False])
async def test_order_is_watched_on_with_a_new_token(api: Api, stripe: ScriptedStripe, by_server: bool) -> None:
    """The server and the customer who ordered get it; Stripe hears nothing."""
    answer = await api.post(ORDER, None, bearer=api.secret_key if by_server else api.customer_token("cus_1"))
    assert answer.status == 201
    grant = verify(answer.body["stream"]["token"], api.token_secret, now=datetime.now(UTC))
    assert grant == Grant("default", "ord_1", datetime.fromisoformat(answer.body["expires_at"]))
    assert answer.body["stream"]["url"].startswith("ws://")
    assert stripe.asked == []


@pytest.mark.shows("POST /v1/subscriptions/{subscription_id}/stream-tokens")
@pytest.mark.parametrize("by_server", [True, False])
async def test_subscription_is_watched_on_with_a_new_token(api: Api, stripe: ScriptedStripe, by_server: bool) -> None:
    """The same for what is paid again and again."""
    answer = await api.post(SUBSCRIPTION, None, bearer=api.secret_key if by_server else api.customer_token("cus_1"))
    assert answer.status == 201
    grant = verify(answer.body["stream"]["token"], api.token_secret, now=datetime.now(UTC))
    assert grant == SubscriptionGrant("default", "subs_1", datetime.fromisoformat(answer.body["expires_at"]))
    assert stripe.asked == []


@BOTH
async def test_anothers_looks_as_if_there_were_none(api: Api, orders: ScriptedOrders, path: str, code: str) -> None:
    """To the letter: nobody learns which ids there are."""
    stranger = api.customer_token("cus_2")
    others = await api.post(path, None, bearer=stranger)
    orders.known.clear()
    none = await api.post(path, None, bearer=stranger)
    assert (others.status, others.body["code"], others.body["detail"]) == (404, code, none.body["detail"])
    assert (none.status, none.body["code"]) == (404, code)


@pytest.mark.parametrize("customer", [None, "", "cust-77"])
async def test_order_of_nobody_at_stripe_is_the_servers_alone(
    api: Api, orders: ScriptedOrders, customer: str | None
) -> None:
    """The shop's own customer number says nothing about who is at Stripe."""
    orders.has("ord_1", "pi_1", customer_id=customer)
    assert (await api.post(ORDER, None, bearer=api.customer_token("cus_1"))).status == 404
    assert (await api.post(ORDER, None, bearer=api.secret_key)).status == 201


@BOTH
async def test_publishable_key_opens_no_stream(api: Api, orders: ScriptedOrders, path: str, code: str) -> None:
    """Everybody has it, so nothing is even looked up."""
    answer = await api.post(path, None)
    assert (answer.status, answer.body["code"]) == (403, "customer_not_allowed")
    assert orders.asked == []


@BOTH
async def test_ended_customer_token_opens_no_stream(api: Api, path: str, code: str) -> None:
    """The shop's server decides who is still signed in."""
    answer = await api.post(path, None, bearer=api.customer_token("cus_1", lifetime=-60))
    assert (answer.status, answer.body["code"]) == (401, "token_expired")
