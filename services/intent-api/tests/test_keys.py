"""Who may do what: a server, a browser, and a browser in which a customer is signed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tillstream_contracts.stream_tokens import Grant, sign

if TYPE_CHECKING:
    from calling import Api
    from conftest import Serve
    from scripted_stripe import ScriptedStripe

CARDS = "/v1/customers/cus_1/payment-methods"
OURS = {"id": "cus_1", "object": "customer", "metadata": {"merchant_id": "default"}, "invoice_settings": {}}


@pytest.fixture
async def api(serve_api: Serve, stripe: ScriptedStripe) -> Api:
    stripe.has("GET /v1/customers/cus_1", OURS)
    stripe.has("GET /v1/customers/cus_1/payment_methods", {"object": "list", "data": [], "has_more": False})
    return await serve_api()


async def test_customer_token_lets_at_its_own_customer(api: Api) -> None:
    """And needs no other key."""
    assert (await api.get(CARDS, bearer=api.customer_token("cus_1"))).status == 200


async def test_customer_token_lets_at_no_other_customer(api: Api, stripe: ScriptedStripe) -> None:
    """Stripe is not even asked."""
    answer = await api.get(CARDS, bearer=api.customer_token("cus_2"))
    assert (answer.status, answer.body["code"]) == (403, "customer_not_allowed")
    assert stripe.asked == []


async def test_publishable_key_lets_at_no_customer(api: Api, stripe: ScriptedStripe) -> None:
    """Everybody has it."""
    answer = await api.get(CARDS, bearer="pk_test_merchant_0123456789")
    assert (answer.status, answer.body["code"]) == (403, "customer_not_allowed")
    assert stripe.asked == []


async def test_token_that_ended_is_told_from_one_that_is_wrong(api: Api) -> None:
    """The page then asks its server for a new one."""
    ended = await api.get(CARDS, bearer=api.customer_token("cus_1", lifetime=-1))
    wrong = await api.get(CARDS, bearer=api.customer_token("cus_1") + "x")
    assert (ended.status, ended.body["code"]) == (401, "token_expired")
    assert (wrong.status, wrong.body["code"]) == (401, "key_invalid")


async def test_token_of_another_merchant_is_none_of_ours(api: Api) -> None:
    """Even under the same secret."""
    answer = await api.get(CARDS, bearer=api.customer_token("cus_1", merchant_id="other"))
    assert (answer.status, answer.body["code"]) == (401, "key_invalid")


async def test_stream_token_is_no_key(api: Api) -> None:
    """It is in a page's hands for watching, not for acting."""
    watching = sign(Grant("default", "cus_1", datetime.now(UTC) + timedelta(minutes=1)), api.token_secret)
    answer = await api.get(CARDS, bearer=watching)
    assert (answer.status, answer.body["code"]) == (401, "key_invalid")


async def test_customer_token_can_never_name_an_amount(api: Api, stripe: ScriptedStripe) -> None:
    """It is in a browser."""
    body = {"amount": 1, "currency": "usd"}
    answer = await api.post("/v1/payment-intents", body, bearer=api.customer_token("cus_1"))
    assert (answer.status, answer.body["code"]) == (403, "amount_not_allowed")
    assert stripe.asked == []


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/customers/cus_1/tokens"])
async def test_customers_are_made_by_the_shops_server_alone(api: Api, path: str) -> None:
    """A browser could make itself anybody's customer."""
    for bearer in ("pk_test_merchant_0123456789", api.customer_token("cus_1")):
        answer = await api.post(path, {}, bearer=bearer)
        assert (answer.status, answer.body["code"]) == (403, "secret_key_required")


async def test_every_method_of_ours_is_allowed_across_origins(api: Api) -> None:
    """The preflight of a browser."""
    for method in ("GET", "POST", "PATCH", "DELETE"):
        asked = {"Origin": "http://localhost:8000", "Access_Control_Request_Method": method}
        assert (await api.send("OPTIONS", CARDS, **asked)).status == 200
