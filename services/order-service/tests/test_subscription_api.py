"""Reading subscriptions: who may, which, page by page; and the whole way from Stripe's events to a page."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiokafka.structs import ConsumerRecord
from starlette.types import ASGIApp

from order_service.app import create_app
from order_service.inbox import Heard, note_parked
from order_service.parking import Parked, parked_row
from order_service.store import take_in
from order_service.stripe_events import read_stripe_event
from tillstream_contracts.stream_tokens import SubscriptionGrant, sign

pytestmark = pytest.mark.integration

START = datetime(2026, 1, 1, tzinfo=UTC)
TOKEN_SECRET = "a token secret that is long enough, for tests only"
CREATED, UPDATED = "customer.subscription.created", "customer.subscription.updated"


def stream_token(subscription_id: str, *, merchant_id: str = "default") -> str:
    """A stream token for a subscription."""
    ends = datetime.now(UTC) + timedelta(minutes=5)
    return sign(SubscriptionGrant(merchant_id, subscription_id, ends), TOKEN_SECRET)


async def take(pool: Any, values: list[bytes], *, now: datetime = START) -> None:
    heard = [Heard(read_stripe_event(value, order_id_key="order_id"), 0, at) for at, value in enumerate(values)]
    async with pool.acquire() as connection:
        await take_in(connection, heard, merchant_id="default", now=now)


@pytest_asyncio.fixture
async def api(settings: Callable[..., Any], pool: Any, golden: Any) -> AsyncIterator[ASGIApp]:
    """The read API over five subscriptions, a second apart; its consumer never starts."""
    for number in range(5):
        ours = {"subscription_id": f"subs_{number}", "customer_id": f"customer-{number % 2}"}
        who = {"id": f"sub_{number}", "customer": f"cus_{number % 2}", "metadata": ours}
        status = "active" if number < 3 else "past_due"
        event = golden(UPDATED, event_id=f"evt_{number}", status=status, **who)
        await take(pool, [event] * (2 if number == 4 else 1), now=START + timedelta(seconds=number))
    yield create_app(settings(kafka_bootstrap_servers="127.0.0.1:9", allowed_origins="https://shop.example"))


@pytest.mark.shows("GET /v1/subscriptions/{subscription_id}")
async def test_subscription_is_read_whole(api: Any, get: Any, pool: Any, golden: Any) -> None:
    """By our id or by Stripe's, with its invoices, their payments and a timeline that explains."""
    paid = golden("payment_intent.succeeded--of-an-invoice")
    values = [golden(CREATED), golden("invoice_payment.paid"), golden("invoice.paid"), paid, golden(UPDATED)]
    await take(pool, values)
    ours, stripes = [(await get(api, f"/v1/subscriptions/{name}")) for name in ("subs_5f3a9c", "sub_1Golden")]
    assert (ours.status, ours.body) == (200, stripes.body)
    body = ours.body
    assert (body["status"], body["version"], body["customer_id"]) == ("active", 3, "customer-9")
    assert body["latest_invoice"]["status"] == "paid"
    assert [item["sku"] for item in body["items"]] == ["beans-monthly"]
    [invoice] = body["invoices"]
    assert (invoice["invoice_id"], invoice["amount_paid"], invoice["created_at"]) == (
        "in_1Golden",
        3600,
        "2026-01-01T00:00:00Z",
    )
    assert [(one["payment_intent_id"], one["status"], one["captured"]) for one in invoice["payments"]] == [
        ("pi_3Golden", "succeeded", 3600)
    ]
    assert [(line["event_type"], line["outcome"], line["reason"]) for line in body["timeline"]] == [
        (CREATED, "applied", "The subscription is incomplete now."),
        ("invoice_payment.paid", "applied", "Payment pi_3Golden is for invoice in_1Golden."),
        (
            "invoice.paid",
            "applied",
            "The subscription stays incomplete; its items, dates, invoice or flags changed.",
        ),
        (UPDATED, "applied", "The subscription is active now."),
    ]


async def test_copies_of_an_event_are_told(api: Any, get: Any) -> None:
    """Only the first takes effect."""
    timeline = (await get(api, "/v1/subscriptions/subs_4")).body["timeline"]
    assert [line["outcome"] for line in timeline] == ["applied", "duplicate"]


async def test_stream_token_sees_its_subscription_and_no_other(api: Any, get: Any, token: Any) -> None:
    """Nor does a token for an order of the same name; and somebody else's looks like none."""
    mine = stream_token("subs_1")
    assert (await get(api, "/v1/subscriptions/subs_1", bearer=mine)).status == 200
    assert (await get(api, "/v1/subscriptions/sub_1", bearer=mine)).status == 200
    for path, bearer in (
        ("/v1/subscriptions/subs_2", mine),
        ("/v1/subscriptions/sub_2", mine),
        ("/v1/subscriptions/subs_1", token("subs_1")),
        ("/v1/subscriptions/subs_1", stream_token("subs_1", merchant_id="somebody-else")),
        ("/v1/subscriptions/subs_9", None),
        ("/v1/subscriptions/%00", None),
        ("/v1/orders/subs_1", mine),
    ):
        answer = await get(api, path, **({"bearer": bearer} if bearer else {}))
        assert answer.status == 404, path
    listed = await get(api, "/v1/subscriptions", bearer=mine)
    assert (listed.status, listed.body["code"]) == (403, "secret_key_required")
    assert (await get(api, "/v1/subscriptions/subs_1", bearer=None)).status == 401


