"""Every route there is, tried by everybody who should get nothing from it. A new route fails until it stands here."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from starlette.types import ASGIApp

from order_service.app import create_app
from order_service.inbox import Heard
from order_service.placed_facts import read_order_placed
from order_service.store import take_in
from order_service.stripe_events import read_stripe_event
from tillstream_contracts.customer_tokens import CustomerGrant
from tillstream_contracts.customer_tokens import sign as sign_customer
from tillstream_contracts.stream_tokens import Grant, SubscriptionGrant, sign

pytestmark = pytest.mark.integration

SECRET_KEY = "sk_test_0123456789abcdef0123"
TOKEN_SECRET = "a token secret that is long enough, for tests only"
START = datetime(2026, 1, 1, tzinfo=UTC)
THEIRS = ("ord_theirs", "pi_theirs", "subs_theirs", "sub_theirs", "cus_theirs", "customer-theirs", "secret-of-theirs")
"""What another merchant's rows are made of; whoever sees one of these words has seen too much."""
GUARDED: dict[str, Sequence[str]] = {
    "GET /v1/orders": ["/v1/orders", "/v1/orders?customer=customer-theirs", "/v1/orders?reference=secret-of-theirs"],
    "GET /v1/orders/{order_id}": ["/v1/orders/ord_theirs"],
    "GET /v1/payments": ["/v1/payments?unmatched=true"],
    "GET /v1/payments/{payment_intent_id}": ["/v1/payments/pi_theirs"],
    "POST /v1/payments/{payment_intent_id}/attach": ["/v1/payments/pi_theirs/attach"],
    "GET /v1/subscriptions": ["/v1/subscriptions", "/v1/subscriptions?customer=customer-theirs"],
    "GET /v1/subscriptions/{subscription_id}": ["/v1/subscriptions/subs_theirs", "/v1/subscriptions/sub_theirs"],
    "DELETE /v1/customers/{customer_id}": ["/v1/customers/cus_theirs", "/v1/customers/customer-theirs"],
}
"""Each route, and ways to ask it for what is another merchant's."""
OPEN = {"GET /livez", "GET /readyz", "GET /metrics"}
"""Probes and numbers, for the operators' network."""
WATCHED_ALONE = {"GET /v1/orders/{order_id}", "GET /v1/subscriptions/{subscription_id}"}
"""What a stream token is for."""
ROUTES = pytest.mark.parametrize("route", GUARDED)


@pytest_asyncio.fixture
async def api(settings: Callable[..., Any], pool: Any, stripe: Any, placed: Any, golden: Any) -> AsyncIterator[ASGIApp]:
    """The API over one database that two merchants' rows are in; it is for the merchant `default`."""
    await _write(pool, "default", [placed(), stripe.payment("succeeded")])
    hidden = {"merchant_id": "other", "payment_intent_id": "pi_theirs", "customer_id": "customer-theirs"}
    order = placed("ord_theirs", reference="secret-of-theirs", metadata={"a": "secret-of-theirs"}, **hidden)
    paid = stripe.payment("succeeded", pi="pi_theirs", order="ord_theirs", customer="cus_theirs")
    ours = {"subscription_id": "subs_theirs", "customer_id": "customer-theirs", "merchant_id": "other"}
    subscribed = golden(
        "customer.subscription.updated", event_id="evt_s", id="sub_theirs", customer="cus_theirs", metadata=ours
    )
    await _write(pool, "other", [order, paid, subscribed])
    yield create_app(settings(kafka_bootstrap_servers="127.0.0.1:9"))


async def _write(pool: Any, merchant_id: str, values: list[bytes]) -> None:
    told = [read_order_placed(v) if b'"lines"' in v else read_stripe_event(v, order_id_key="order_id") for v in values]
    async with pool.acquire() as connection:
        heard = [Heard(one, 0, offset) for offset, one in enumerate(told)]
        await take_in(connection, heard, merchant_id=merchant_id, now=START)


def _knock(ask: Any, api: ASGIApp, route: str, url: str, bearer: str | None) -> Any:
    path, _, query = url.partition("?")
    body = {"order_id": "ord_1"} if route.startswith("POST") else None
    asked = dict(part.split("=") for part in query.split("&") if part)
    headers = [("idempotency-key", "a-key")]
    given: dict[str, Any] = {"body": body, "query": asked, "headers": headers, "bearer": bearer}
    return ask(api, route.partition(" ")[0], path, **given)


