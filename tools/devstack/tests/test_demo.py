"""The demo's timeline says how long each hop took, and its log of events survives any record."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from devstack.demo.events import line
from devstack.demo.purchase import Purchase
from devstack.demo.timeline import WebhookRecord, hops, timeline_table
from devstack.trouble import Trouble

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def _after(milliseconds: float) -> datetime:
    return BEGUN + timedelta(milliseconds=milliseconds)


PURCHASE = Purchase(
    order_id="ord_1",
    payment_intent_id="pi_1",
    stream_token="token",
    what="Stoneware mug",
    amount=2400,
    currency="usd",
    begun=BEGUN,
    intent_created=_after(10),
    card_sent=_after(20),
    card_confirmed=_after(27),
    paid_on_websocket=_after(40),
)
RECORD = WebhookRecord("evt_1", verified=_after(30.6), appended=_after(31))
HISTORY = [
    {"event_id": "evt_1", "outcome": "duplicate", "recorded_at": _after(99).isoformat()},
    {"event_id": "evt_1", "outcome": "applied", "recorded_at": _after(36).isoformat()},
]


def _printed(purchase: Purchase, record: WebhookRecord) -> str:
    console = Console(width=150, file=StringIO(), record=True)
    console.print(timeline_table(purchase, hops(purchase, record, HISTORY)))
    return console.export_text()


def _hops(table: str) -> list[str]:
    return [row.split("│")[2].strip() for row in table.splitlines() if row.startswith("│")]


def test_each_hop_has_its_milliseconds() -> None:
    assert _hops(_printed(PURCHASE, RECORD)) == ["10.0", "10.0", "7.0", "3.6", "0.4", "5.0", "4.0"]


def test_kafkas_whole_milliseconds_show_no_hop_below_zero_and_none_too_long() -> None:
    assert _hops(_printed(PURCHASE, replace(RECORD, appended=_after(30))))[4:6] == ["0.0", "5.4"]


def test_an_order_without_the_event_in_its_timeline_is_trouble() -> None:
    with pytest.raises(Trouble, match="ord_1"):
        hops(PURCHASE, replace(RECORD, event_id="evt_2"), HISTORY)


def test_a_record_that_is_no_order_is_one_line_too() -> None:
    assert "no OrderStatusChanged" in line(b"\xff")
