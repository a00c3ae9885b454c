"""An operator says which order a payment belongs to: checked here, and written to Kafka like any other event."""

import base64
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from order_service.payment_reads import PaymentPicture, PaymentReads
from order_service.publisher import NotPublished, Outgoing
from tillstream_contracts import PAYMENTS_ATTACHED, EventHeaders, PaymentAttached
from tillstream_operations import Problem

SOURCE: Final = "tillstream/order-service"
NOTE = text("""
    INSERT INTO attach_requests (event_id, payment_id, order_id, asked_at)
    VALUES (:event_id, :payment_id, :order_id, clock_timestamp()) ON CONFLICT (event_id) DO NOTHING""")
NOTED = text("SELECT payment_id, order_id, asked_at FROM attach_requests WHERE event_id = :event_id")
NO_PAYMENT: Final = "There is no such payment. A payment exists once Stripe's first event about it has arrived."
NO_ORDER: Final = "There is no such order to attach it to. Give the id of one that exists."
AN_INVOICES: Final = "This payment pays an invoice of a subscription, so it can belong to no order."
OTHER_WISH: Final = "This Idempotency-Key was first used for another payment or order. Send a new key for a new wish."
NOT_WRITTEN: Final = "It could not be written down. Retry with the same Idempotency-Key; nothing is done twice."

Publish = Callable[[Iterable[Outgoing]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Wish:
    """This payment to this order, under the event id that the caller's Idempotency-Key names."""

    merchant_id: str
    payment_id: str
    order_id: str
    event_id: str


class Attaching:
    """Takes wishes. The database only keeps them apart and gives them one clock; the payment changes through Kafka."""

    def __init__(self, engine: AsyncEngine, publish: Publish, *, topic_prefix: str) -> None:
        self._engine = engine.execution_options(isolation_level="READ COMMITTED")
        self._reads, self._publish = PaymentReads(engine), publish
        self._topic = PAYMENTS_ATTACHED.under(topic_prefix)

    async def attach(self, wish: Wish) -> PaymentAttached:
        """Write the event; the same one for the same wish. Raises problems 404 and 409, and 503 without Kafka."""
        picture = await self._reads.payment(wish.merchant_id, wish.payment_id)
        if picture is None:
            raise Problem(404, "payment_not_found", NO_PAYMENT)
        if picture.invoice_ids:
            raise Problem(409, "payment_of_invoice", AN_INVOICES)
        if not await self._reads.has_order(wish.merchant_id, wish.order_id):
            raise Problem(404, "order_not_found", NO_ORDER)
        event = _event(wish, picture, await self._noted(wish))
        try:
            await self._publish([self._record(event)])
        except NotPublished as error:
            raise Problem(503, "broker_unavailable", NOT_WRITTEN, headers={"Retry-After": "2"}) from error
        return event

    async def _noted(self, wish: Wish) -> datetime:
        """When this was asked for first."""
        given = {"event_id": wish.event_id, "payment_id": wish.payment_id, "order_id": wish.order_id}
        async with self._engine.begin() as connection:
            await connection.execute(NOTE, given)
            payment_id, order_id, asked_at = (await connection.execute(NOTED, {"event_id": wish.event_id})).one()
        if (payment_id, order_id) != (wish.payment_id, wish.order_id):
            raise Problem(409, "idempotency_key_reused", OTHER_WISH)
        return cast("datetime", asked_at)

    def _record(self, event: PaymentAttached) -> Outgoing:
        headers = EventHeaders(
            id=event.event_id,
            source=SOURCE,
            type=PaymentAttached.TYPE,
            time=event.occurred_at,
            partition_key=event.payment_intent_id,
            traceparent=None,
        )
        key, value = event.payment_intent_id.encode(), event.model_dump_json().encode()
        return Outgoing(self._topic, key, value, headers.to_kafka())


def event_id_for(merchant_id: str, key: str) -> str:
    """The event that this merchant's Idempotency-Key names, today and on every retry."""
    digest = hashlib.sha256(f"tillstream.attach.v1\0{merchant_id}\0{key}".encode()).digest()[:20]
    return "att_" + base64.b32encode(digest).decode().lower()


def _event(wish: Wish, picture: PaymentPicture, asked_at: datetime) -> PaymentAttached:
    return PaymentAttached(
        event_id=wish.event_id,
        occurred_at=asked_at,
        merchant_id=wish.merchant_id,
        payment_intent_id=wish.payment_id,
        order_id=wish.order_id,
        currency=picture.payment.currency,
    )
