"""What PostgreSQL holds: the schema, by which migrations are checked and the read API asks.

`placements`, `payments` (with their refunds and disputes), `checkout_sessions` and `mentions` hold facts; `orders` and
`order_changes` are derived from them; `inbox`, `timeline` and `parked_records` tell what became of each event.
`consumed` says how far the topics are taken in, `reconciler_cursors` how far the reconciler has come; `attach_requests`
remembers what operators asked for, `forgotten` who is not to be named any more. Money is BIGINT, never below zero.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlmodel import Field, SQLModel

INSTANT = DateTime(timezone=True)
FLAGGED = "flags <> '[]'::jsonb"
WITH_METADATA = "shop_metadata <> '{}'::jsonb"
UNSETTLED = "status = ANY (ARRAY['pending', 'requires_action', 'processing', 'authorized', 'payment_failed'])"
"""What the rows of a partial index have in common; a question has to say the same to be answered from it."""


class Base(SQLModel):
    """The tables of order-service."""

    metadata = MetaData(
        naming_convention={"ck": "%(table_name)s_%(constraint_name)s_check", "pk": "%(table_name)s_pkey"}
    )


def _money(*columns: str) -> list[CheckConstraint]:
    return [CheckConstraint(f"{column} >= 0", name=column) for column in columns]


class OrderRow(Base, table=True):
    """An order as of its latest version: derived, and made anew from the facts with each change."""

    __tablename__ = "orders"
    __table_args__ = (
        *_money("amount", "captured", "refunded", "disputed"),
        CheckConstraint("version >= 1", name="version"),
        Index("orders_by_time", "merchant_id", "created_at", "order_id"),
        Index("orders_by_status", "merchant_id", "status", "created_at", "order_id"),
        Index("orders_by_customer", "merchant_id", "customer_id", "created_at", "order_id"),
        Index("orders_by_amount", "merchant_id", "currency", "amount"),
        Index("orders_by_reference", "merchant_id", "reference", postgresql_where=text("reference IS NOT NULL")),
        Index("orders_flagged", "merchant_id", "created_at", "order_id", postgresql_where=text(FLAGGED)),
        Index("orders_unsettled", "status", "updated_at", "order_id", postgresql_where=text(UNSETTLED)),
    )

    order_id: str = Field(sa_type=Text, primary_key=True)
    merchant_id: str = Field(sa_type=Text)
    version: int = Field(sa_type=Integer)
    status: str = Field(sa_type=Text)
    previous_status: str | None = Field(sa_type=Text)
    currency: str = Field(sa_type=Text)
    amount: int = Field(sa_type=BigInteger)
    captured: int = Field(sa_type=BigInteger)
    refunded: int = Field(sa_type=BigInteger)
    disputed: int = Field(sa_type=BigInteger)
    flags: list[str] = Field(sa_type=JSONB)
    reference: str | None = Field(sa_type=Text)
    customer_id: str | None = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=INSTANT)
    updated_at: datetime = Field(sa_type=INSTANT)


class PlacementRow(Base, table=True):
    """The fact that an order was placed, and for what."""

    __tablename__ = "placements"
    __table_args__ = (
        *_money("amount"),
        Index(
            "placements_by_metadata",
            "shop_metadata",
            postgresql_using="gin",
            postgresql_ops={"shop_metadata": "jsonb_path_ops"},
            postgresql_where=text(WITH_METADATA),
        ),
    )

    order_id: str = Field(sa_type=Text, primary_key=True)
    merchant_id: str = Field(sa_type=Text)
    occurred_at: datetime = Field(sa_type=INSTANT)
    currency: str = Field(sa_type=Text)
    amount: int = Field(sa_type=BigInteger)
    reference: str = Field(sa_type=Text)
    customer_id: str = Field(sa_type=Text)
    shop_metadata: dict[str, str] = Field(sa_type=JSONB)


class PaymentRow(Base, table=True):
    """The facts about one PaymentIntent; without an order it is an unmatched payment.

    Its refunds and disputes stand in its row: they are few, change under its lock, and go with it to another order.
    """

    __tablename__ = "payments"
    __table_args__ = (
        *_money("amount", "captured", "charge_refunded"),
        Index("payments_by_order", "order_id"),
        Index("payments_by_customer", "customer_id", postgresql_where=text("customer_id <> ''::text")),
        Index("payments_unmatched", "first_seen_at", "payment_id", postgresql_where=text("order_id IS NULL")),
    )

    payment_id: str = Field(sa_type=Text, primary_key=True)
    order_id: str | None = Field(sa_type=Text)
    named_by: int = Field(sa_type=Integer, sa_column_kwargs={"server_default": text("2")})
    named_at: int = Field(sa_type=BigInteger)
    status: str = Field(sa_type=Text)
    amount: int = Field(sa_type=BigInteger)
    captured: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=Text)
    customer_id: str = Field(sa_type=Text)
    error: str = Field(sa_type=Text)
    told_status: str = Field(sa_type=Text)
    told_at: int = Field(sa_type=BigInteger)
    attempts: dict[str, str] = Field(sa_type=JSONB)
    attempted_at: int = Field(sa_type=BigInteger)
    refunds: dict[str, dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    disputes: dict[str, dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    charge_refunded: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    first_seen_at: datetime = Field(sa_type=INSTANT)
    updated_at: datetime = Field(sa_type=INSTANT)
    named_merchant_id: str = Field(sa_type=Text, sa_column_kwargs={"server_default": text("''")})


class AttachRequestRow(Base, table=True):
    """That an operator gave a payment to an order: no fact by itself, but what one Idempotency-Key stands for."""

    __tablename__ = "attach_requests"

    event_id: str = Field(sa_type=Text, primary_key=True)
    payment_id: str = Field(sa_type=Text)
    order_id: str = Field(sa_type=Text)
    asked_at: datetime = Field(sa_type=INSTANT)


class ForgottenRow(Base, table=True):
    """A name that a merchant asked to forget, or of something that had it: a hash, which nobody reads the name from."""

    __tablename__ = "forgotten"

    name_hash: str = Field(sa_type=Text, primary_key=True)
    forgotten_at: datetime = Field(sa_type=INSTANT)


class ForgottenSaltRow(Base, table=True):
    """The one salt of those hashes, made when the table was."""

    __tablename__ = "forgotten_salt"

    salt: str = Field(sa_type=Text, primary_key=True)


class SessionRow(Base, table=True):
    """The facts about one hosted Checkout Session of one order."""

    __tablename__ = "checkout_sessions"
    __table_args__ = (*_money("amount"),)

    order_id: str = Field(sa_type=Text, primary_key=True)
    session_id: str = Field(sa_type=Text, primary_key=True)
    status: str = Field(sa_type=Text)
    amount: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=Text)
    payment_id: str = Field(sa_type=Text)


class MentionRow(Base, table=True):
    """The fact that something of Stripe's names an order, and what its metadata says of it."""

    __tablename__ = "mentions"

    order_id: str = Field(sa_type=Text, primary_key=True)
    told_at: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=Text)
    merchant_id: str = Field(sa_type=Text)
    reference: str = Field(sa_type=Text)
    customer_id: str = Field(sa_type=Text)


