"""Money that names no order: kept, listed, and given to an order by a person's word."""

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
from tillstream_contracts import PAYMENTS_ATTACHED, PaymentAttached

pytestmark = pytest.mark.integration

START = datetime(2026, 1, 1, tzinfo=UTC)


async def write(pool: Any, values: list[bytes], *, second: int = 0) -> None:
    told = [read_order_placed(v) if b'"lines"' in v else read_stripe_event(v, order_id_key="order_id") for v in values]
    async with pool.acquire() as connection:
        heard = [Heard(one, 0, offset) for offset, one in enumerate(told)]
        await take_in(connection, heard, merchant_id="default", now=START + timedelta(seconds=second))


@pytest_asyncio.fixture
async def api(settings: Callable[..., Any], pool: Any, stripe: Any, placed: Any, golden: Any) -> AsyncIterator[ASGIApp]:
    """The API over a placed order, three payments without any, and one of an invoice; its consumer never starts."""
    await write(
        pool, [placed(), stripe.payment("succeeded"), placed("ord_x", merchant_id="x", payment_intent_id="pi_x")]
    )
    theirs = {"order": None, "metadata": {"orderId": "7"}, "customer": "cus_7"}
    await write(
        pool, [stripe.payment("succeeded", pi="pi_a", **theirs), stripe.refund(payment_intent="pi_a")], second=1
    )
    await write(pool, [stripe.payment("payment_failed", pi="pi_b", order=None)], second=1)
    await write(pool, [stripe.refund(re="re_9", payment_intent="pi_c")], second=2)
    await write(pool, [golden("payment_intent.succeeded--of-an-invoice"), golden("invoice_payment.paid")], second=3)
    yield create_app(settings(kafka_bootstrap_servers="127.0.0.1:9"))


@pytest.mark.shows("GET /v1/payments")
async def test_payments_without_an_order_are_listed_with_the_reason(api: Any, get: Any) -> None:
    """Page by page, the one seen last first; not those of orders, nor those of invoices."""
    first = (await get(api, "/v1/payments", unmatched="true", limit=2)).body
    rest = (await get(api, "/v1/payments", unmatched="true", limit=2, cursor=first["next_cursor"])).body
    listed = [*first["payments"], *rest["payments"]]
    assert [payment["payment_intent_id"] for payment in listed] == ["pi_c", "pi_b", "pi_a"]
    assert [payment["status"] for payment in listed] == ["unknown", "failed", "succeeded"]
    assert listed[0]["reason"].startswith("Only a refund, a dispute or a session told of it")
    assert listed[2]["reason"].startswith("Its metadata names no order of ours")
    assert [(payment["captured"], payment["refunded"]) for payment in listed] == [(0, 0), (0, 0), (1999, 500)]
    assert rest["next_cursor"] is None


@pytest.mark.shows("GET /v1/payments/{payment_intent_id}")
async def test_payment_is_shown_with_all_that_is_known_of_it(api: Any, get: Any) -> None:
    """Whether it has an order, an invoice, or neither."""
    stray = (await get(api, "/v1/payments/pi_a")).body
    assert (stray["order_id"], stray["customer_id"], stray["attached"]) == (None, "cus_7", False)
    assert [refund["refund_id"] for refund in stray["refunds"]] == ["re_1"]
    assert [line["event_type"] for line in stray["timeline"]] == ["payment_intent.succeeded", "refund.updated"]
    ours = (await get(api, "/v1/payments/pi_1")).body
    assert (ours["order_id"], ours["reason"], len(ours["timeline"])) == ("ord_1", None, 2)
    [invoiced] = [p for p in await _payment_ids(api, get) if p["invoice_ids"]]
    assert (invoiced["order_id"], invoiced["reason"]) == (None, None)


async def _payment_ids(api: Any, get: Any) -> list[Any]:
    return [(await get(api, f"/v1/payments/{pi}")).body for pi in ("pi_1", "pi_3Golden")]


async def test_only_the_secret_key_sees_payments(api: Any, ask: Any, token: Any) -> None:
    """And a payment of another merchant's order looks like none."""
    for method, path in (("GET", ""), ("GET", "/pi_1"), ("POST", "/pi_1/attach")):
        url = f"/v1/payments{path}"
        assert (await ask(api, method, url, bearer=None)).status == 401
        assert (await ask(api, method, url, bearer=token("ord_1"))).body["code"] == "secret_key_required"
    for pi in ("pi_x", "pi_none", "a%00b"):
        assert (await ask(api, "GET", f"/v1/payments/{pi}")).body["code"] == "payment_not_found"


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ({}, 422, "unmatched"),
        ({"unmatched": "false"}, 422, "unmatched"),
        ({"unmatched": "true", "order": "x"}, 422, "order"),
        ({"unmatched": "true", "cursor": "x"}, 422, "cursor"),
    ],
)
async def test_senseless_question_is_refused(api: Any, get: Any, query: Any, status: int, told: str) -> None:
    answer = await get(api, "/v1/payments", **query)
    assert (answer.status, answer.body["errors"][0]["field"]) == (status, told)