def _tokens(order_id: str, subscription_id: str, merchant_id: str = "default") -> dict[str, str]:
    soon = datetime.now(UTC) + timedelta(minutes=5)
    return {
        "order": sign_order(order_id, merchant_id, soon),
        "subscription": sign(SubscriptionGrant(merchant_id, subscription_id, soon), TOKEN_SECRET),
    }


def sign_order(order_id: str, merchant_id: str, ends: datetime) -> str:
    """A stream token for an order."""
    return sign(Grant(merchant_id, order_id, ends), TOKEN_SECRET)


async def test_every_route_of_the_service_is_listed_here(api: Any) -> None:
    """Whoever adds one says who may see what by it."""
    paths = api.openapi()["paths"]
    assert {f"{method.upper()} {path}" for path in paths for method in paths[path]} == {*GUARDED, *OPEN}


async def test_the_other_merchant_sees_all_of_it(settings: Any, api: Any, ask: Any) -> None:
    """So it is there to be seen: else nothing below would show anything."""
    theirs = create_app(settings(kafka_bootstrap_servers="127.0.0.1:9", merchant_id="other"))
    for route, urls in GUARDED.items():
        if route.startswith("GET") and route != "GET /v1/payments":
            for url in urls:
                answer = await _knock(ask, theirs, route, url, SECRET_KEY)
                assert answer.status == 200, url
                assert "theirs" in json.dumps(answer.body), url


@ROUTES
async def test_nobody_sees_anything_without_a_key_of_ours(api: Any, ask: Any, route: str) -> None:
    """Nor with a browser's key, a customer's token, or one that has ended."""
    soon = datetime.now(UTC) + timedelta(minutes=5)
    refused = {
        None: "key_required",
        "sk_test_stranger_9876543210": "key_invalid",
        "pk_test_0123456789abcdef0123": "key_invalid",
        SECRET_KEY[:-1]: "key_invalid",
        sign_customer(CustomerGrant("default", "cus_theirs", soon), TOKEN_SECRET): "key_invalid",
        sign_order("ord_theirs", "other", datetime.now(UTC) - timedelta(seconds=1)): "token_expired",
    }
    for url in GUARDED[route]:
        for bearer, code in refused.items():
            answer = await _knock(ask, api, route, url, bearer)
            assert (answer.status, answer.body["code"], answer.headers["www-authenticate"]) == (401, code, "Bearer")


@ROUTES
async def test_another_merchants_is_not_there_with_our_own_secret_key(
    api: Any, ask: Any, pool: Any, route: str
) -> None:
    """Not in a list, not by its name, and nothing of it changes."""
    before = await _all_rows(pool)
    for url in GUARDED[route]:
        answer = await _knock(ask, api, route, url, SECRET_KEY)
        named = "{" in route and not route.startswith("DELETE")
        assert answer.status == (404 if named else 204 if route.startswith("DELETE") else 200), url
        assert not [word for word in THEIRS if word in json.dumps(answer.body)], url
    assert await _all_rows(pool) == before


@ROUTES
async def test_a_stream_token_opens_nothing_but_its_own(api: Any, ask: Any, route: str) -> None:
    """Whether it is for another order of ours, or says another merchant's name of ours."""
    tokens = [*_tokens("ord_1", "subs_1").values(), *_tokens("ord_1", "subs_1", "other").values()]
    for url in GUARDED[route]:
        for bearer in tokens:
            answer = await _knock(ask, api, route, url, bearer)
            if route in WATCHED_ALONE:
                assert answer.status == 404
            else:
                assert (answer.status, answer.body["code"]) == (403, "secret_key_required")


async def test_a_token_that_names_the_wrong_merchant_opens_nothing(api: Any, ask: Any) -> None:
    """Names are each merchant's own: the same one may be two orders."""
    for path, merchant_id in (("/v1/orders/ord_1", "other"), ("/v1/orders/ord_theirs", "default")):
        bearer = sign_order(path.rpartition("/")[2], merchant_id, datetime.now(UTC) + timedelta(minutes=5))
        assert (await ask(api, "GET", path, bearer=bearer)).status == 404


async def _all_rows(pool: Any) -> dict[str, list[str]]:
    """Everything that is kept of orders, payments and subscriptions."""
    tables = ("orders", "placements", "mentions", "payments", "order_changes", "subscriptions", "subscription_facts")
    found = {}
    for table in tables:
        rows = await pool.fetch(f"SELECT row_to_json(t)::text FROM {table} t ORDER BY 1")  # noqa: S608 - ours
        found[table] = [row[0] for row in rows]
    return found
