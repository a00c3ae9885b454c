"""Finding orders: by each filter, by several, and page by page while new ones come."""

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
ORDERS: list[dict[str, Any]] = [
    {"currency": "eur", "amount": 500, "reference": "shop-0", "metadata": {"channel": "web", "campaign": "may"}},
    {"currency": "eur", "amount": 1999, "reference": "shop-1", "metadata": {"channel": "app"}},
    {"currency": "jpy", "amount": 1999, "reference": None, "metadata": {}},
    {"currency": "usd", "amount": 1999, "reference": "shop-3", "metadata": {"channel": "web", "campaign": "june"}},
    {"currency": "usd", "amount": 9000, "reference": "shop-4", "metadata": {"channel": "web", "a]": "[é"}},
]


async def write(pool: Any, values: list[bytes], *, second: int) -> None:
    """Take in events, `second` seconds after the start."""
    told = [read_order_placed(v) if b'"lines"' in v else read_stripe_event(v, order_id_key="order_id") for v in values]
    async with pool.acquire() as connection:
        heard = [Heard(one, 0, offset) for offset, one in enumerate(told)]
        await take_in(connection, heard, merchant_id="default", now=START + timedelta(seconds=second))


@pytest_asyncio.fixture
async def api(settings: Callable[..., Any], pool: Any, stripe: Any, placed: Any) -> AsyncIterator[ASGIApp]:
    """The read API over five orders, a second apart: 3 is paid by one of Stripe's customers, 4 is paid twice."""
    for number, order in enumerate(ORDERS):
        whose = {"payment_intent_id": f"pi_{number}", "customer_id": f"customer-{number % 2}"}
        await write(pool, [placed(f"ord_{number}", **whose, **order)], second=number)
    paid = {"amount": 1999, "currency": "usd", "order": "ord_3", "pi": "pi_3", "customer": "cus_7"}
    await write(pool, [stripe.payment("succeeded", **paid)], second=9)
    twice = [stripe.payment("succeeded", amount=9000, order="ord_4", pi=pi) for pi in ("pi_4", "pi_5")]
    await write(pool, twice, second=9)
    await write(pool, [placed("ord_other", merchant_id="other", payment_intent_id=None)], second=9)
    yield create_app(settings(kafka_bootstrap_servers="127.0.0.1:9"))


@pytest.mark.shows("GET /v1/orders")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "43210"),
        ({"status": "paid"}, "43"),
        ({"status": ["pending", "paid"]}, "43210"),
        ({"status": ["refunded", "pending", "pending"], "customer": "customer-0"}, "20"),
        ({"customer": "customer-1"}, "31"),
        ({"customer": "cus_7"}, "3"),
        ({"currency": "eur"}, "10"),
        ({"amount_min": 1999}, "4321"),
        ({"amount_max": 1999, "amount_min": 1999, "currency": "usd"}, "3"),
        ({"amount_min": 600, "amount_max": 500}, ""),
        ({"created_after": "2026-01-01T00:00:01Z"}, "432"),
        ({"created_after": "2026-01-01T01:00:00+01:00", "created_before": "1767225603"}, "21"),
        ({"reference": "shop-1"}, "1"),
        ({"flag": "overpaid"}, "4"),
        ({"flag": "underpaid"}, ""),
        ({"metadata[channel]": "web"}, "430"),
        ({"metadata[channel]": "web", "metadata[campaign]": "may"}, "0"),
        ({"metadata[channel]": "web", "status": ["paid", "pending"], "currency": "usd"}, "43"),
        ({"metadata[channel]": "w"}, ""),
    ],
)
async def test_orders_are_found_by_what_they_are(api: Any, get: Any, query: dict[str, Any], found: str) -> None:
    """All filters have to hold; the newest comes first."""
    answer = await get(api, "/v1/orders", **query)
    assert (answer.status, _numbers(answer.body)) == (200, found)


async def test_stripes_customer_is_found_whoever_named_it(api: Any, get: Any, pool: Any, placed: Any) -> None:
    """The shop that placed the order for it, and the payment that it made."""
    await write(pool, [placed("ord_9", customer_id="cus_7", payment_intent_id=None)], second=20)
    assert _numbers((await get(api, "/v1/orders", customer="cus_7")).body) == "93"


