"""The reconciler's parts that do no I/O: what is listed, when orders are asked for, which event an object makes."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_service.reconciler.cursors import NOWHERE
from order_service.reconciler.events import MOST_REMEMBERED, Memory
from order_service.reconciler.healing import listed, refetched, refetched_record
from order_service.reconciler.listing import MOST_TYPES, type_lists
from order_service.reconciler.looking import LookSweep
from order_service.reconciler.metrics import ReconcilerMetrics
from order_service.reconciler.missing import _asked
from order_service.reconciler.objects import Objects
from order_service.reconciler.settings import ReconcilerSettings
from order_service.reconciler.unsettled import LONGEST, pauses, walks
from order_service.reconciler.windows import Reach, windows
from order_service.stripe_calls.client import LONGEST_RETRY_AFTER, retry_after
from order_service.stripe_events import READERS, read_stripe_event
from tillstream_contracts.headers import HEALED

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REACH = Reach(since=3 * DAY, overlap=timedelta(minutes=10), grace=timedelta(seconds=90), kept=30 * DAY)
GIVEN = {"STRIPE_SECRET_KEY": "sk_test_1", "ORDER_SERVICE_DATABASE_URL": "postgres://here/it"}
INTENT = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 1999,
    "amount_received": 1999,
    "currency": "usd",
    "metadata": {"order_id": "ord_1"},
    "status": "succeeded",
}


def test_sweep_begins_a_little_before_the_last_one_ended_and_ends_a_little_before_now() -> None:
    [window] = windows(NOW - timedelta(minutes=2), NOW, REACH)
    assert (window.begin, window.end) == (NOW - timedelta(minutes=12), NOW - timedelta(seconds=90))


def test_first_sweep_goes_back_as_far_as_it_is_told_and_no_further_than_stripe_keeps() -> None:
    assert next(windows(None, NOW, REACH)).begin == NOW - 3 * DAY
    assert next(windows(NOW - 50 * DAY, NOW, REACH)).begin == NOW - 30 * DAY


def test_nothing_is_listed_that_may_still_be_on_its_way() -> None:
    reach = Reach(since=timedelta(minutes=1), overlap=timedelta(0), grace=timedelta(minutes=2), kept=30 * DAY)
    assert list(windows(None, NOW, reach)) == []


@given(hours=st.floats(0, 24 * 40))
def test_a_long_stretch_is_walked_in_parts_without_a_gap(hours: float) -> None:
    found = list(windows(NOW - timedelta(hours=hours), NOW, REACH))
    assert all(one.end - one.begin <= HOUR for one in found)
    assert [one.end for one in found[:-1]] == [one.begin for one in found[1:]]
    assert not found or found[-1].end == NOW - REACH.grace


def test_every_type_that_is_read_is_listed_and_no_list_has_more_than_stripe_takes() -> None:
    assert sorted(kind for kinds in type_lists() for kind in kinds) == sorted(READERS)
    assert all(len(kinds) <= MOST_TYPES for kinds in type_lists())


def test_pauses_grow_and_end() -> None:
    found = pauses(timedelta(minutes=15))
    assert found[:3] == [timedelta(minutes=15), HOUR, 4 * HOUR]
    assert found[-1] == LONGEST == 30 * DAY
    assert found == sorted(set(found))
    assert len(found) == 7


@given(age=st.floats(1, 60 * 60 * 24 * 29))
def test_of_one_order_at_most_one_walk_takes_care_at_a_time(age: float) -> None:
    of_pending = [
        walk for walk in walks(timedelta(minutes=15)) if (walk.kind.name, walk.status) == ("orders", "pending")
    ]
    caring = [walk for walk in of_pending if walk.after <= timedelta(seconds=age) < walk.until]
    assert len(caring) == (age >= 15 * 60)


def test_every_walk_has_a_cursor_of_its_own() -> None:
    names = [walk.name for walk in walks(timedelta(minutes=15))]
    assert len(set(names)) == len(names)


def test_the_same_state_of_an_object_is_the_same_event_and_another_state_another() -> None:
    first = refetched(INTENT, "2026-10-28.endive", NOW, "ord_1")
    again = refetched(dict(reversed(INTENT.items())), "2026-10-28.endive", NOW + DAY, "ord_1")
    moved = refetched(INTENT | {"status": "processing"}, "2026-10-28.endive", NOW, "ord_1")
    assert first
    assert again
    assert moved
    assert first["id"] == again["id"] != moved["id"]


def test_refetched_object_is_read_as_observed() -> None:
    event = refetched(INTENT, "2026-10-28.endive", NOW, "ord_1")
    assert event
    record = refetched_record(event, "stripe.events.v1", NOW)
    assert record.value
    told = read_stripe_event(record.value, order_id_key="order_id")
    assert (told.observed, told.event_type, told.order_id) == (True, "payment_intent.succeeded", "ord_1")


def test_open_checkout_session_tells_nothing() -> None:
    assert refetched({"id": "cs_1", "object": "checkout.session", "status": "open"}, "", NOW, "ord_1") is None


def test_listed_event_has_the_key_and_headers_that_webhook_ingest_gives() -> None:
    charge = {"id": "ch_1", "object": "charge", "payment_intent": "pi_1"}
    event = {"id": "evt_1", "type": "charge.refunded", "created": 1_700_000_000, "data": {"object": charge}}
    record = listed(event, b"{}", "stripe.events.v1", NOW)
    headers = {name: value.decode() for name, value in record.headers}
    assert record.key == b"pi_1"
    assert headers["ce_id"] == "evt_1"
    assert headers["ce_time"] == "2023-11-14T22:13:20Z"
    assert headers["ce_recordedtime"] == "2026-11-01T00:00:00.000000Z"
    assert headers[HEALED] == "listed"


def test_memory_of_what_was_written_has_a_bound() -> None:
    memory = Memory()
    memory.note([f"evt_{number}" for number in range(MOST_REMEMBERED + 1)])
    assert "evt_0" not in memory
    assert f"evt_{MOST_REMEMBERED}" in memory


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "3"}, 3),
        ({"retry-after": "86400"}, LONGEST_RETRY_AFTER),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 1),
        ({}, 1),
        (None, 1),
    ],
)
def test_stripe_says_how_long_to_leave_it_alone(headers: dict[str, str] | None, seconds: float) -> None:
    assert retry_after(headers) == seconds


def test_state_that_came_back_is_told_again_once_the_order_has_changed() -> None:
    """A buyer who fails at 3-D Secure twice with one saved card leaves the same object twice."""
    before = refetched(INTENT, "2026-10-28.endive", NOW, "ord_1", changed_at=NOW - HOUR)
    still = refetched(INTENT, "2026-10-28.endive", NOW + HOUR, "ord_1", changed_at=NOW - HOUR)
    back = refetched(INTENT, "2026-10-28.endive", NOW + HOUR, "ord_1", changed_at=NOW)
    assert before
    assert still
    assert back
    assert before["id"] == still["id"] != back["id"]


class SlowStripe:
    """Answers with a payment, three seconds after it is asked."""

    answers = 0

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._clock = 0.0
        monkeypatch.setattr("order_service.reconciler.objects.monotonic", lambda: self._clock)

    async def get(self, path: str, **_: object) -> Any:
        """As StripeCalls does."""
        self._clock += 3
        thing = INTENT if "payment_intents" in path else {"data": []}
        return SimpleNamespace(body=orjson.dumps(thing).decode(), headers={"date": "Sun, 01 Nov 2026 00:00:03 GMT"})


async def test_object_is_told_as_of_when_it_was_asked_for_and_not_of_when_the_answer_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An event that happened in between is newer than what was read before it."""
    stripe: Any = SlowStripe(monkeypatch)
    [seen] = await Objects(stripe, timedelta(seconds=20)).seen("pi_1")
    assert seen.at == NOW


