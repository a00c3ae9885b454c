"""The milliseconds of each hop of a purchase."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer
from rich.table import Table

from devstack.demo.purchase import Purchase
from devstack.trouble import Trouble
from tillstream_contracts import STRIPE_EVENTS
from tillstream_contracts.headers import texts
from tillstream_contracts.money import written

PAID_EVENT = "payment_intent.succeeded"
LOOK_BACK_MS = 60_000
POLL_MS = 1000
POLLS = 10


@dataclass(frozen=True)
class Hop:
    """One thing that happened to the purchase, and who says when."""

    what: str
    at: datetime
    told_by: str


@dataclass(frozen=True)
class WebhookRecord:
    """Stripe's event as webhook-ingest wrote it: when it was verified, and when Kafka had it."""

    event_id: str
    verified: datetime
    appended: datetime


async def find_record(bootstrap: str, purchase: Purchase) -> WebhookRecord:
    """The record that says that the purchase was paid."""
    consumer = AIOKafkaConsumer(STRIPE_EVENTS.name, bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        await _go_back(consumer, purchase.begun)
        for _ in range(POLLS):
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    headers = texts(record.headers)
                    if record.key == purchase.payment_intent_id.encode() and headers.get("ce_type") == PAID_EVENT:
                        return _webhook_record(record, headers)
    finally:
        await consumer.stop()
    raise Trouble(f"Kafka's {STRIPE_EVENTS.name} has no {PAID_EVENT} of {purchase.payment_intent_id}.")


def hops(purchase: Purchase, record: WebhookRecord, history: Sequence[dict[str, Any]]) -> list[Hop]:
    """The way of the purchase, in order."""
    told = [line for line in history if line["event_id"] == record.event_id]
    applied = next((line for line in told if line["outcome"] == "applied"), None)
    if applied is None:
        raise Trouble(f"order-service has no applied {PAID_EVENT} in the timeline of {purchase.order_id}.")
    return [
        Hop("intent created", purchase.intent_created, "intent-api's answer"),
        Hop("browser watches the order", purchase.card_sent, "the stream's snapshot"),
        Hop("card confirmed", min(purchase.card_confirmed, record.verified), "Stripe's answer"),
        Hop("webhook verified", record.verified, "webhook-ingest's clock"),
        Hop("in Kafka", record.appended, "Kafka's clock"),
        Hop("order paid in PostgreSQL", datetime.fromisoformat(applied["recorded_at"]), "the order's timeline"),
        Hop("status on the WebSocket", purchase.paid_on_websocket, "the buyer's socket"),
    ]


def timeline_table(purchase: Purchase, way: Sequence[Hop]) -> Table:
    """The way as a table: the milliseconds of each hop, and since the begin."""
    price = written(purchase.amount, purchase.currency)
    table = Table(title=f"{purchase.what}, {price}: {purchase.order_id}", title_justify="left", header_style="dim")
    table.add_column("what happened")
    table.add_column("ms", justify="right")
    table.add_column("since the click", justify="right")
    table.add_column("as told by", style="dim")
    before = purchase.begun
    for hop in way:
        table.add_row(hop.what, _ms(hop.at, before), _ms(hop.at, purchase.begun), hop.told_by)
        before = max(before, hop.at)
    return table


async def _go_back(consumer: AIOKafkaConsumer, moment: datetime) -> None:
    since = int(moment.timestamp() * 1000) - LOOK_BACK_MS
    wanted = dict.fromkeys(consumer.assignment(), since)
    for partition, found in (await consumer.offsets_for_times(wanted)).items():
        if found:
            consumer.seek(partition, found.offset)
        else:
            await consumer.seek_to_end(partition)


def _webhook_record(record: Any, headers: dict[str, str]) -> WebhookRecord:
    return WebhookRecord(
        event_id=headers["ce_id"],
        verified=datetime.fromisoformat(headers["ce_recordedtime"]),
        appended=datetime.fromtimestamp(record.timestamp / 1000, UTC),
    )


def _ms(at: datetime, before: datetime) -> str:
    """Never below zero: Kafka's clock counts whole milliseconds."""
    return f"{max(0.0, (at - before).total_seconds() * 1000):.1f}"
