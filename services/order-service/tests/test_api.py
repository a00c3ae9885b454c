"""Reading orders: who may, which, page by page."""

import base64
from collections.abc import AsyncIterator, Callable
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

pytestmark = pytest.mark.integration

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest_asyncio.fixture
async def api(settings: Callable[..., Any], pool: Any, stripe: Any, placed: Any) -> AsyncIterator[ASGIApp]:
    """The read API over five orders, a second apart; its consumer never starts."""
    for number in range(5):
        values = [placed(f"ord_{number}", payment_intent_id=f"pi_{number}", customer_id=f"customer-{number % 2}")]
        values += [stripe.payment("succeeded", pi=f"pi_{number}")] * (2 if number == 4 else 0)
        events = [read_order_placed(values[0]), *(read_stripe_event(v, order_id_key="order_id") for v in values[1:])]
        async with pool.acquire() as connection:
            heard = [Heard(told, 0, offset) for offset, told in enumerate(events)]
            await take_in(connection, heard, merchant_id="default", now=START + timedelta(seconds=number))
    yield create_app(settings(kafka_bootstrap_servers="127.0.0.1:9", allowed_origins="https://shop.example"))


async def test_secret_key_sees_every_order(api: Any, get: Any) -> None:
    """With payments, amounts and a timeline that tells of copies, too."""
    answer = await get(api, "/v1/orders/ord_4")
    assert answer.status == 200
    body = answer.body
    assert (body["order_id"], body["status"], body["previous_status"], body["version"]) == (
        "ord_4",
        "paid",
        "pending",
        2,
    )
    assert (body["amount"], body["captured"], body["refunded"], body["disputed"]) == (1999, 1999, 0, 0)
    assert [payment["payment_intent_id"] for payment in body["payments"]] == ["pi_4"]
    assert (body["refunds"], body["disputes"], body["flags"], body["merchant_id"]) == ([], [], [], "default")
    assert [(line["outcome"], line["reason"]) for line in body["timeline"]] == [
        ("applied", "Order of 19.99 USD was placed; the order is pending now."),
        ("applied", "Payment of 19.99 USD succeeded; the order is paid now."),
        ("duplicate", "It came 2 times; only the first took effect."),
    ]


@pytest.mark.shows("GET /v1/orders/{order_id}", "refund.updated", "charge.dispute.funds_withdrawn")
async def test_order_is_shown_with_its_refunds_and_disputes(api: Any, get: Any, pool: Any, stripe: Any) -> None:
    """In words that everybody knows, with the order's amounts; the order's status is the dispute's."""
    values = [
        stripe.refund("failed", payment_intent="pi_4", created=1_790_000_001),
        stripe.refund(re="re_2", payment_intent="pi_4", reason="requested_by_customer"),
        stripe.dispute(
            happened="funds_withdrawn", payment_intent="pi_4", amount=1499, evidence_details={"due_by": 1_790_700_000}
        ),
        stripe.dispute("warning_closed", dp="dp_2", payment_intent="pi_4", created=1_790_000_009),
    ]
    heard = [Heard(read_stripe_event(v, order_id_key="order_id"), 0, 90 + n) for n, v in enumerate(values)]
    async with pool.acquire() as connection:
        await take_in(connection, heard, merchant_id="default", now=START)
    body = (await get(api, "/v1/orders/ord_4")).body
    assert (body["status"], body["refunded"], body["disputed"]) == ("disputed", 500, 1499)
    of = {"payment_intent_id": "pi_4", "currency": "usd"}
    assert body["refunds"] == [
        {**of, "refund_id": "re_2", "status": "succeeded", "amount": 500, "reason": "requested_by_customer",
         "failure_reason": None, "created_at": "2026-09-21T14:13:20Z"},
        {**of, "refund_id": "re_1", "status": "failed", "amount": 500, "reason": None,
         "failure_reason": "unknown", "created_at": "2026-09-21T14:13:21Z"},
    ]  # fmt: skip
    assert body["disputes"] == [
        {**of, "dispute_id": "dp_1", "status": "needs_response", "amount": 1499, "reason": "fraudulent",
         "funds_withdrawn": True, "created_at": "2026-09-21T14:13:20Z", "respond_by": "2026-09-29T16:40:00Z"},
        {**of, "dispute_id": "dp_2", "status": "warning_closed", "amount": 1999, "reason": "fraudulent",
         "funds_withdrawn": False, "created_at": "2026-09-21T14:13:29Z", "respond_by": None},
    ]  # fmt: skip


