"""Order state as one usually writes it: FastStream and SQLModel, one message, one transaction."""

import os
from datetime import UTC, datetime
from typing import Any

import uvicorn
from faststream import AckPolicy
from faststream.asgi import AsgiFastStream, AsgiResponse, get
from faststream.kafka import KafkaBroker
from sqlalchemy import DateTime
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

STATUS = {
    "payment_intent.created": "pending",
    "payment_intent.requires_action": "requires_action",
    "payment_intent.processing": "processing",
    "payment_intent.amount_capturable_updated": "authorized",
    "payment_intent.succeeded": "paid",
    "payment_intent.payment_failed": "payment_failed",
    "payment_intent.canceled": "canceled",
    "checkout.session.completed": "paid",
    "charge.refunded": "refunded",
    "refund.created": "refunded",
    "charge.dispute.created": "disputed",
    "charge.dispute.closed": "paid",
}


def now() -> datetime:
    """As the database keeps it."""
    return datetime.now(UTC)


class Inbox(SQLModel, table=True):
    """An event that has been taken in."""

    event_id: str = Field(primary_key=True)
    received_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))


class Order(SQLModel, table=True):
    """An order as it stands."""

    __tablename__ = "orders"

    order_id: str = Field(primary_key=True)
    status: str = ""
    amount: int = 0
    currency: str = ""
    updated_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))


class Change(SQLModel, table=True):
    """What became of an order, and why."""

    __tablename__ = "changes"

    id: int | None = Field(default=None, primary_key=True)
    order_id: str
    event_id: str
    status: str
    changed_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))


engine = create_async_engine(os.environ["DATABASE"].replace("postgresql:", "postgresql+asyncpg:"))
broker = KafkaBroker(os.environ["KAFKA"], acks="all", logger=None)


@broker.subscriber(
    os.environ["TOPIC"], group_id=os.environ["GROUP"], auto_offset_reset="earliest", ack_policy=AckPolicy.NACK_ON_ERROR
)
async def on_event(event: dict[str, Any]) -> None:
    """Once each: what was in the inbox is done."""
    status, thing = STATUS.get(event["type"]), event["data"]["object"]
    order_id = (thing.get("metadata") or {}).get("order_id") or thing.get("payment_intent") or thing.get("id", "")
    async with AsyncSession(engine) as session:
        if await session.get(Inbox, event["id"]):
            return
        session.add(Inbox(event_id=event["id"]))
        if status:
            order = await session.get(Order, order_id) or Order(order_id=order_id)
            order.status, order.updated_at = status, now()
            order.amount, order.currency = thing.get("amount") or 0, thing.get("currency") or ""
            session.add(order)
            session.add(Change(order_id=order_id, event_id=event["id"], status=status))
        await session.commit()
    if status:
        told = {"order_id": order_id, "status": status, "cause": event["id"]}
        await broker.publish(told, topic=os.environ["STATUS_TOPIC"], key=order_id.encode())


@get
async def readyz(_: Any) -> AsgiResponse:
    """Up: the broker is started before anything is answered."""
    return AsgiResponse(b"ok", 200)


app = AsgiFastStream(broker, asgi_routes=[("/readyz", readyz)])

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=False)