@pytest.mark.shows("GET /v1/subscriptions")
async def test_pages_are_stable_while_new_subscriptions_come(api: Any, get: Any, pool: Any, golden: Any) -> None:
    """Newest first; a cursor names where a page ended, whatever comes before it meanwhile."""
    first = (await get(api, "/v1/subscriptions", limit=2)).body
    await take(pool, [golden(CREATED)], now=START + timedelta(hours=1))
    second = (await get(api, "/v1/subscriptions", limit=2, cursor=first["next_cursor"])).body
    third = (await get(api, "/v1/subscriptions", limit=2, cursor=second["next_cursor"])).body
    found = [[one["subscription_id"] for one in page["subscriptions"]] for page in (first, second, third)]
    assert found == [["subs_4", "subs_3"], ["subs_2", "subs_1"], ["subs_0"]]
    assert third["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "past_due"}, [4, 3]),
        ({"customer": "customer-1"}, [3, 1]),
        ({"customer": "cus_0"}, [4, 2, 0]),
        ({"customer": "cus_0", "status": "active"}, [2, 0]),
        ({"customer": "nobody"}, []),
    ],
    ids=str,
)
async def test_subscriptions_are_filtered(api: Any, get: Any, query: dict[str, str], found: list[int]) -> None:
    """By status, and by the shop's own id of its customer or Stripe's."""
    body = (await get(api, "/v1/subscriptions", **query)).body
    assert [one["subscription_id"] for one in body["subscriptions"]] == [f"subs_{number}" for number in found]


@pytest.mark.parametrize("query", [{"status": "asleep"}, {"limit": 0}, {"limit": 101}, {"cursor": "~"}], ids=str)
async def test_senseless_question_is_refused(api: Any, get: Any, query: dict[str, Any]) -> None:
    """With what is wrong with it."""
    assert (await get(api, "/v1/subscriptions", **query)).status == 422


async def test_subscription_goes_from_stripes_events_to_a_page(app: Any, kafka: Any, golden: Any, get: Any) -> None:
    """Each change is published once, keyed by subscription; the trace goes on; what is read is what was published."""
    trace = ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    names = (CREATED, "invoice.payment_action_required", "invoice.paid", UPDATED)
    for name in names:
        await kafka.tell(golden(name), key=b"one partition, so that their order is theirs", headers=[trace])
    changes = await kafka.subscription_changes("subs_5f3a9c", count=4)
    assert [(change.version, change.status, change.cause.event_type) for change in changes] == [
        (number, "active" if name == UPDATED else "incomplete", name) for number, name in enumerate(names, 1)
    ]
    record = kafka.records[-1]
    headers = {name: value.decode() for name, value in record.headers}
    assert (headers["ce_id"], headers["ce_type"]) == ("subs_5f3a9c.v4", "tillstream.subscription.status-changed.v1")
    assert headers["traceparent"].encode() == trace[1]
    body = (await get(app, "/v1/subscriptions/subs_5f3a9c")).body
    published = json.loads(changes[-1].model_dump_json())
    shared = published.keys() & body.keys()
    assert {name: body[name] for name in shared} == {name: published[name] for name in shared}
    assert {"items", "latest_invoice", "current_period_end", "flags"} <= shared


async def test_change_of_a_repeated_event_is_published_again(app: Any, kafka: Any, golden: Any) -> None:
    """Stripe sent it twice: the same version with the same id, which readers drop."""
    for times in (1, 2):
        await kafka.tell(golden(CREATED))
        changes = await kafka.subscription_changes("subs_5f3a9c", count=times)
    assert {change.event_id for change in changes} == {"subs_5f3a9c.v1"}


async def test_record_that_was_parked_stands_in_the_timeline(api: Any, get: Any, pool: Any, golden: Any) -> None:
    """Of the subscription that it is about."""
    value = golden(UPDATED, event_id="evt_parked", id="sub_1")
    record = ConsumerRecord("stripe.events.v1", 0, 7, 0, 0, None, value, None, 0, len(value), ())
    told = read_stripe_event(value, order_id_key="order_id")
    parked = Parked(record, "It cannot be applied: CheckViolationError.", told)
    async with pool.acquire() as connection:
        await note_parked(connection, [parked_row(parked, START + timedelta(hours=1))])
    timeline = (await get(api, "/v1/subscriptions/subs_1")).body["timeline"]
    assert [(line["event_id"], line["outcome"]) for line in timeline] == [
        ("evt_1", "applied"),
        ("evt_parked", "parked"),
    ]
    assert timeline[-1]["reason"] == parked.reason
    other = (await get(api, "/v1/subscriptions/subs_2")).body["timeline"]
    assert [line["outcome"] for line in other] == ["applied"]