@pytest.mark.parametrize("query", [{}, {"status": ["pending", "paid"]}, {"customer": "cus_7"}])
async def test_pages_neither_repeat_nor_skip_while_orders_come(
    api: Any, get: Any, pool: Any, placed: Any, query: dict[str, Any]
) -> None:
    """Those that come meanwhile, and those that change, move nothing on the pages that are still to come."""
    for number in range(20):
        await write(pool, [placed(f"ord_1{number}", customer_id="cus_7", payment_intent_id=None)], second=number)
    whole = _numbers((await get(api, "/v1/orders", limit=100, **query)).body)
    found, second = "", 100
    cursor: dict[str, str] = {}
    while True:
        page = (await get(api, "/v1/orders", limit=3, **query, **cursor)).body
        found += _numbers(page)
        if page["next_cursor"] is None:
            break
        cursor, second = {"cursor": page["next_cursor"]}, second + 1
        await write(pool, [placed(f"ord_2{second}", customer_id="cus_7", payment_intent_id=None)], second=second)
    assert found == whole


async def test_cursor_belongs_to_its_filters(api: Any, get: Any) -> None:
    """However they are written, and whatever the limit is; with others it is refused."""
    filters = {"status": ["paid", "pending"], "metadata[channel]": "web", "created_after": "2026-01-01T00:00:00Z"}
    cursor = (await get(api, "/v1/orders", limit=1, **filters)).body["next_cursor"]
    same = {"metadata[channel]": "web", "created_after": "2026-01-01T01:00:00+01:00", "status": ["pending", "paid"]}
    assert _numbers((await get(api, "/v1/orders", limit=2, cursor=cursor, **same)).body) == "3"
    for other in ({}, {**filters, "status": "paid"}, {**filters, "metadata[channel]": "app"}):
        answer = await get(api, "/v1/orders", cursor=cursor, **other)
        assert (answer.status, answer.body["code"]) == (400, "cursor_of_other_filters")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"stauts": "paid"}, "stauts"),
        ({"metadata": "x"}, "metadata"),
        ({"metadata[]": "x"}, "metadata[]"),
        ({"metadata[a][b]": "x"}, "metadata[a][b]"),
        ({f"metadata[{n}]": "x" for n in range(4)}, "metadata"),
        ({"metadata[a]": ["x", "y"]}, "metadata[a]"),
        ({"metadata[a]": "x" * 501}, "metadata[a]"),
        ({"metadata[a]": "\x00"}, "metadata[a]"),
        ({"customer": ["a", "b"]}, "customer"),
        ({"status": ["paid", "nice"]}, "status[1]"),
        ({"currency": "EUR"}, "currency"),
        ({"amount_min": "-1"}, "amount_min"),
        ({"amount_max": "19.99"}, "amount_max"),
        ({"amount_max": 10**15 + 1}, "amount_max"),
        ({"created_after": "2026-01-01T00:00:00"}, "created_after"),
        ({"created_before": "0001-01-01T00:00:00+10:00"}, "created_before"),
        ({"created_before": "yesterday"}, "created_before"),
        ({"reference": "\x00"}, "reference"),
        ({"flag": "<b>"}, "flag"),
    ],
)
async def test_senseless_filter_is_refused_by_name(api: Any, get: Any, query: dict[str, Any], field: str) -> None:
    """A filter that was passed over would show more than was asked for."""
    answer = await get(api, "/v1/orders", **query)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, field)


async def test_each_filter_is_in_the_documentation(api: Any, get: Any) -> None:
    """Also the one that has no fixed name."""
    document = (await get(api, "/openapi.json")).body
    parameters = {one["name"]: one for one in document["paths"]["/v1/orders"]["get"]["parameters"]}
    filters = "status customer currency amount_min amount_max created_after created_before reference flag metadata"
    assert set(filters.split()) <= set(parameters)
    assert all(parameters[name]["description"] for name in filters.split())
    assert parameters["metadata"]["style"] == "deepObject"


def _numbers(page: dict[str, Any]) -> str:
    return "".join(order["order_id"].removeprefix("ord_") for order in page["orders"])