class OrdersThatStand:
    """A leader's database with more abandoned orders than can ever be asked for, and one that is processing."""

    def __init__(self) -> None:
        self._next = 0

    async def fetch(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """As Lead does; of the objects at Stripe there are none."""
        if "LIMIT $6" not in query or values[0] not in {"pending", "processing"}:
            return []
        self._next += 1
        if values[0] == "pending":
            return [{"id": f"ord_{self._next}_{n}", "at": NOW} for n in range(values[-1])]
        return [{"id": "ord_processing", "at": NOW}] if values[3] == NOWHERE.at else []


async def test_orders_of_one_status_however_many_leave_others_their_turn() -> None:
    settings = ReconcilerSettings.model_validate(GIVEN | {"looks_a_sweep": 40})
    metrics, nothing = ReconcilerMetrics(), cast("Any", AsyncMock())
    lead = cast("Any", OrdersThatStand())
    looks = LookSweep(settings, metrics, nothing, lead=lead, publisher=nothing)
    for _ in range(10):
        counts = await looks.sweep({}, NOW)
        assert counts["looked_at"] <= 40
    looked_at = metrics.looked_at.labels("orders", "processing")
    assert looked_at._value.get() >= 1


@pytest.mark.parametrize("turns", range(1, 6))
async def test_reconciler_that_is_told_to_end_never_overhears_it(turns: int) -> None:
    """Python 3.11's `wait_for` did, where an answer came in the same moment, and the process stayed for good."""

    async def answer() -> int:
        await asyncio.sleep(0)
        return 1

    asking = asyncio.create_task(_asked(answer()))
    for _ in range(turns):
        await asyncio.sleep(0)
    told = asking.cancel()
    await asyncio.wait({asking}, timeout=10)
    assert asking.cancelled() is told