@pytest.mark.parametrize(
    ("path", "body", "key", "status", "code"),
    [
        ("pi_a", {"order_id": "ord_1"}, None, 400, "idempotency_key_required"),
        ("pi_a", {"order_id": "ord_1"}, "é", 400, "idempotency_key_required"),
        ("pi_a", {"order_id": "ord 1"}, "k", 422, "invalid_request"),
        ("pi_a", {"order_id": "ord_1", "by": "me"}, "k", 422, "invalid_request"),
        ("pi_a", {"order_id": "ord_none"}, "k", 404, "order_not_found"),
        ("pi_a", {"order_id": "ord_x"}, "k", 404, "order_not_found"),
        ("pi_none", {"order_id": "ord_1"}, "k", 404, "payment_not_found"),
        ("pi_x", {"order_id": "ord_1"}, "k", 404, "payment_not_found"),
        ("pi_3Golden", {"order_id": "ord_1"}, "k", 409, "payment_of_invoice"),
        ("pi_a", {"order_id": "ord_1"}, "k", 503, "broker_unavailable"),
        ("pi_a", {"order_id": "o" * 70_000}, "k", 413, "body_too_large"),
    ],
)
async def test_attaching_is_refused_with_what_to_do(
    api: Any, ask: Any, path: str, body: Any, key: str | None, status: int, code: str
) -> None:
    """Also while Kafka is away, as it is here."""
    headers = [("idempotency-key", key)] if key else []
    answer = await ask(api, "POST", f"/v1/payments/{path}/attach", body=body, headers=headers)
    assert (answer.status, answer.body["code"]) == (status, code)


@pytest.mark.shows("POST /v1/payments/{payment_intent_id}/attach")
async def test_attached_payment_brings_its_money_and_what_went_back(
    app: Any, kafka: Any, stripe: Any, placed: Any, ask: Any, until: Any
) -> None:
    """Through Kafka; retried it is done once; attached elsewhere it moves, and both timelines say so."""
    for order in ("ord_1", "ord_2"):
        await kafka.place(placed(order, payment_intent_id=None), key=order.encode())
    await kafka.tell(stripe.payment("succeeded", order=None))
    await kafka.tell(stripe.refund())
    await kafka.orders_told(count=2)
    await until(lambda: _is_refunded(app, ask))

    async def attach(order: str, key: str) -> Any:
        url, headers = "/v1/payments/pi_1/attach", [("idempotency-key", key)]
        return await ask(app, "POST", url, body={"order_id": order}, headers=headers)

    first, other = await attach("ord_1", "a"), await attach("ord_2", "a")
    assert (first.status, first.body["order_id"]) == (202, "ord_1")
    assert (other.status, other.body["code"]) == (409, "idempotency_key_reused")
    changes = await kafka.changes("ord_1", count=2)
    assert (changes[1].status, changes[1].amounts.captured, changes[1].amounts.refunded) == (
        "partially_refunded",
        1999,
        500,
    )
    assert changes[1].cause.event_type == PaymentAttached.TYPE
    assert (await attach("ord_2", "b")).status == 202
    left, gained = (await kafka.changes("ord_1", count=3))[2], (await kafka.changes("ord_2", count=2))[1]
    assert (left.status, left.amounts.captured, gained.status) == ("pending", 0, "partially_refunded")
    lines = {order: (await ask(app, "GET", f"/v1/orders/{order}")).body["timeline"] for order in ("ord_1", "ord_2")}
    words = "Payment pi_1 was attached to order {} by an operator; "
    assert [line["reason"] for line in lines["ord_1"] if line["event_type"] == PaymentAttached.TYPE][-1] == (
        f"{words.format('ord_2')}payment pi_1 belongs to order ord_2 now; the order is pending now."
    )
    assert lines["ord_2"][-1]["reason"] == f"{words.format('ord_2')}the order is partially_refunded now."
    payment = (await ask(app, "GET", "/v1/payments/pi_1")).body
    assert (payment["order_id"], payment["attached"]) == ("ord_2", True)
    assert (await attach("ord_1", "a")).body == first.body
    assert (await kafka.changes("ord_1", count=4))[3] == changes[1]
    assert (await ask(app, "GET", "/v1/payments/pi_1")).body["order_id"] == "ord_2"


async def test_attachment_that_nobody_can_read_is_parked(app: Any, kafka: Any) -> None:
    """Untouched, in a topic of its own."""
    await kafka.tell(b'{"event_id": "att_1"}', topic=PAYMENTS_ATTACHED.under(kafka.prefix))
    [record] = await kafka.parked(count=1)
    assert (record.topic.removeprefix(kafka.prefix), record.value) == (
        "payments.attached.v1.parked",
        b'{"event_id": "att_1"}',
    )


async def _is_refunded(app: Any, ask: Any) -> bool:
    return bool((await ask(app, "GET", "/v1/payments/pi_1")).body.get("refunded"))