async def test_stream_token_sees_its_order_and_no_other(api: Any, get: Any, token: Any) -> None:
    """An order of somebody else looks like none."""
    assert (await get(api, "/v1/orders/ord_1", bearer=token("ord_1"))).status == 200
    for path, bearer in (
        ("/v1/orders/ord_2", token("ord_1")),
        ("/v1/orders/ord_1", token("ord_1", merchant_id="other")),
        ("/v1/orders/ord_none", token("ord_none")),
    ):
        answer = await get(api, path, bearer=bearer)
        assert (answer.status, answer.body["code"]) == (404, "order_not_found")
    listed = await get(api, "/v1/orders", bearer=token("ord_1"))
    assert (listed.status, listed.body["code"]) == (403, "secret_key_required")


@pytest.mark.parametrize("path", ["/v1/orders/ord_1", "/v1/orders"])
async def test_caller_without_a_right_key_sees_nothing(api: Any, get: Any, token: Any, path: str) -> None:
    """And learns nothing about which orders there are."""
    wrong = {
        "key_required": None,
        "key_invalid": "pk_test_0123456789",
        "token_expired": token("ord_1", valid=timedelta(seconds=-1)),
    }
    for code, bearer in wrong.items():
        answer = await get(api, path, bearer=bearer)
        assert (answer.status, answer.body["code"], answer.headers["www-authenticate"]) == (401, code, "Bearer")
    basic = await get(api, path, bearer=None, headers=[("authorization", "Basic c2s6")])
    assert basic.status == 401


@pytest.mark.parametrize("order_id", ["nothing", "a%00b", "x" * 200, "%F0%9F%98%80"])
async def test_order_that_does_not_exist_is_not_found(api: Any, get: Any, order_id: str) -> None:
    """Whatever it is called."""
    answer = await get(api, f"/v1/orders/{order_id}")
    assert (answer.status, answer.body["code"]) == (404, "order_not_found")


async def test_orders_are_listed_newest_first_page_by_page(api: Any, get: Any, pool: Any) -> None:
    """An order that comes in between moves nothing on the pages after it."""
    first = (await get(api, "/v1/orders", limit=2)).body
    assert _ids(first) == ["ord_4", "ord_3"]
    await pool.execute("INSERT INTO orders SELECT (json_populate_record(o, $1)).* FROM orders o LIMIT 1", NEWER)
    second = (await get(api, "/v1/orders", limit=2, cursor=first["next_cursor"])).body
    third = (await get(api, "/v1/orders", limit=2, cursor=second["next_cursor"])).body
    assert (_ids(second), _ids(third), third["next_cursor"]) == (["ord_2", "ord_1"], ["ord_0"], None)


NEWER = '{"order_id": "ord_new", "created_at": "2027-01-01T00:00:00Z"}'


async def test_orders_are_found_by_status_and_customer(api: Any, get: Any) -> None:
    """Alone and together."""
    assert _ids((await get(api, "/v1/orders", status="paid")).body) == ["ord_4"]
    assert _ids((await get(api, "/v1/orders", customer="customer-1")).body) == ["ord_3", "ord_1"]
    assert _ids((await get(api, "/v1/orders", customer="customer-1", status="paid")).body) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"status": "nice"}, "status[0]"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"cursor": base64.b64encode(b"9" * 90 + b".ord").decode()}, "cursor"),
        ({"customer": "x" * 201}, "customer"),
        ({"customer": "a\x00"}, "customer"),
    ],
)
async def test_wrong_query_is_refused_by_field(api: Any, get: Any, query: dict[str, Any], field: str) -> None:
    """With a problem document."""
    answer = await get(api, "/v1/orders", **query)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, field)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_browsers_may_read_from_allowed_origins_only(api: Any, get: Any) -> None:
    """By the usual header."""
    for origin, allowed in (("https://shop.example", "https://shop.example"), ("https://evil.example", None)):
        answer = await get(api, "/v1/orders/ord_1", headers=[("origin", origin)])
        assert answer.headers.get("access-control-allow-origin") == allowed


def _ids(page: dict[str, Any]) -> list[str]:
    return [order["order_id"] for order in page["orders"]]