class ChangeRow(Base, table=True):
    """One version of an order, as published: `body` is the event's very text, so that it can be published again."""

    __tablename__ = "order_changes"
    __table_args__ = (Index("order_changes_by_cause", "cause_event_id"),)

    order_id: str = Field(sa_type=Text, primary_key=True)
    version: int = Field(sa_type=Integer, primary_key=True)
    cause_event_id: str = Field(sa_type=Text)
    occurred_at: datetime = Field(sa_type=INSTANT)
    body: str = Field(sa_type=JSON)


class InboxRow(Base, table=True):
    """An event that has taken effect. Its key is what makes "once" true, also between two consumers at a time."""

    __tablename__ = "inbox"

    event_id: str = Field(sa_type=Text, primary_key=True)
    partition: int = Field(sa_type=Integer)
    last_offset: int = Field(sa_type=BigInteger)
    deliveries: int = Field(sa_type=Integer)
    """How many records have brought it. A record that Kafka delivers again is not another one."""
    last_delivered_at: datetime = Field(sa_type=INSTANT)


class ConsumedRow(Base, table=True):
    """How far a topic's partition has been taken in: the offset of the record that comes next."""

    __tablename__ = "consumed"

    topic: str = Field(sa_type=Text, primary_key=True)
    partition: int = Field(sa_type=Integer, primary_key=True)
    next_offset: int = Field(sa_type=BigInteger)
    reached_at: datetime = Field(sa_type=INSTANT)
    replay_until: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    """Records before it may have been taken in by a database that is gone, and its changes been published."""
    version_floor: int = Field(sa_type=Integer, sa_column_kwargs={"server_default": text("0")})
    """No version up to it is given while such records are taken in again."""


class TimelineRow(Base, table=True):
    """What an event did to its order, in words; `line` keeps the sequence in which events took effect."""

    __tablename__ = "timeline"
    __table_args__ = (
        Index("timeline_by_order", "order_id", "line"),
        Index("timeline_by_payment", "payment_id", "line", postgresql_where=text("order_id IS NULL")),
    )

    line: int | None = Field(default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[Identity(always=True)])
    event_id: str = Field(sa_type=Text)
    event_type: str = Field(sa_type=Text)
    order_id: str | None = Field(sa_type=Text)
    payment_id: str | None = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    version: int | None = Field(sa_type=Integer)
    occurred_at: datetime = Field(sa_type=INSTANT)
    recorded_at: datetime = Field(sa_type=INSTANT)


class ParkedRow(Base, table=True):
    """A record in `<topic>.parked`, by where it first stood."""

    __tablename__ = "parked_records"
    __table_args__ = (
        Index("parked_records_by_order", "order_id", postgresql_where=text("order_id IS NOT NULL")),
        Index(
            "parked_records_by_subscription",
            "stripe_subscription_id",
            postgresql_where=text("stripe_subscription_id IS NOT NULL"),
        ),
        Index("parked_records_by_event", "event_id", postgresql_where=text("event_id IS NOT NULL")),
    )

    topic: str = Field(sa_type=Text, primary_key=True)
    partition: int = Field(sa_type=Integer, primary_key=True)
    record_offset: int = Field(sa_type=BigInteger, primary_key=True)
    event_id: str | None = Field(sa_type=Text)
    event_type: str | None = Field(sa_type=Text)
    order_id: str | None = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    occurred_at: datetime = Field(sa_type=INSTANT)
    parked_at: datetime = Field(sa_type=INSTANT)
    stripe_subscription_id: str | None = Field(sa_type=Text)


class CursorRow(Base, table=True):
    """How far one of the reconciler's walks has come: all before this moment, and this id within it, is looked at."""

    __tablename__ = "reconciler_cursors"

    name: str = Field(sa_type=Text, primary_key=True)
    reached_at: datetime = Field(sa_type=INSTANT)
    reached_id: str = Field(sa_type=Text)


def table(model: type[Base]) -> Table:
    """The table behind a model."""
    return Base.metadata.tables[str(model.__tablename__)]
